//! The strategies of scenarios.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy};
use proptest::prop_oneof;

use super::phase::{End, OnCancel, Phase, Ticks};
use super::program::{Cancel, Child, Scenario};

/// Instants and durations. Nearly all are among the first five, so that a completion, a cancel and a deadline often meet in one instant:
/// that is where schedules differ. Shrinks to zero.
pub fn ticks() -> impl Strategy<Value = Ticks> {
    prop_oneof![9 => 0..5_u32, 1 => 0..20_u32].prop_map(Ticks)
}

/// Phases. Shrink to one that returns at once and ends when it is cancelled.
pub fn phases() -> impl Strategy<Value = Phase> {
    let ends = prop_oneof![6 => Just(End::Returns), 2 => Just(End::Fails), 1 => Just(End::Panics)];
    let cancelled = prop_oneof![
        3 => Just(OnCancel::Ends),
        1 => ticks().prop_map(OnCancel::CleansUp),
        1 => Just(OnCancel::Refuses),
    ];
    (ticks(), ends, cancelled).prop_map(|(takes, ends, cancelled)| Phase { takes, ends, cancelled })
}

fn children() -> impl Strategy<Value = Child> {
    let phase = phases().prop_map(Child::Phase);
    phase.prop_recursive(2, 6, 3, |child| vec(child, 0..4).prop_map(Child::Group))
}

/// Scenarios of up to five children, some of them groups, with some cancels, a deadline or none, and a caller that is cancelled or
/// not. Shrink to fewer children that return sooner, and to fewer things that happen to them.
///
/// ```
/// use proptest::prelude::*;
/// use proptest::test_runner::{RngSeed, TestError, TestRunner};
/// use reenact_properties::scenario::scenarios;
///
/// let config = ProptestConfig { failure_persistence: None, rng_seed: RngSeed::Fixed(7), ..ProptestConfig::default() };
/// let result = TestRunner::new(config).run(&scenarios(), |scenario| {
///     prop_assert!(scenario.deadline.is_none() || scenario.children.len() < 2);
///     Ok(())
/// });
/// let Err(TestError::Fail(_, scenario)) = result else { panic!("{result:?}") };
/// assert_eq!(scenario.to_string(), "spawn 0: return\nspawn 1: return\ndeadline: 0ns");
/// ```
pub fn scenarios() -> impl Strategy<Value = Scenario> {
    let cancel = (ticks(), 0..5_usize).prop_map(|(at, child)| Cancel { at, child });
    let happens = (vec(cancel, 0..3), option::of(ticks()), option::weighted(0.3, ticks()));
    (vec(children(), 0..6), happens).prop_map(|(children, (mut cancels, deadline, leave))| {
        cancels.retain(|cancel| cancel.child < children.len());
        Scenario { children, cancels, deadline, leave }
    })
}
