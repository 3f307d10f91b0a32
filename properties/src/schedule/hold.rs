//! [`hold`]: a property under the schedules of a case.

use std::future::Future;

use proptest::test_runner::{TestCaseError, TestCaseResult};
use reenact_sim::{Execution, Sim};

use super::DrawnSchedules;
use super::drawn::{Failed, Source};
use super::lenient::{Fit, Lenient};
use super::picks::Picks;

/// What an async property may return: `()`, or a `Result` as the body of an ordinary `proptest!` does.
pub trait Property {
    /// As proptest counts it: passed, failed, or rejected by `prop_assume!`.
    ///
    /// # Errors
    ///
    /// If the property does not hold, or the input is none for it.
    fn result(self) -> TestCaseResult;
}

impl Property for () {
    fn result(self) -> TestCaseResult {
        Ok(())
    }
}

impl Property for TestCaseResult {
    fn result(self) -> TestCaseResult {
        self
    }
}

/// Runs a property under each schedule of a case, and stops at the first under which it fails.
///
/// `body` makes the program anew for each execution. It fails by a panic, by `Err` (as `prop_assert!` makes it), or by whatever else fails
/// an execution, such as a deadlock.
///
/// # Errors
///
/// What failed, with the schedule that was really executed, the line that replays it, which execution of how many it was, and how many
/// cases there are. A case that `prop_assume!` rejects under one schedule is rejected.
///
/// # Panics
///
/// Inside an execution.
///
/// ```
/// use proptest::test_runner::{Config, TestError, TestRunner};
/// use reenact_properties::{hold, schedules};
/// use reenact_sim::{Shared, task};
///
/// async fn lost_update() {
///     let count = Shared::new(0);
///     let tasks = [1, 2].map(|_| {
///         let count = count.clone();
///         task::spawn(async move {
///             let seen = count.get();
///             task::yield_now().await;
///             count.set(seen + 1);
///         })
///     });
///     for task in tasks {
///         task.await.unwrap();
///     }
///     assert_eq!(count.get(), 2);
/// }
///
/// let config = Config { cases: 10, failure_persistence: None, ..Config::default() };
/// let result = TestRunner::new(config).run(&schedules().executions(4), |schedule| hold(&schedule, lost_update));
/// let Err(TestError::Fail(reason, schedule)) = result else { panic!("there is a failing schedule") };
/// // It needs no deviation from fifo order.
/// assert_eq!(format!("{schedule:?}"), "r1:");
/// assert!(reason.message().contains("budget: 10 cases x 4 executions"));
/// ```
#[track_caller]
pub fn hold<F>(schedules: &DrawnSchedules, body: impl Fn() -> F) -> TestCaseResult
where
    F: Future,
    F::Output: Property,
{
    hold_with(schedules, Sim::new, body)
}

/// The same in simulations of your own making: with limits, a hostile executor, delivered panics. Their scheduler and their seed are
/// those of the case.
///
/// # Errors
///
/// As [`hold`].
///
/// # Panics
///
/// As [`hold`].
///
/// ```
/// use reenact_properties::{DrawnSchedules, hold_with};
/// use reenact_sim::{PendingAtExit, Sim, task};
///
/// let fifo: DrawnSchedules = "r1:".parse()?;
/// let strict = || Sim::new().pending_at_exit(PendingAtExit::Fail);
/// assert!(hold_with(&fifo, strict, || async { drop(task::spawn(std::future::pending::<()>())) }).is_err());
/// # Ok::<(), reenact_sim::Error>(())
/// ```
#[track_caller]
pub fn hold_with<F>(schedules: &DrawnSchedules, simulation: impl Fn() -> Sim, body: impl Fn() -> F) -> TestCaseResult
where
    F: Future,
    F::Output: Property,
{
    let lists = match &schedules.source {
        Source::Exactly(schedule) => return judge(schedules, 0, 0, simulation().replay(schedule).run(&body)),
        Source::Drawn(lists) => lists,
    };
    let run = |number: usize, list: &Picks, fit: Fit| {
        let scheduler = Box::new(Lenient::new(&list.picks, fit));
        let execution = simulation().seed(list.data_seed).scheduler_with(scheduler).run(&body);
        judge(schedules, number, list.data_seed, execution)
    };
    (1..).zip(lists).try_for_each(|(number, list)| run(number, list, Fit::Modulo))?;
    let failed = schedules.record.borrow().clone().filter(|_| schedules.refit);
    failed.iter().flat_map(|failed| failed.picks.refits()).try_for_each(|list| run(0, &list, Fit::Last))
}

/// Passes an execution on, or says why it failed and remembers what was picked in it.
fn judge<T: Property>(schedules: &DrawnSchedules, number: usize, data_seed: u64, execution: Execution<T>) -> TestCaseResult {
    let Execution { outcome, schedule, choices, .. } = execution;
    let text = match outcome.map(Property::result) {
        Ok(Err(TestCaseError::Fail(reason))) => {
            format!(
                "{}\n  schedule {schedule}\nnote: to replay it: Sim::new().replay(&\"{schedule}\".parse()?)",
                reason.message()
            )
        }
        Ok(other) => return other,
        Err(failure) => failure.to_string(),
    };
    let Source::Drawn(lists) = &schedules.source else { return Err(TestCaseError::fail(text)) };
    let picks = Picks::new(choices.iter().map(|choice| choice.picked).collect(), data_seed);
    // Found among the schedules that were drawn, or later, while shrinking.
    let which = match number > 0 && lists.len() as u32 == schedules.executions {
        true => format!("execution {number} of {}", schedules.executions),
        false => "an execution".to_owned(),
    };
    let cases = schedules.cases.map_or_else(|| "one case".to_owned(), |cases| format!("{cases} cases"));
    let text = format!(
        "{text}\nnote: in a property:  hold(&\"{schedule}\".parse()?, ..)\n{which} of its case; budget: {cases} x {} executions",
        schedules.executions
    );
    schedules.record.replace(Some(Failed { picks, schedule }));
    Err(TestCaseError::fail(text))
}
