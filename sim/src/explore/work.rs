//! What one worker does: one execution after the other, into a batch.

use std::cell::RefCell;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use super::batch::{Batch, Found, What};
use super::explorer::Factory;
use super::guided::{Candidate, Guide, Snapshot};
use super::plan::Plan;
use super::rerun;
use super::seen::Key;
use super::wall::WallClock;
use crate::config::Settings;
use crate::coverage;
use crate::kernel::{FailureKind, Fault, Order};
use crate::schedule::{Data, Schedule};
use crate::scheduler::{Chooser, Exhaustive, Lineup, Model, Replay, SchedulerKind};
use crate::simulation::once::{self, Program};
use crate::trace::recorder;

/// A program whose output may mean that it failed.
pub(super) struct Tested<'a> {
    pub(super) program: &'a dyn Program,
    /// Where it puts the error.
    pub(super) error: &'a RefCell<Option<String>>,
}

/// A part of an exploration.
#[derive(Debug)]
pub(super) enum Work {
    /// Executions that follow from their index.
    Range(Range<u64>),
    /// The leaves of a tree of choices.
    Tree(Box<Exhaustive>),
    /// Executions that go on from these.
    Guided(Range<u64>, Snapshot),
    /// Schedules of a corpus.
    Seeds(Vec<Schedule>),
}

/// How far a piece of work came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Done {
    /// The whole exploration is over: something failed, or the budget is used up.
    pub(super) over: bool,
    /// Every schedule of it was tried.
    pub(super) exhausted: bool,
}

/// Runs the n-th execution, and says whether to go on. The scheduler is there again afterwards.
pub(super) type RunOne<'a> = dyn FnMut(u64, &mut Option<Chooser>, &Order<'_>) -> ControlFlow<()> + 'a;

/// The scheduler of an execution and where its data come from.
type Prepare<'a, I> = dyn Fn(&mut Guide, &I, Data) -> (Chooser, Data) + 'a;

/// What has the index of an execution.
trait Index {
    fn index(&self) -> u64;
}

impl Index for u64 {
    fn index(&self) -> u64 {
        *self
    }
}

impl Index for (u64, Schedule) {
    fn index(&self) -> u64 {
        self.0
    }
}

/// Whoever runs executions: a thread's own schedulers.
pub(super) struct Worker<'a> {
    plan: &'a Plan,
    settings: &'a Arc<Settings>,
    program: &'a dyn Program,
    lineup: Lineup,
    guide: Option<Guide>,
    clock: Option<WallClock>,
}

impl<'a> Worker<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        settings: &'a Arc<Settings>,
        program: &'a dyn Program,
        factory: Option<&Factory>,
        clock: Option<WallClock>,
    ) -> Self {
        // Of executions that did not count.
        coverage::take_points(|_| ());
        let lineup = match (&plan.replay, factory) {
            (Some(schedule), _) => Lineup::one(Chooser::Any(Box::new(Replay::new(schedule))), plan.seed),
            (None, Some(factory)) => Lineup::one(factory().into(), plan.seed),
            (None, None) => Lineup::of_kind(plan.scheduler.as_ref().unwrap_or(&SchedulerKind::Portfolio), plan.seed),
        };
        Self { plan, settings, program, lineup, guide: plan.is_guided().then(|| Guide::new(plan.seed)), clock }
    }

    fn order(&self, execution: u64) -> Order<'a> {
        Order { settings: self.settings, data: self.plan.data(execution), full: false }
    }

    /// Calls `run` for each execution of a piece of work.
    #[track_caller]
    pub(super) fn each(&mut self, work: Work, run: &mut RunOne<'_>) -> Done {
        match work {
            Work::Range(range) => self.each_of(range, run),
            Work::Tree(tree) => self.each_leaf(tree.into(), run),
            Work::Guided(range, snapshot) => {
                let plan = self.plan;
                let executions = range.filter(|&execution| plan.has(execution));
                self.each_input(executions, &|guide, execution, data| guide.take(*execution, &snapshot, data), run)
            }
            Work::Seeds(schedules) => {
                let seeds = schedules.into_iter().map(|schedule| (0, schedule));
                self.each_input(seeds, &|guide, (_, schedule), data| guide.take_seed(schedule, data), run)
            }
        }
    }

    /// Runs executions whose inputs a guide prepares.
    #[track_caller]
    fn each_input<I: Index>(&mut self, items: impl Iterator<Item = I>, prepare: &Prepare<'_, I>, run: &mut RunOne<'_>) -> Done {
        for item in items {
            let execution = item.index();
            let Some(mut guide) = self.guide.take() else { unreachable!("a guided exploration has a guide") };
            let (scheduler, data) = prepare(&mut guide, &item, self.plan.data(execution));
            let order = Order { settings: self.settings, data, full: false };
            let mut back = Some(scheduler);
            let flow = run(execution, &mut back, &order);
            let Some(scheduler) = back else { return Done { over: true, exhausted: false } };
            guide.put(scheduler, &order, flow.is_continue());
            self.guide = Some(guide);
            if flow.is_break() || self.is_late() {
                return Done { over: true, exhausted: false };
            }
        }
        Done { over: false, exhausted: false }
    }

    /// What of its executions a guided exploration may go on from.
    pub(super) fn take_candidates(&mut self) -> Vec<Candidate> {
        self.guide.as_mut().map_or_else(Vec::new, Guide::take_candidates)
    }

    #[track_caller]
    fn each_of(&mut self, range: Range<u64>, run: &mut RunOne<'_>) -> Done {
        let plan = self.plan;
        let replays = plan.replay.is_some();
        if !replays {
            self.learn(range.start);
        }
        for execution in range {
            if !replays {
                if !plan.has(execution) {
                    continue;
                }
                self.learn(execution);
            }
            let order = self.order(execution);
            let scheduler = self.lineup.of_execution(execution);
            let flow = run(execution, scheduler, &order);
            let Some(chooser) = scheduler else { return Done { over: true, exhausted: false } };
            let exhausted = chooser.exhausted();
            let over = flow.is_break() || self.is_late();
            if over || exhausted {
                return Done { over, exhausted };
            }
        }
        Done { over: false, exhausted: false }
    }

    /// Runs those of the executions from which the model is learned that are before this one and were somebody else's. They do not
    /// count.
    #[inline]
    #[track_caller]
    fn learn(&mut self, before: u64) {
        if self.lineup.is_learning() {
            self.take_lessons(before);
        }
    }

    #[cold]
    #[track_caller]
    fn take_lessons(&mut self, before: u64) {
        while let Some(execution) = self.lineup.next_lesson().filter(|execution| *execution < before) {
            let order = self.order(execution);
            // Whether it fails is for whoever counts it.
            let _ = once::brief(&order, self.lineup.of_execution(execution), self.program);
        }
    }

    #[track_caller]
    fn each_leaf(&mut self, tree: Chooser, run: &mut RunOne<'_>) -> Done {
        let mut tree = Some(tree);
        let model = Model::default();
        let mut execution = 0;
        // All have the same data.
        let order = self.order(0);
        while let Some(scheduler) = &mut tree {
            scheduler.begin(execution, &model);
            let flow = run(execution, &mut tree, &order);
            let over = flow.is_break() || self.is_late();
            if let Some(scheduler) = &tree
                && (over || scheduler.exhausted())
            {
                return Done { over, exhausted: scheduler.exhausted() };
            }
            execution += 1;
        }
        Done { over: true, exhausted: false }
    }

    fn is_late(&self) -> bool {
        self.clock.as_ref().is_some_and(WallClock::is_over)
    }

    /// The parts of the tree that are this process's, in order.
    #[track_caller]
    pub(super) fn trees(&self, preemptions: Option<u32>) -> Vec<Exhaustive> {
        let Some(shard) = self.plan.shard else { return vec![Exhaustive::new(preemptions)] };
        // Many more subtrees than parts, so that none of the parts is much larger than the others.
        let enough = 64 * shard.of() as usize;
        let mut trees = Vec::new();
        for depth in 1.. {
            let deeper;
            (trees, deeper) = self.trees_at(preemptions, depth);
            if trees.len() >= enough || !deeper {
                break;
            }
        }
        let mine = (0..).zip(trees).filter(|(n, _)| shard.has_block(*n));
        mine.map(|(_, tree)| tree).collect()
    }

    /// The subtrees below the first `depth` choices, and whether one of them is more than a leaf. Each takes an execution, which does
    /// not count.
    #[track_caller]
    fn trees_at(&self, preemptions: Option<u32>, depth: usize) -> (Vec<Exhaustive>, bool) {
        let mut tree = Some(Chooser::from(Box::new(Exhaustive::skimming(preemptions, depth))));
        let model = Model::default();
        while let Some(scheduler) = &mut tree {
            if scheduler.exhausted() {
                break;
            }
            scheduler.begin(0, &model);
            // Whether it fails is for whoever counts it.
            let _ = once::brief(&self.order(0), &mut tree, self.program);
        }
        tree.as_mut().and_then(Chooser::as_exhaustive).map_or_else(Default::default, Exhaustive::skimmed)
    }
}

/// Which executions are run twice, to see whether they come out the same: the second, the fourth, the eighth, ..
pub(super) fn is_checked(execution: u64) -> bool {
    execution > 0 && (execution + 1).is_power_of_two()
}

/// Runs an execution and adds it to the batch.
#[inline(always)]
#[track_caller]
pub(super) fn run_one(execution: u64, scheduler: &mut Option<Chooser>, order: &Order<'_>, body: &Tested<'_>, batch: &mut Batch) {
    let brief = match once::brief(order, scheduler, body.program) {
        Ok(brief) => brief,
        Err(fault) => return add_faulted(execution, *fault, batch),
    };
    batch.keys.push(Key::of(brief.digest));
    batch.note_points();
    if brief.remarkable || is_checked(execution) || body.error.borrow().is_some() {
        look_at(execution, brief.remarkable, order, body, batch);
    }
}

/// Adds an execution that has failed, or has stopped at a limit.
#[cold]
fn add_faulted(execution: u64, fault: Fault, batch: &mut Batch) {
    if fault.stopped {
        return batch.keys.push(Key::STOPPED);
    }
    batch.keys.push(Key::of(recorder::with(|recorder| recorder.digest())));
    batch.found = Some(Found { met: batch.met(execution), what: What::Failure(fault.kind, fault.message) });
}

/// What there is to say of an execution whose main has finished, beyond its digest.
#[cold]
#[track_caller]
fn look_at(execution: u64, remarkable: bool, order: &Order<'_>, body: &Tested<'_>, batch: &mut Batch) {
    if let Some(error) = body.error.take() {
        batch.found = Some(Found { met: batch.met(execution), what: What::Failure(FailureKind::Error, error) });
        return;
    }
    if remarkable && batch.remarkable.is_none() {
        batch.remarkable = Some(batch.met(execution));
    }
    if is_checked(execution) {
        batch.found = rerun::check_again(order, batch.met(execution), body);
    }
}
