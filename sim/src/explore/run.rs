//! The loop over executions.

use std::future::Future;
use std::ops::ControlFlow;
use std::time::Duration;

use super::explorer::{Explorer, Plan};
use super::seen::Seen;
use super::{Report, Verdict};
use crate::kernel::{FailureKind, Order};
use crate::schedule::Schedule;
use crate::scheduler::{Chooser, Lineup, Replay, SchedulerKind};
use crate::seed::Seed;
use crate::simulation::{Execution, Warning, once};

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
    pub(super) fn explore<F>(&self, plan: &Plan, body: impl Fn() -> F) -> Report
    where
        F: Future,
        F::Output: Verdict,
    {
        if let Some(schedule) = &plan.replay {
            return self.replay(plan, schedule, body);
        }
        let mut progress = Progress::default();
        let mut failure = None;
        self.each(plan, |execution, scheduler, order| {
            let (outcome, scheduler) = once::brief(&order, scheduler, &body, |output| output.error());
            progress.executions += 1;
            match outcome {
                Ok((error, brief)) => {
                    progress.seen.add(brief.digest);
                    if let Some(error) = error {
                        failure = Some(self.look_closer(plan, &order, execution, (FailureKind::Error, error), &body));
                    } else if brief.remarkable && progress.warnings.is_empty() {
                        progress.warnings = self.rerun(&order, plan.seed, &body).0.warnings;
                    }
                }
                Err(fault) if fault.stopped => progress.stopped += 1,
                Err(fault) => {
                    progress.seen.add(crate::trace::recorder::with(|recorder| recorder.digest()));
                    let what = (fault.kind, fault.message);
                    failure = Some(self.look_closer(plan, &order, execution, what, &body));
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
    pub(super) fn look_at_each<F, R>(
        &self,
        plan: &Plan,
        body: impl Fn() -> F,
        finish: impl Fn(F::Output) -> R,
        mut look: impl FnMut(&Execution<R>) -> ControlFlow<()>,
    ) -> Report
    where
        F: Future,
    {
        let mut progress = Progress::default();
        let mut first_failure = None;
        self.each(plan, |index, scheduler, order| {
            let order = Order { full: true, ..order };
            let (mut execution, scheduler, stopped) = once::full(&order, scheduler, plan.seed, &body, &finish);
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
            (scheduler, look(&execution))
        });
        let mut report = progress.report(plan);
        report.failure = first_failure;
        report
    }

    /// Calls `run` with its scheduler for each execution of the plan.
    #[track_caller]
    fn each(&self, plan: &Plan, mut run: impl FnMut(u64, Chooser, Order) -> (Option<Chooser>, ControlFlow<()>)) {
        let mut lineup = match (&plan.replay, &self.factory) {
            (Some(schedule), _) => Lineup::one(Chooser::Any(Box::new(Replay::new(schedule))), plan.seed),
            (None, Some(factory)) => Lineup::one(factory().into(), plan.seed),
            (None, None) => Lineup::of_kind(plan.scheduler.as_ref().unwrap_or(&SchedulerKind::Portfolio), plan.seed),
        };
        let executions = if plan.replay.is_some() { 1 } else { plan.executions };
        let clock = plan.time_limit.map(WallClock::start);
        for execution in 0..executions {
            let (seat, scheduler) = lineup.take(execution);
            let order = Order { settings: self.settings, data_seed: plan.data_seed(execution), full: false };
            let (back, flow) = run(execution, scheduler, order);
            let Some(scheduler) = back else { return };
            if flow.is_break() || scheduler.exhausted() || clock.as_ref().is_some_and(WallClock::is_over) {
                return;
            }
            lineup.put(seat, scheduler);
        }
    }
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
