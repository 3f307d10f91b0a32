//! The loop over executions.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::time::Duration;

use super::Report;
use super::explorer::{Explorer, Plan};
use super::seen::Seen;
use crate::kernel::{FailureKind, Order};
use crate::schedule::Schedule;
use crate::scheduler::{Chooser, Lineup, Replay, SchedulerKind};
use crate::seed::Seed;
use crate::simulation::once::{self, Program};
use crate::simulation::{Execution, Warning};

/// A program whose output may mean that it failed.
pub(super) struct Tested<'a> {
    pub(super) program: &'a dyn Program,
    /// Where it puts the error.
    pub(super) error: &'a RefCell<Option<String>>,
}

/// Runs a program once with a full trace.
#[track_caller]
pub(super) fn full(
    order: &Order<'_>,
    scheduler: Chooser,
    seed: Seed,
    program: &dyn Program,
) -> (Execution<()>, Option<Chooser>, bool) {
    let (mut scheduler, mut ended) = (Some(scheduler), None);
    program.execute(&mut |main| ended = scheduler.take().map(|scheduler| once::full(order, scheduler, seed, main)));
    ended.unwrap_or_else(|| unreachable!("a program makes one main"))
}

/// Runs the n-th execution, and says whether to go on, with the scheduler given back.
type RunOne<'a> = dyn FnMut(u64, Chooser, Order<'_>) -> (Option<Chooser>, ControlFlow<()>) + 'a;

/// What the loop has come to so far.
#[derive(Default)]
struct Progress {
    executions: u64,
    stopped: u64,
    exhausted: bool,
    seen: Seen,
    warnings: Vec<Warning>,
}

impl Explorer {
    /// Runs until a failure, keeping digests only.
    #[track_caller]
    pub(super) fn explore(&self, plan: &Plan, body: &Tested<'_>) -> Report {
        if let Some(schedule) = &plan.replay {
            return self.replay(plan, schedule, body);
        }
        let mut progress = Progress::default();
        let mut failure = None;
        self.each(plan, &mut |execution, scheduler, order| {
            let (outcome, scheduler) = once::brief(&order, scheduler, body.program);
            progress.executions += 1;
            match outcome {
                Ok(brief) => {
                    progress.seen.add(brief.digest);
                    if let Some(error) = body.error.take() {
                        failure = Some(self.look_closer(plan, &order, execution, (FailureKind::Error, error), body));
                    } else if brief.remarkable && progress.warnings.is_empty() {
                        progress.warnings = self.rerun(&order, plan.seed, body).execution.warnings;
                    } else if is_checked(execution) {
                        failure = self.check_again(plan, &order, execution, body);
                    }
                }
                Err(fault) if fault.stopped => progress.stopped += 1,
                Err(fault) => {
                    progress.seen.add(crate::trace::recorder::with(|recorder| recorder.digest()));
                    let what = (fault.kind, fault.message);
                    failure = Some(self.look_closer(plan, &order, execution, what, body));
                }
            }
            progress.exhausted = scheduler.as_ref().is_some_and(|scheduler| scheduler.exhausted());
            (scheduler, if failure.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        });
        let mut report = progress.report(plan);
        report.failure = failure;
        report
    }

    /// Shows every execution to `look`.
    #[track_caller]
    pub(super) fn look_at_each(
        &self,
        plan: &Plan,
        program: &dyn Program,
        look: &mut dyn FnMut(Execution<()>) -> ControlFlow<()>,
    ) -> Report {
        let mut progress = Progress::default();
        let mut first_failure = None;
        self.each(plan, &mut |index, scheduler, order| {
            let order = Order { full: true, ..order };
            let (mut execution, scheduler, stopped) = full(&order, scheduler, plan.seed, program);
            progress.executions += 1;
            progress.stopped += u64::from(stopped);
            progress.seen.add(execution.trace.digest());
            if progress.warnings.is_empty() {
                progress.warnings.clone_from(&execution.warnings);
            }
            if let Err(failure) = &mut execution.outcome {
                self.hint(plan, failure, index);
                if first_failure.is_none() && !stopped {
                    first_failure = Some(failure.clone());
                }
            }
            progress.exhausted = scheduler.as_ref().is_some_and(|scheduler| scheduler.exhausted());
            (scheduler, look(execution))
        });
        let mut report = progress.report(plan);
        report.failure = first_failure;
        report
    }

    /// Calls `run` with its scheduler for each execution of the plan.
    #[track_caller]
    fn each(&self, plan: &Plan, run: &mut RunOne<'_>) {
        let mut lineup = match (&plan.replay, &self.factory) {
            (Some(schedule), _) => Lineup::one(Chooser::Any(Box::new(Replay::new(schedule))), plan.seed),
            (None, Some(factory)) => Lineup::one(factory().into(), plan.seed),
            (None, None) => Lineup::of_kind(plan.scheduler.as_ref().unwrap_or(&SchedulerKind::Portfolio), plan.seed),
        };
        let executions = if plan.replay.is_some() { 1 } else { plan.executions };
        let clock = plan.time_limit.map(WallClock::start);
        for execution in 0..executions {
            let (seat, scheduler) = lineup.take(execution);
            let order = Order { settings: &self.settings, data_seed: plan.data_seed(execution), full: false };
            let (back, flow) = run(execution, scheduler, order);
            let Some(scheduler) = back else { return };
            if flow.is_break() || scheduler.exhausted() || clock.as_ref().is_some_and(WallClock::is_over) {
                return;
            }
            lineup.put(seat, scheduler);
        }
    }
}

/// Which executions are run twice, to see whether they come out the same: the second, the fourth, the eighth, ..
fn is_checked(execution: u64) -> bool {
    execution > 0 && (execution + 1).is_power_of_two()
}

impl Plan {
    /// The data of execution i follow from the seed and i; when every schedule is tried they stay the same, so that schedules
    /// are all that differs.
    pub(super) fn data_seed(&self, execution: u64) -> Seed {
        if let Some(seed) = self.replay.as_ref().and_then(Schedule::data_seed) {
            return seed;
        }
        match self.scheduler {
            Some(SchedulerKind::Exhaustive { .. }) => self.seed.derive(0),
            _ => self.seed.derive(execution),
        }
    }
}

impl Progress {
    fn report(self, plan: &Plan) -> Report {
        Report {
            executions: self.executions,
            distinct: self.seen.distinct(),
            exhausted: self.exhausted,
            unseen: if self.exhausted { 0.0 } else { self.seen.unseen() },
            stopped: self.stopped,
            failure: None,
            warnings: self.warnings,
            seed: plan.seed,
            scheduler: plan.scheduler.clone(),
        }
    }
}

/// Wall time: only how long an exploration goes on depends on it, never what an execution does.
#[allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "the budget of an exploration is wall time")]
mod wall {
    use super::Duration;

    #[derive(Debug)]
    pub(super) struct WallClock {
        start: std::time::Instant,
        limit: Duration,
    }

    impl WallClock {
        pub(super) fn start(limit: Duration) -> Self {
            Self { start: std::time::Instant::now(), limit }
        }

        pub(super) fn is_over(&self) -> bool {
            self.start.elapsed() >= self.limit
        }
    }
}

use wall::WallClock;
