//! Ordered: some of an execution's steps keep their order, and everything else is fifo.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::{ChoicePoint, Model, Scheduler};
use crate::resource::Access;
use crate::schedule::{ChoiceKind, TaskPath};
use crate::trace::{TaskId, Trace, TraceEvent, recorder};

/// The steps and draws of an execution, in their order.
#[derive(Debug, Default)]
pub(crate) struct StepOrder {
    parts: Vec<Part>,
    tasks: BTreeMap<TaskPath, Known>,
}

/// A step, or a draw that was not the default.
#[derive(Clone, Copy, Debug)]
enum Part {
    Step,
    Draw(u32),
}

/// Where the parts of a task are in the order.
#[derive(Debug, Default)]
struct Known {
    /// Of each step.
    steps: Vec<u32>,
    /// Of each draw that was not the default, by kind and number.
    draws: BTreeMap<(ChoiceKind, u32), u32>,
}

impl StepOrder {
    /// `None` if the trace is not whole.
    pub(crate) fn of(trace: &Trace) -> Option<Self> {
        let mut order = Self::default();
        let mut drawn: BTreeMap<(TaskId, ChoiceKind), u32> = BTreeMap::new();
        for (_, current, event) in trace.timeline() {
            let place = order.parts.len() as u32;
            match event {
                TraceEvent::Stepped { task } => {
                    let path = trace.task(*task)?.path.clone();
                    order.tasks.entry(path).or_default().steps.push(place);
                    order.parts.push(Part::Step);
                }
                TraceEvent::Choice { choice, .. } if choice.kind != ChoiceKind::Task => {
                    let task = current?;
                    let nth = drawn.entry((task, choice.kind)).or_default();
                    *nth += 1;
                    if choice.picked > 0 {
                        let path = trace.task(task)?.path.clone();
                        order.tasks.entry(path).or_default().draws.insert((choice.kind, *nth), place);
                        order.parts.push(Part::Draw(choice.picked));
                    }
                }
                TraceEvent::LeftOut { .. } => return None,
                _ => {}
            }
        }
        Some(order)
    }

    /// The step that the same task takes `by` steps later, or earlier.
    pub(crate) fn shifted(&self, place: u32, by: i64) -> Option<u32> {
        let steps = self.tasks.values().map(|known| &known.steps);
        let (steps, at) = steps.into_iter().find_map(|steps| Some((steps, steps.binary_search(&place).ok()?)))?;
        steps.get(usize::try_from(at as i64 + by).ok()?).copied()
    }

    /// How many parts there are.
    pub(crate) fn len(&self) -> usize {
        self.parts.len()
    }
}

/// Keeps the order of some parts.
///
/// As long as the task that has been ready longest is not about to take a step that has to come after one that was not taken yet, it
/// steps: fifo. Else the task whose step has to come first does, as often as it takes to get there. What is left out of the order
/// changes nothing about the rest, so that many parts can be left out at once. Draws are what they were if they are kept, and the default
/// otherwise.
#[derive(Debug)]
pub(crate) struct Ordered {
    order: Rc<StepOrder>,
    kept: Vec<bool>,
    /// The kept steps that were not taken yet.
    open: BTreeSet<u32>,
    /// For each kept step, who takes it.
    owners: BTreeMap<u32, TaskId>,
    tasks: Vec<Running>,
    draws: BTreeMap<(u32, ChoiceKind), u32>,
}

/// A task of this execution.
#[derive(Debug)]
struct Running {
    path: Option<TaskPath>,
    steps: usize,
}

impl Ordered {
    pub(crate) fn new(order: Rc<StepOrder>, kept: impl Iterator<Item = u32>) -> Self {
        let mut flags = vec![false; order.len()];
        kept.for_each(|part| flags[part as usize] = true);
        Self { order, kept: flags, open: BTreeSet::new(), owners: BTreeMap::new(), tasks: Vec::new(), draws: BTreeMap::new() }
    }

    /// A task is there: its kept steps have an owner.
    fn meet(&mut self, task: TaskId) {
        let path = recorder::with(|recorder| recorder.path_of(task.number()));
        if let Some(known) = path.as_ref().and_then(|path| self.order.tasks.get(path)) {
            let kept = known.steps.iter().filter(|place| self.kept[**place as usize]);
            self.owners.extend(kept.map(|place| (*place, task)));
        }
        if self.tasks.len() <= task.index() {
            self.tasks.resize_with(task.index() + 1, || Running { path: None, steps: 0 });
        }
        self.tasks[task.index()].path = path;
    }

    /// Where the next step of a task is in the order, if it is kept.
    fn place(&self, task: TaskId) -> Option<u32> {
        let running = self.tasks.get(task.index())?;
        let place = *self.order.tasks.get(running.path.as_ref()?)?.steps.get(running.steps)?;
        self.kept[place as usize].then_some(place)
    }

    /// Whether a task may not step yet.
    fn waits(&self, task: TaskId) -> bool {
        self.place(task).is_some_and(|place| self.open.first().is_some_and(|first| *first < place))
    }
}

impl Scheduler for Ordered {
    fn choose(&mut self, point: &ChoicePoint<'_>) -> u32 {
        if point.kind() != ChoiceKind::Task {
            let current = recorder::with(|recorder| recorder.current());
            let nth = self.draws.entry((current, point.kind())).or_default();
            *nth += 1;
            let drawn = (point.kind(), *nth);
            let path = self.tasks.get(current as usize).and_then(|running| running.path.as_ref());
            let place = path.and_then(|path| self.order.tasks.get(path)?.draws.get(&drawn));
            return match place.filter(|place| self.kept[**place as usize]).map(|place| self.order.parts[*place as usize]) {
                Some(Part::Draw(picked)) if picked < point.alternatives() => picked,
                _ => 0,
            };
        }
        let may_step = |k: &u32| point.task(*k).is_some_and(|task| !self.waits(task));
        if may_step(&0) {
            return 0;
        }
        let first = self.open.first().and_then(|place| self.owners.get(place));
        let position = first.and_then(|task| point.position_of(*task));
        // Who has to come first is not ready: somebody else who may may bring that about.
        position.or_else(|| (1..point.alternatives()).find(may_step)).unwrap_or(0)
    }

    fn begin(&mut self, _execution: u64, _model: &Model) {
        self.tasks.clear();
        self.owners.clear();
        self.draws.clear();
        let steps = self.order.parts.iter().enumerate().filter(|(_, part)| matches!(part, Part::Step));
        self.open = steps.map(|(place, _)| place as u32).filter(|place| self.kept[*place as usize]).collect();
    }

    fn spawned(&mut self, _parent: TaskId, child: TaskId) {
        if self.tasks.is_empty() {
            self.meet(TaskId::MAIN);
        }
        self.meet(child);
    }

    fn stepped(&mut self, task: TaskId, _accesses: &[Access]) {
        if self.tasks.is_empty() {
            self.meet(TaskId::MAIN);
        }
        if let Some(place) = self.place(task) {
            self.open.remove(&place);
        }
        if let Some(running) = self.tasks.get_mut(task.index()) {
            running.steps += 1;
        }
    }
}
