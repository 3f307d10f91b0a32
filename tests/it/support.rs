//! What several tests need.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::ops::ControlFlow;

use reenact::{Explorer, Failure, Hostility, Report, SchedulerKind, Sim, Verdict};

/// An explorer that tries every schedule.
pub(crate) fn exhaustive() -> Explorer {
    Explorer::new().scheduler(SchedulerKind::Exhaustive { preemptions: None })
}

/// An explorer that does what the contract of `Future` allows.
fn hostile() -> Explorer {
    Explorer::new().executions(200).hostile(Hostility::all())
}

/// Holds under every schedule of an executor that polls only who was woken; returns how many there are.
#[track_caller]
pub(crate) fn every_friendly_schedule<F>(body: impl Fn() -> F) -> u64
where
    F: Future,
    F::Output: Verdict,
{
    let report = exhaustive().run(body);
    if let Some(failure) = report.failure {
        panic!("{failure}\n{}", failure.trace);
    }
    assert!(report.exhausted, "{report}");
    report.executions
}

/// Holds under every schedule; returns how many there are. And under some of a hostile executor, which are not counted.
#[track_caller]
pub(crate) fn every_schedule<F>(body: impl Fn() -> F) -> u64
where
    F: Future,
    F::Output: Verdict,
{
    let executions = every_friendly_schedule(&body);
    if let Some(failure) = hostile().run(&body).failure {
        panic!("{failure}\n{}", failure.trace);
    }
    executions
}

/// Everything that the program may return, over every schedule. A hostile executor gets nothing else out of it.
#[track_caller]
pub(crate) fn outcomes<F>(body: impl Fn() -> F) -> BTreeSet<F::Output>
where
    F: Future,
    F::Output: Ord + Clone + Debug,
{
    let mut seen = BTreeSet::new();
    let report = exhaustive().visit(&body, |execution| {
        match &execution.outcome {
            Ok(output) => drop(seen.insert(output.clone())),
            Err(failure) => panic!("{failure}\n{}", execution.trace),
        }
        ControlFlow::Continue(())
    });
    assert!(report.exhausted);
    hostile().visit(&body, |execution| {
        match &execution.outcome {
            Ok(output) => assert!(seen.contains(output), "{output:?} is new\n{}", execution.trace),
            Err(failure) => panic!("{failure}\n{}", execution.trace),
        }
        ControlFlow::Continue(())
    });
    seen
}

/// The first failure that exploring every schedule finds.
#[track_caller]
pub(crate) fn failure_of<F>(body: impl Fn() -> F) -> Failure
where
    F: Future,
    F::Output: Verdict,
{
    let report: Report = exhaustive().run(body);
    report.failure.expect("some schedule fails")
}

/// What the program returns in fifo order.
#[track_caller]
pub(crate) fn fifo<F: Future>(body: impl FnOnce() -> F) -> F::Output {
    let execution = Sim::new().run(body);
    match execution.outcome {
        Ok(output) => output,
        Err(failure) => panic!("{failure}\n{}", execution.trace),
    }
}
