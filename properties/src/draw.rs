//! [`draw`]: a value of a strategy inside an execution.

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use reenact_sim::rng;

/// A value of a strategy, drawn by the running task inside an execution.
///
/// It follows from the task's data stream, as numbers from `rng()` do: the same under every schedule, and replayed by the schedule's text alone.
/// So an explored test has generated inputs without proptest's runner, and a `guided` exploration or `cargo reenact fuzz`, which varies the streams of
/// tasks with their choices, explores inputs and interleavings together. Two values drawn one after the other are different values.
///
/// What is not done is to shrink the value: only the schedule is shrunk. Where a failing input should become simple, take
/// [`schedules`](crate::schedules) and proptest's runner instead.
///
/// # Panics
///
/// Outside the step of a task; if the strategy rejects too many values of its own.
///
/// ```
/// use proptest::prelude::*;
/// use reenact_sim::{Explorer, SchedulerKind, cover};
///
/// // Three inputs of one in 32, one after the other.
/// let report = Explorer::new().scheduler(SchedulerKind::Guided).executions(20_000).run(|| async {
///     for (n, wanted) in [3, 17, 30].into_iter().enumerate() {
///         let task = reenact_sim::task::spawn(async { reenact_properties::draw(&(0..32)) });
///         if task.await.unwrap() != wanted {
///             return;
///         }
///         cover!("right", n);
///     }
///     panic!("all three");
/// });
/// let failure = report.failure.unwrap();
/// assert!(failure.schedule.to_string().contains(";streams=0."), "{failure}");
/// ```
#[track_caller]
pub fn draw<S: Strategy>(strategy: &S) -> S::Value {
    use rand_core::Rng;
    let mut seed = [0; 32];
    rng().fill_bytes(&mut seed);
    let config = Config { failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    match strategy.new_tree(&mut runner) {
        Ok(tree) => tree.current(),
        Err(reason) => panic!("the strategy gives no value: {reason}"),
    }
}
