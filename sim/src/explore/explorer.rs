//! [`Explorer`]: settings of an exploration.

use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::ops::ControlFlow;
use std::time::Duration;

use super::environment::Environment;
use super::run::Tested;
use super::{Report, Verdict};
use crate::config::{Limit, PendingAtExit, Settings, TaskPanics};
use crate::error::Error;
use crate::kernel::Scheduler;
use crate::schedule::Schedule;
use crate::scheduler::SchedulerKind;
use crate::seed::Seed;
use crate::simulation::Execution;
use crate::simulation::once::Closure;

/// Executions of an exploration that nobody said a number for.
const EXECUTIONS: u64 = 1_000;

/// Explores a program: [`Explorer::new().check(body)`](Explorer::check), with the defaults.
///
/// ```
/// reenact_sim::check(|| async {
///     let task = reenact_sim::task::spawn(async { 42 });
///     assert_eq!(task.await.unwrap(), 42);
/// });
/// ```
#[track_caller]
pub fn check<F>(body: impl Fn() -> F)
where
    F: Future,
    F::Output: Verdict,
{
    Explorer::new().check(body);
}

/// Runs a program under many schedules, up to the first failure.
///
/// | setting | default |
/// | --- | --- |
/// | executions | 1,000; with the exhaustive scheduler, all there are |
/// | scheduler | portfolio |
/// | seed | derived from the name; 0 without a name |
/// | time limit | none |
/// | unfinished tasks at exit | a warning |
/// | panics in tasks | fail |
/// | steps | 100 million |
/// | steps without the clock moving | 100 million |
/// | virtual time | unlimited |
/// | unfinished tasks | 16 million |
/// | events of a full trace | 1 million, from both ends |
///
/// The environment (`REENACT_EXECUTIONS`, `REENACT_SCHEDULER`, `REENACT_SEED`, `REENACT_TIME_LIMIT`) overrides the defaults,
/// an explicit call here overrides the environment, and `REENACT_REPLAY` always wins.
///
/// ```
/// use reenact_sim::{Explorer, FailureKind, SchedulerKind, Shared, task};
///
/// let report = Explorer::new().scheduler("exhaustive".parse()?).run(|| async {
///     let first = Shared::new(None);
///     let a = task::spawn({ let first = first.clone(); async move { first.update(|f| f.or(Some('a'))); } });
///     let b = task::spawn({ let first = first.clone(); async move { first.update(|f| f.or(Some('b'))); } });
///     let _ = (a.await, b.await);
///     assert_eq!(first.get(), Some('a'));
/// });
/// let failure = report.failure.unwrap();
/// assert_eq!(failure.kind, FailureKind::Panic);
/// assert_eq!(failure.schedule.to_string(), "r1:0=1/2@0.1");
/// # Ok::<(), reenact_sim::Error>(())
/// ```
#[must_use = "an Explorer does nothing until run, visit or check is called"]
pub struct Explorer {
    pub(super) name: Option<String>,
    /// The command that runs just this test.
    pub(super) command: Option<String>,
    pub(super) settings: Settings,
    /// What calls here said.
    pub(super) explicit: Budget,
    /// What the attribute said, which the environment overrides.
    pub(super) attribute: Budget,
    pub(super) factory: Option<Factory>,
}

/// Makes a scheduler of the user's own.
pub(super) type Factory = Box<dyn Fn() -> Box<dyn Scheduler>>;

/// What can be said in more than one place.
#[derive(Clone, Debug, Default)]
pub(super) struct Budget {
    pub(super) executions: Option<u64>,
    pub(super) seed: Option<Seed>,
    pub(super) scheduler: Option<SchedulerKind>,
    pub(super) time_limit: Option<Duration>,
}

/// What is to be done, after all places have been heard.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) executions: u64,
    pub(super) seed: Seed,
    /// `None` if the scheduler is the user's own.
    pub(super) scheduler: Option<SchedulerKind>,
    pub(super) time_limit: Option<Duration>,
    pub(super) replay: Option<Schedule>,
}

impl Explorer {
    /// The documented defaults.
    pub fn new() -> Self {
        Self {
            name: None,
            command: None,
            settings: Settings::DEFAULT,
            explicit: Budget::default(),
            attribute: Budget::default(),
            factory: None,
        }
    }

    /// What the exploration is called, usually the path of its test. Gives the default seed and the test's name in lines
    /// to paste.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// How many executions to run at most.
    pub fn executions(mut self, executions: u64) -> Self {
        self.explicit.executions = Some(executions);
        self
    }

    /// The seed from which the scheduler and the data draw.
    pub fn seed(mut self, seed: impl Into<Seed>) -> Self {
        self.explicit.seed = Some(seed.into());
        self
    }

    /// Who answers choice points.
    pub fn scheduler(mut self, kind: SchedulerKind) -> Self {
        self.explicit.scheduler = Some(kind);
        self.factory = None;
        self
    }

    /// The same, with schedulers of your own.
    pub fn scheduler_with(mut self, factory: impl Fn() -> Box<dyn Scheduler> + 'static) -> Self {
        self.explicit.scheduler = None;
        self.factory = Some(Box::new(factory));
        self
    }

    /// How long to explore at most, in wall time. It is looked at between executions.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.explicit.time_limit = Some(limit);
        self
    }

    /// What unfinished tasks mean when main is done.
    pub fn pending_at_exit(mut self, pending_at_exit: PendingAtExit) -> Self {
        self.settings.pending_at_exit = pending_at_exit;
        self
    }

    /// What a panic in a task does.
    pub fn task_panics(mut self, task_panics: TaskPanics) -> Self {
        self.settings.task_panics = task_panics;
        self
    }

    /// How many steps an execution may take.
    pub fn max_steps(mut self, limit: impl Into<Limit<u64>>) -> Self {
        self.settings.limits.steps = limit.into();
        self
    }

    /// How many steps may be taken without the clock moving (a livelock).
    pub fn max_steps_per_instant(mut self, limit: impl Into<Limit<u64>>) -> Self {
        self.settings.limits.steps_per_instant = limit.into();
        self
    }

    /// How much virtual time may pass in an execution.
    pub fn max_virtual_time(mut self, limit: impl Into<Limit<Duration>>) -> Self {
        self.settings.limits.virtual_time = limit.into();
        self
    }

    /// How many tasks may be unfinished at a time.
    pub fn max_tasks(mut self, limit: impl Into<Limit<u64>>) -> Self {
        self.settings.limits.tasks = limit.into();
        self
    }

    /// How many events a full trace keeps: of longer ones the middle is left out, and digest and schedule are of the whole.
    /// At least 8 are kept.
    pub fn max_trace_events(mut self, events: usize) -> Self {
        self.settings.limits.trace_events = events;
        self
    }

    /// Explores, and stops at the first failure.
    ///
    /// Nothing is printed; executions keep no trace. A failing execution is run once more for its full trace.
    ///
    /// # Panics
    ///
    /// If a `REENACT_` variable holds a value that means nothing; inside an execution.
    #[track_caller]
    pub fn run<F>(&self, body: impl Fn() -> F) -> Report
    where
        F: Future,
        F::Output: Verdict,
    {
        let plan = self.plan_or_panic();
        let error = RefCell::new(None);
        let program = Closure::new(body, |output: F::Output| drop(error.replace(output.error())));
        self.explore(&plan, &Tested { program: &program, error: &error })
    }

    /// Shows every execution with its full trace, until `look` breaks or the budget is used up. Never stops at a failure.
    ///
    /// # Panics
    ///
    /// As [`run`](Self::run).
    ///
    /// ```
    /// use reenact_sim::{Explorer, SchedulerKind, task};
    /// use std::collections::BTreeSet;
    /// use std::ops::ControlFlow;
    ///
    /// let mut outputs = BTreeSet::new();
    /// let every = SchedulerKind::Exhaustive { preemptions: None };
    /// let report = Explorer::new().scheduler(every).visit(
    ///     || async {
    ///         let tasks = [1, 2, 3].map(|n| task::spawn(async move { reenact_sim::println!("{n}") }));
    ///         for task in tasks {
    ///             task.await.unwrap();
    ///         }
    ///     },
    ///     |execution| {
    ///         outputs.insert(execution.trace.output());
    ///         ControlFlow::Continue(())
    ///     },
    /// );
    /// assert!(report.exhausted);
    /// assert_eq!(outputs.len(), 6);
    /// ```
    #[track_caller]
    pub fn visit<F>(&self, body: impl Fn() -> F, mut look: impl FnMut(&Execution<F::Output>) -> ControlFlow<()>) -> Report
    where
        F: Future,
    {
        let plan = self.plan_or_panic();
        let result = RefCell::new(None);
        let program = Closure::new(body, |output: F::Output| drop(result.replace(Some(output))));
        let mut look = |execution: Execution<()>| {
            let result = result.take();
            look(&execution.with(|| result.unwrap_or_else(|| unreachable!("an execution that has not failed has a result"))))
        };
        match &plan.replay {
            Some(schedule) => self.show_replay(&plan, schedule, &program, &mut look),
            None => self.look_at_each(&plan, &program, &mut look),
        }
    }

    /// Explores, and panics with the text of the first failure.
    ///
    /// # Panics
    ///
    /// If an execution fails; as [`run`](Self::run).
    #[track_caller]
    pub fn check<F>(&self, body: impl Fn() -> F)
    where
        F: Future,
        F::Output: Verdict,
    {
        self.judge(&self.run(body));
    }

    #[track_caller]
    fn judge(&self, report: &Report) {
        for warning in &report.warnings {
            warn(&format!("{}: {warning}", self.name.as_deref().unwrap_or("reenact")));
        }
        if let Some(failure) = &report.failure {
            panic!("{failure}");
        }
    }

    #[track_caller]
    fn plan_or_panic(&self) -> Plan {
        match self.plan() {
            Ok(plan) => plan,
            Err(error) => panic!("{error}"),
        }
    }

    /// Explicit calls before the environment before the attribute before the defaults.
    fn plan(&self) -> Result<Plan, Error> {
        let environment = Environment::read()?;
        environment.warnings.iter().for_each(|warning| warn(warning));
        let said = [&self.explicit, &environment.budget, &self.attribute];
        let of_name = || self.name.as_deref().map_or_else(Seed::default, Seed::of_text);
        let scheduler = said.iter().find_map(|budget| budget.scheduler.clone()).unwrap_or(SchedulerKind::Portfolio);
        let all = self.factory.is_none() && matches!(scheduler, SchedulerKind::Exhaustive { .. });
        let executions = said.iter().find_map(|budget| budget.executions);
        Ok(Plan {
            executions: executions.unwrap_or(if all { u64::MAX } else { EXECUTIONS }),
            seed: said.iter().find_map(|budget| budget.seed).unwrap_or_else(of_name),
            scheduler: if self.factory.is_some() { None } else { Some(scheduler) },
            time_limit: said.iter().find_map(|budget| budget.time_limit),
            replay: environment.replay,
        })
    }
}

#[allow(clippy::print_stderr, reason = "a warning that a test passes with has no other place to go")]
fn warn(text: &str) {
    eprintln!("warning: {text}");
}

impl Default for Explorer {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Explorer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explorer").field("name", &self.name).field("explicit", &self.explicit).finish_non_exhaustive()
    }
}
