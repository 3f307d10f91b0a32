//! Choice points, and the trait of whoever answers them.

use std::fmt;

use super::fault::FailureKind;
use super::{Chooser, Core, Kernel, Model, View};
use crate::hostility::Hostility;
use crate::resource::Access;
use crate::schedule::{Answer, Choice, ChoiceKind, TaskPath};
use crate::trace::TaskId;
use crate::trace::recorder;

/// Answers the choice points of one execution after the other.
///
/// All schedulers of the crate are of this trait, and so is yours: hand it to
/// [`Sim::scheduler_with`](crate::Sim::scheduler_with) or [`Explorer::scheduler_with`](crate::Explorer::scheduler_with).
/// What a scheduler decides must depend on nothing but its seed, the execution's index, the model, and what it is told
/// here; then every failure that it finds can be replayed and explored again.
///
/// ```
/// use reenact_sim::{ChoicePoint, Scheduler, Sim, task};
///
/// /// Always the youngest.
/// struct Lifo;
/// impl Scheduler for Lifo {
///     fn choose(&mut self, point: &ChoicePoint<'_>) -> u32 {
///         point.alternatives() - 1
///     }
/// }
///
/// let execution = Sim::new().scheduler_with(Box::new(Lifo)).run(|| async {
///     let first = task::spawn(async { reenact_sim::println!("first") });
///     let second = task::spawn(async { reenact_sim::println!("second") });
///     first.await.and(second.await)
/// });
/// assert_eq!(execution.trace.output(), ["second", "first"]);
/// ```
pub trait Scheduler {
    /// The answer to a choice point: a number below [`alternatives`](ChoicePoint::alternatives). Anything else ends the
    /// execution as a failure, explained by [`refusal`](Self::refusal).
    fn choose(&mut self, point: &ChoicePoint<'_>) -> u32;

    /// An execution begins: the `execution`-th one of an exploration, counted from 0.
    fn begin(&mut self, execution: u64, model: &Model) {
        let _ = (execution, model);
    }

    /// `parent` spawned `child`. Main has no parent and is not announced.
    fn spawned(&mut self, parent: TaskId, child: TaskId) {
        let _ = (parent, child);
    }

    /// A task became ready.
    fn ready(&mut self, task: TaskId) {
        let _ = task;
    }

    /// A task took a step in which it touched these resources; called for every step, also where there was one
    /// alternative only.
    fn stepped(&mut self, task: TaskId, accesses: &[Access]) {
        let _ = (task, accesses);
    }

    /// A task ended, in the step that [`stepped`](Self::stepped) tells of next.
    fn finished(&mut self, task: TaskId) {
        let _ = task;
    }

    /// The execution is over.
    fn end(&mut self) {}

    /// Whether the hooks `spawned`, `ready`, `stepped` and `finished` are to be called. A scheduler that does not need
    /// them saves their cost by saying so.
    fn observes(&self) -> bool {
        true
    }

    /// Whether it needs a [`Model`] of the program.
    ///
    /// If so, the first 4 executions of an exploration are not its own: 0 is in fifo order, 1 to 3 pick at random, and what they
    /// show is the model from execution 4 on. They count like all others, and a failure of theirs is one.
    fn needs_model(&self) -> bool {
        false
    }

    /// Whether every schedule has been tried, so that a further execution would only repeat one.
    fn exhausted(&self) -> bool {
        false
    }

    /// The scheduler as the one that can be split among threads, if it is that.
    #[doc(hidden)]
    fn as_exhaustive(&mut self) -> Option<&mut super::Exhaustive> {
        None
    }

    /// The scheduler as a value of its type, if it is one that is given inputs.
    #[doc(hidden)]
    fn as_any(&mut self) -> Option<&mut dyn std::any::Any> {
        None
    }

    /// Why the last answer was no alternative, or why the execution that is over was not the one it should have been.
    fn refusal(&mut self) -> Option<Refusal> {
        None
    }
}

impl fmt::Debug for dyn Scheduler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Scheduler")
    }
}

/// Why a scheduler could not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// What the execution fails with.
    pub kind: FailureKind,
    /// What happened.
    pub message: String,
}

impl Refusal {
    /// A refusal with this kind and message.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}

/// A question to a scheduler: which of the alternatives?
#[derive(Clone, Copy)]
pub struct ChoicePoint<'a> {
    kind: ChoiceKind,
    alternatives: u32,
    view: &'a View,
}

impl ChoicePoint<'_> {
    /// What is to be decided.
    #[inline]
    pub fn kind(&self) -> ChoiceKind {
        self.kind
    }

    /// How many answers there are, at least 2. 0 is the calm default.
    #[inline]
    pub fn alternatives(&self) -> u32 {
        self.alternatives
    }

    /// What the executor may do in this execution.
    #[inline]
    pub fn hostility(&self) -> Hostility {
        self.view.hostility
    }

    /// Which choice of the execution this is, counted from 0.
    pub fn index(&self) -> u64 {
        self.view.choices.len() as u64
    }

    /// The task that alternative `k` would step: the one that has been ready k-th longest. `None` if the choice is not
    /// between tasks or there is no such alternative.
    pub fn task(&self, k: u32) -> Option<TaskId> {
        if self.kind != ChoiceKind::Task || k >= self.alternatives {
            return None;
        }
        Some(TaskId::new(self.view.table.peek(self.view.ready.get(k as usize)).number))
    }

    /// The alternative that would step `task`, or `None` if it is not among them.
    pub fn position_of(&self, task: TaskId) -> Option<u32> {
        if self.kind != ChoiceKind::Task {
            return None;
        }
        self.position(self.view.table.slot_of_number(task.number())?)
    }

    /// The task that stepped last, and the alternative that would step it again if it is among them. `None` before the
    /// first step, and once that task has ended and its result was taken.
    pub fn last(&self) -> Option<(TaskId, Option<u32>)> {
        let entry = self.view.table.find(self.view.last)?;
        let position = if self.kind == ChoiceKind::Task { self.position(self.view.last.slot()) } else { None };
        Some((TaskId::new(entry.number), position))
    }

    /// The path of a task: what identifies it in every execution.
    pub fn path_of(&self, task: TaskId) -> Option<TaskPath> {
        recorder::with(|recorder| recorder.path_of(task.number()))
    }

    fn position(&self, slot: u32) -> Option<u32> {
        let entry = self.view.table.peek(slot);
        if !entry.is_queued() {
            return None;
        }
        Some(self.view.ready.position(entry.place) as u32)
    }
}

impl fmt::Debug for ChoicePoint<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChoicePoint").field("kind", &self.kind).field("alternatives", &self.alternatives).finish()
    }
}

impl Core {
    /// Asks the scheduler which of several ready tasks steps next. `None` if its answer was no alternative.
    #[inline(always)]
    pub(super) fn ask_task(&mut self, alternatives: u32) -> Option<u32> {
        let picked = if let Some(random) = &mut self.scheduler.random {
            random.pick(alternatives)
        } else if let Some(Chooser::Exhaustive(exhaustive)) = &mut self.scheduler.other
            && let Some(picked) = exhaustive.pick(ChoiceKind::Task, alternatives)
        {
            picked
        } else {
            self.ask_any_task(alternatives)?
        };
        self.view.choices.push_task(Answer::new(picked, alternatives));
        Some(picked)
    }

    #[inline(never)]
    fn ask_any_task(&mut self, alternatives: u32) -> Option<u32> {
        let picked = self.ask(ChoiceKind::Task, alternatives);
        if picked >= alternatives {
            self.bad_answer = picked;
            return None;
        }
        Some(picked)
    }

    fn ask(&mut self, kind: ChoiceKind, alternatives: u32) -> u32 {
        let point = ChoicePoint { kind, alternatives, view: &self.view };
        self.scheduler.get().map_or(0, |scheduler| scheduler.choose(&point))
    }

    /// Why the scheduler gave no answer.
    #[cold]
    pub(super) fn refused(&mut self, picked: u32, alternatives: u32) -> Refusal {
        self.scheduler.refusal().unwrap_or_else(|| {
            let message =
                format!("the scheduler picked alternative {picked} of {alternatives}: 0 to {} were valid", alternatives - 1);
            Refusal::new(FailureKind::Divergence, message)
        })
    }
}

impl Kernel {
    /// A choice point of the program itself. `None` if the scheduler gave no answer: then the execution is to end.
    pub(super) fn choose(&self, kind: ChoiceKind, alternatives: u32) -> Option<u32> {
        let refusal = {
            let core = &mut *self.core.borrow_mut();
            let picked = core.ask(kind, alternatives);
            if picked < alternatives {
                let choice = Choice { kind, picked, alternatives };
                recorder::with(|recorder| recorder.choice(core.view.choices.len(), choice));
                core.view.choices.push(choice);
                return Some(picked);
            }
            core.refused(picked, alternatives)
        };
        self.fail(refusal.kind, None, refusal.message);
        None
    }
}
