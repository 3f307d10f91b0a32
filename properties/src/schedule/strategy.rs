//! [`schedules`]: the strategy.

use proptest::arbitrary::any;
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::picks::Picks;
use super::tree::ScheduleTree;

/// Schedules, as values that proptest draws and shrinks beside any others.
///
/// A case runs under one schedule, or under as many as [`executions`](Schedules::executions) says. They shrink to fewer deviations
/// from fifo order, down to none, and so does an input beside them: where a smaller input makes fewer choices, the rest of
/// a schedule is fifo.
///
/// Use it in a `proptest!` block with [`hold`](crate::hold), or let [`proptest!`](crate::proptest) of this crate do both.
///
/// ```
/// use proptest::prelude::*;
/// use reenact_combinators::gather;
/// use reenact_properties::{hold, schedules};
/// use reenact_sim::time::sleep;
/// use std::time::Duration;
///
/// proptest! {
///     # #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
///     // #[test]
///     fn gather_keeps_argument_order(seconds in prop::collection::vec(0..3_u64, 0..6), schedule in schedules()) {
///         hold(&schedule, || async {
///             let phases: Vec<_> = seconds.iter().copied().map(|n| async move {
///                 sleep(Duration::from_secs(n)).await;
///                 n
///             }).collect();
///             prop_assert_eq!(&gather(phases).await, &seconds);
///             Ok(())
///         })?;
///     }
/// }
/// # gather_keeps_argument_order();
/// ```
pub fn schedules() -> Schedules {
    Schedules { executions: 1 }
}

/// The strategy of [`schedules`].
#[derive(Clone, Copy, Debug)]
#[must_use = "strategies do nothing unless used"]
pub struct Schedules {
    executions: u32,
}

impl Schedules {
    /// How many schedules a case is run under, at most: it stops at the first that fails. The default is 1. An input is dearer to draw
    /// than a schedule, and many a bug needs one input but several tries.
    ///
    /// # Panics
    ///
    /// If it is 0: then nothing would run.
    #[track_caller]
    pub fn executions(self, executions: u32) -> Self {
        assert!(executions > 0, "a case needs at least 1 execution");
        Self { executions }
    }
}

impl Strategy for Schedules {
    type Tree = ScheduleTree;
    type Value = super::DrawnSchedules;

    /// Draws one word, whatever it is. A generator that runs out of bytes (`RngAlgorithm::PassThrough`) yields zeros from then on,
    /// which strategies that reject values never come back from; this one does.
    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let word = any::<u64>().new_tree(runner)?.current();
        let lists =
            (0..u64::from(self.executions)).map(|n| Picks::draw(word.wrapping_add(n.wrapping_mul(0xd1b5_4a32_d192_ed03))));
        Ok(ScheduleTree::new(lists.collect(), runner.config().cases, self.executions))
    }
}
