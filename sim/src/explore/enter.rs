//! The ways into an exploration.

use std::cell::RefCell;
use std::future::Future;
use std::num::NonZeroU32;
use std::ops::ControlFlow;

use super::explorer::{Explorer, warn};
use super::isolated;
use super::note;
use super::plan::Plan;
use super::work::Tested;
use super::{Report, Verdict};
use crate::coverage;
use crate::simulation::Execution;
use crate::simulation::once::Closure;

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

impl Explorer {
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
        let report = self.explore(&plan, &Tested { program: &program, error: &error });
        self.written_down(&plan, report)
    }

    /// Explores on several threads, and comes to the same [`Report`] as [`run`](Self::run) whatever their number: the failure is the one
    /// of the lowest execution, and what counts is what comes before it. With a time limit only what was run counts.
    ///
    /// The body is called on all of them, so what it captures has to be `Sync`; the futures it makes stay on their thread. A scheduler
    /// of one's own ([`scheduler_with`](Self::scheduler_with)) may learn from one execution for the next, so it runs on one
    /// thread.
    ///
    /// # Panics
    ///
    /// If `jobs` is 0, or so many threads cannot be started; as [`run`](Self::run).
    ///
    /// ```
    /// use reenact_sim::{Explorer, task};
    ///
    /// let body = || async {
    ///     let tasks = [1, 2, 3, 4].map(|n| task::spawn(async move { reenact_sim::println!("{n}") }));
    ///     for task in tasks {
    ///         task.await.unwrap();
    ///     }
    /// };
    /// let explorer = Explorer::new().scheduler("exhaustive".parse()?);
    /// let report = explorer.run_parallel(2, body);
    /// let alone = explorer.run(body);
    /// assert_eq!((report.executions, report.distinct, report.exhausted), (alone.executions, alone.distinct, true));
    /// # Ok::<(), reenact_sim::Error>(())
    /// ```
    #[track_caller]
    pub fn run_parallel<F>(&self, jobs: usize, body: impl Fn() -> F + Sync) -> Report
    where
        F: Future,
        F::Output: Verdict,
    {
        let jobs = u32::try_from(jobs).ok().and_then(NonZeroU32::new);
        let Some(jobs) = jobs else { panic!("run_parallel takes a number of threads from 1 on, as in run_parallel(4, body)") };
        self.run_planned(Plan { jobs, ..self.plan_or_panic() }, body)
    }

    /// Explores on as many threads as the plan says.
    #[track_caller]
    pub(super) fn run_planned<F>(&self, mut plan: Plan, body: impl Fn() -> F + Sync) -> Report
    where
        F: Future,
        F::Output: Verdict,
    {
        if plan.is_guided() && coverage::counters::present() {
            // The compiler's counters are one set for the whole process.
            plan.jobs = NonZeroU32::MIN;
        }
        let make = |then: &mut dyn FnMut(&Tested<'_>)| {
            let error = RefCell::new(None);
            let program = Closure::new(&body, |output: F::Output| drop(error.replace(output.error())));
            then(&Tested { program: &program, error: &error });
        };
        if plan.replay.is_none() && plan.jobs.get() > 1 && self.factory.is_none() {
            let report = self.explore_in_parallel(&plan, &make);
            return self.written_down(&plan, report);
        }
        let mut report = None;
        make(&mut |body| report = Some(self.explore(&plan, body)));
        self.written_down(&plan, report.unwrap_or_else(|| unreachable!("the program is made once")))
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
        let mut trace = None;
        let mut look = |execution: Execution<()>| {
            if plan.trace.is_some() && plan.replay.is_some() {
                trace = Some(execution.trace.clone());
            }
            let result = result.take();
            look(&execution.with(|| result.unwrap_or_else(|| unreachable!("an execution that has not failed has a result"))))
        };
        let report = match &plan.replay {
            Some(schedule) => self.show_replay(&plan, schedule, &program, &mut look),
            None => self.look_at_each(&plan, &program, &mut look),
        };
        if let Some(schedule) = &plan.replay {
            self.traced(&plan, schedule, trace, report.failure.as_ref());
        }
        self.written_down(&plan, report)
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

    /// The same on several threads; see [`run_parallel`](Self::run_parallel).
    ///
    /// # Panics
    ///
    /// If an execution fails; as [`run_parallel`](Self::run_parallel).
    #[track_caller]
    pub fn check_parallel<F>(&self, jobs: usize, body: impl Fn() -> F + Sync)
    where
        F: Future,
        F::Output: Verdict,
    {
        self.judge(&self.run_parallel(jobs, body));
    }

    #[track_caller]
    pub(super) fn judge(&self, report: &Report) {
        for warning in &report.warnings {
            warn(&format!("{}: {warning}", self.name.as_deref().unwrap_or("reenact")));
        }
        if let Some(failure) = &report.failure {
            panic!("{}", note::text(failure, self.name.as_deref()));
        }
    }

    /// Explores with a process for each execution, and panics with the text of the first failure. `test` is the test's name in this
    /// program.
    #[track_caller]
    pub(super) fn run_isolated<F>(&self, plan: &Plan, test: String, body: impl Fn() -> F)
    where
        F: Future,
        F::Output: Verdict,
    {
        let error = RefCell::new(None);
        let program = Closure::new(body, |output: F::Output| drop(error.replace(output.error())));
        isolated::explore(self, plan, test, &Tested { program: &program, error: &error });
    }
}
