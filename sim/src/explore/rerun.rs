//! Looking closer: the failing execution is run once more, with everything recorded.

use std::io::Write;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::Report;
use super::batch::{Found, Met, What};
use super::explorer::Explorer;
use super::plan::Plan;
use super::tally::Tally;
use super::test::TestTarget;
use super::work::Tested;
use crate::config::Settings;
use crate::coverage;
use crate::kernel::{self, FailureKind, Model, Order};
use crate::output::Echo;
use crate::schedule::Schedule;
use crate::scheduler::{Chooser, Follow, Replay};
use crate::seed::Seed;
use crate::simulation::once::{self, Program};
use crate::simulation::{Execution, Failure, waiting};
use crate::trace::{TaskId, Trace};

/// Runs a program once with a full trace.
#[track_caller]
pub(super) fn full(
    order: &Order<'_>,
    scheduler: Chooser,
    seed: Seed,
    program: &dyn Program,
) -> (Execution<()>, Option<Chooser>, bool) {
    let (mut scheduler, mut ended) = (Some(scheduler), None);
    program.execute(&mut |main| ended = Some(once::full(order, &mut scheduler, seed, main)));
    let Some((execution, stopped)) = ended else { unreachable!("a program makes one main") };
    (execution, scheduler, stopped)
}

pub(super) fn replaying(schedule: &Schedule) -> Chooser {
    let mut replay = Chooser::Any(Box::new(Replay::new(schedule)));
    replay.begin(0, &Model::default());
    replay
}

/// Runs the execution that has just passed once more: a program that something besides the schedule decides about is found out even
/// if it does not fail.
#[track_caller]
pub(super) fn check_again(order: &Order<'_>, met: Met, body: &Tested<'_>) -> Option<Found> {
    let outcome = once::brief(order, &mut Some(replaying(&met.schedule)), body.program);
    let again = match (&outcome, body.error.take()) {
        (Ok(brief), None) if brief.digest == met.digest => return None,
        (Ok(_), None) => "passed too, with another trace".to_owned(),
        (Ok(_), Some(error)) => format!("failed with an error: {error}"),
        (Err(fault), _) => format!("failed with a {}: {}", fault.kind, fault.message),
    };
    Some(Found { met, what: What::Differs(format!("the first passed, the second {again}")) })
}

impl Explorer {
    fn order<'a>(&self, plan: &'a Plan, met: &Met) -> Order<'a> {
        let data = met.schedule.data().cloned().unwrap_or_else(|| plan.data(met.index));
        Order { settings: &plan.settings, data, full: false }
    }

    /// Runs an execution once more, with a full trace.
    #[track_caller]
    pub(super) fn rerun(&self, plan: &Plan, met: &Met, body: &Tested<'_>) -> Again {
        let order = Order { full: true, ..self.order(plan, met) };
        let (execution, _, _) = full(&order, replaying(&met.schedule), plan.seed, body.program);
        let same = execution.trace.digest() == met.digest;
        Again { execution, error: body.error.take(), same }
    }

    /// The failure of an execution, from a second run with a full trace. If the second run is not the same, that is the failure:
    /// nothing else about it could be trusted.
    #[track_caller]
    pub(super) fn look_closer(&self, plan: &Plan, met: &Met, first: (FailureKind, &str), body: &Tested<'_>) -> Failure {
        let Again { execution, error, same } = self.rerun(plan, met, body);
        let (kind, message) = first;
        // What the scheduler itself brought about cannot be repeated by a replay.
        let of_scheduler = matches!(kind, FailureKind::Divergence | FailureKind::Nondeterminism);
        match failure_of(&execution, error, plan.seed) {
            _ if of_scheduler => failure_at_end(&execution, plan.seed, kind, message.to_owned()),
            Some(failure) if same && failure.kind == kind => self.shrunk(plan, &self.order(plan, met), failure, &execution, body),
            other => {
                let again = match &other {
                    Some(failure) => format!("failed with a {}: {}", failure.kind, failure.message),
                    None => "passed".to_owned(),
                };
                let what = format!("the first failed with a {kind} ({message}), the second {again}");
                self.nondeterminism(plan, &self.order(plan, met), &what, &execution, body)
            }
        }
    }

    /// The failure of an execution that passed once and then came out otherwise.
    #[track_caller]
    pub(super) fn differs(&self, plan: &Plan, met: &Met, what: &str, body: &Tested<'_>) -> Failure {
        let Again { execution, .. } = self.rerun(plan, met, body);
        let mut failure = self.nondeterminism(plan, &self.order(plan, met), what, &execution, body);
        failure.schedule = met.schedule.clone();
        failure
    }

    /// The failure of a program that came out differently under one schedule; `execution` is one of its runs. One more is made to
    /// say where they part.
    #[track_caller]
    fn nondeterminism(
        &self,
        plan: &Plan,
        order: &Order<'_>,
        what: &str,
        execution: &Execution<()>,
        body: &Tested<'_>,
    ) -> Failure {
        let order = order.keeping(true);
        let (other, _, _) = full(&order, replaying(&execution.schedule), plan.seed, body.program);
        body.error.take();
        let parts = execution.trace.first_difference(&other.trace).map_or_else(String::new, |difference| {
            let line = |line: Option<String>| line.map_or_else(|| "the end".to_owned(), |line| line.trim().to_owned());
            format!(
                "\nTwo further runs part at event {}:\n  {}\n  {}",
                difference.index,
                line(difference.left),
                line(difference.right)
            )
        });
        let message = format!(
            "the same schedule gave two different executions: {what}.{parts}\n\
             Something besides the schedule decides what this program does: the order of a HashMap, a clock or random \
             numbers of the machine, another thread, a static that one execution leaves to the next, select! without \
             `biased`, a tokio::sync::watch that several tasks wait for."
        );
        failure_at_end(execution, plan.seed, FailureKind::Nondeterminism, message)
    }

    /// The same failure, with the awaits at which tasks wait where that is what it is about.
    #[track_caller]
    fn located(&self, plan: &Plan, order: &Order<'_>, mut failure: Failure, body: &Tested<'_>) -> Failure {
        if matches!(failure.kind, FailureKind::Deadlock | FailureKind::PendingAtExit) {
            let settings = Arc::new(Settings { await_points: true, ..**order.settings });
            let order = Order { settings: &settings, full: true, ..order.clone() };
            let (execution, _, _) = full(&order, replaying(&failure.schedule), plan.seed, body.program);
            body.error.take();
            let again = execution.outcome.as_ref().err();
            if again.is_some_and(|again| again.kind == failure.kind) {
                failure.details.extend(waiting(&execution.trace));
            }
        }
        failure
    }

    /// The failure of the simplest schedule that shows the same bug, explained.
    #[track_caller]
    fn shrunk(&self, plan: &Plan, order: &Order<'_>, found: Failure, execution: &Execution<()>, body: &Tested<'_>) -> Failure {
        let mut failure = self.simplest(plan, order, found, execution, body);
        failure.explanation = self.explain(plan, order, &failure, body);
        self.located(plan, order, failure, body)
    }

    #[track_caller]
    fn simplest(&self, plan: &Plan, order: &Order<'_>, found: Failure, execution: &Execution<()>, body: &Tested<'_>) -> Failure {
        let Some(shrunk) = self.shrink(order, found.kind, execution, body) else { return found };
        let mut scheduler = Chooser::Any(Box::new(Follow::new(&shrunk.deviations)));
        scheduler.begin(0, &Model::default());
        let (execution, _, _) = full(&order.keeping(true), scheduler, plan.seed, body.program);
        match failure_of(&execution, body.error.take(), plan.seed) {
            Some(mut failure) if failure.kind == found.kind => {
                let from = found.schedule.deviations().len();
                failure.hints.shrunk = (failure.schedule != found.schedule).then_some((from, shrunk.executions));
                failure
            }
            _ => found,
        }
    }

    /// What a failure has to know to print lines that can be pasted.
    pub(super) fn hint(&self, plan: &Plan, failure: &mut Failure, index: u64, passed: u64) {
        failure.execution = index;
        let of_name = || self.name.as_deref().map(|name| format!("cargo test {name}"));
        let of_target = || self.target.as_ref().map(TestTarget::command);
        failure.hints.command = self.command.clone().or_else(of_target).or_else(command_of_thread).or_else(of_name);
        failure.hints.passed = plan.replay.is_none().then_some(passed);
        failure.hints.replayed = plan.replay.is_some();
        let mut explore = vec![("REENACT_SEED", plan.seed.to_string())];
        if let Some(scheduler) = &plan.scheduler {
            explore.push(("REENACT_SCHEDULER", scheduler.to_string()));
        }
        if !plan.settings.hostility.is_none() {
            explore.push(("REENACT_HOSTILE", plan.settings.hostility.to_string()));
        }
        if plan.executions <= index.saturating_add(1) || plan.executions != 1_000 {
            explore.push(("REENACT_EXECUTIONS", plan.executions.to_string()));
        }
        explore.retain(|(_, value)| *value != u64::MAX.to_string());
        if let Some(shard) = plan.shard {
            explore.push(("REENACT_SHARD", shard.to_string()));
        }
        failure.hints.explore = explore;
        if plan.is_guided() && coverage::counters::present() {
            // Only a build with counters is guided by them.
            failure.hints.explore_by = self.name.as_ref().map(|name| format!("cargo reenact fuzz {name}"));
        }
    }

    /// Runs exactly one execution, for somebody who watches: output as it comes, then the whole trace.
    #[track_caller]
    pub(super) fn replay(&self, plan: &Plan, schedule: &Schedule, body: &Tested<'_>) -> Report {
        if plan.shrink {
            return self.shrink_only(plan, schedule, body);
        }
        let (mut failure, mut trace) = (None, None);
        let mut report = self.show_replay(plan, schedule, body.program, &mut |execution| {
            failure = failure_of(&execution, body.error.take(), plan.seed);
            trace = Some(execution.trace);
            ControlFlow::Continue(())
        });
        if let Some(failure) = &mut failure {
            self.hint(plan, failure, 0, 0);
        }
        if failure.is_none() {
            say("the replayed execution passed");
        }
        report.failure = failure;
        self.traced(plan, schedule, trace, report.failure.as_ref());
        report
    }

    /// Writes the trace of a replayed execution down, if somebody wants that.
    pub(super) fn traced(&self, plan: &Plan, schedule: &Schedule, trace: Option<Trace>, failure: Option<&Failure>) {
        #[cfg(feature = "report")]
        if let (Some(file), Some(trace)) = (&plan.trace, trace)
            && let Err(error) = super::trace_file::write(file, self.name.as_deref(), schedule, &trace, failure)
        {
            super::explorer::warn(&error);
        }
        #[cfg(not(feature = "report"))]
        let _ = (plan, schedule, trace, failure);
    }

    /// Shrinks the execution of a schedule, without exploring anything.
    #[track_caller]
    fn shrink_only(&self, plan: &Plan, schedule: &Schedule, body: &Tested<'_>) -> Report {
        let data = schedule.data().cloned().unwrap_or_else(|| plan.data(0));
        let order = Order { settings: &plan.settings, data, full: true };
        let (execution, _, stopped) = full(&order, replaying(schedule), plan.seed, body.program);
        let mut report = Tally::new(plan).report(plan);
        report.executions = 1;
        let failure = failure_of(&execution, body.error.take(), plan.seed).filter(|_| !stopped);
        report.failure = failure.map(|failure| match failure.kind {
            // There is no execution of this schedule that could be made simpler.
            FailureKind::Divergence => failure,
            _ => self.shrunk(plan, &Order { full: false, ..order }, failure, &execution, body),
        });
        match &mut report.failure {
            Some(failure) => self.hint(plan, failure, 0, 0),
            None => say(&format!("the execution of {schedule} passed: there is no failure to shrink")),
        }
        report
    }

    /// The same for whoever looks at every execution.
    #[track_caller]
    pub(super) fn show_replay(
        &self,
        plan: &Plan,
        schedule: &Schedule,
        program: &dyn Program,
        look: &mut dyn FnMut(Execution<()>) -> ControlFlow<()>,
    ) -> Report {
        say(&format!("replaying {schedule}{}", self.name.as_ref().map_or_else(String::new, |name| format!(" of {name}"))));
        let mut echo = Some(Echo::new());
        self.look_at_each(plan, program, &mut |execution| {
            echo = None;
            say(&format!("\ntrace:\n{}", execution.trace));
            look(execution)
        })
    }
}

/// A second run of an execution.
pub(super) struct Again {
    pub(super) execution: Execution<()>,
    /// The error that its body returned.
    error: Option<String>,
    /// Whether it came out the same.
    same: bool,
}

/// The failure of an execution whose body may have returned an error; `None` if it passed.
pub(super) fn failure_of(execution: &Execution<()>, error: Option<String>, seed: Seed) -> Option<Failure> {
    match &execution.outcome {
        Err(failure) => Some(failure.clone()),
        Ok(()) => error.map(|error| failure_at_end(execution, seed, FailureKind::Error, error)),
    }
}

/// A failure that was found when the execution was over.
fn failure_at_end(execution: &Execution<()>, seed: Seed, kind: FailureKind, message: String) -> Failure {
    let main = execution.trace.task(TaskId::MAIN);
    Failure {
        kind,
        schedule: execution.schedule.clone(),
        seed,
        trace: execution.trace.clone(),
        message,
        task: main.map(|info| info.path.clone()),
        task_name: main.map(|info| info.name.to_string()),
        place: None,
        at: crate::instant::Instant::ZERO + execution.stats.elapsed,
        execution: 0,
        hint: kernel::with(|kernel| once::hint(kernel, kind)),
        details: Vec::new(),
        explanation: None,
        hints: Default::default(),
    }
}

/// A test whose command nobody said runs on a thread that is called like it.
fn command_of_thread() -> Option<String> {
    let thread = std::thread::current();
    let name = thread.name().filter(|name| *name != "main")?;
    Some(format!("cargo test {name} -- --exact"))
}

/// For whoever watches a replay: past the test runner, which captures what goes through print!.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}
