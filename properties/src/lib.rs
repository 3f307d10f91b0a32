//! Property tests of async code: schedules as proptest values beside any other input.
//!
//! A property that holds for some inputs under some schedules is tested under generated inputs **and** generated schedules, which
//! proptest draws, shrinks, saves and replays together. [`proptest!`] makes an async property five lines; [`schedules`] and [`hold`] are
//! what it is made of, for ordinary `proptest!` blocks.
//!
//! [`scenario`] has concurrent programs as inputs: phases, groups, cancels and deadlines as data that shrinks and prints as a short program.
//! [`guarantees`] holds any implementation of gather, wait, as_completed, timeout, shield and task groups to what these promise.
//!
//! What a passing property does not prove: that there is no failing input or schedule. Cases times executions per case were tried, which
//! a failure names. For every schedule of one program see `SchedulerKind::Exhaustive`.

mod draw;
pub mod guarantees;
mod property;
pub mod scenario;
mod schedule;

pub use draw::draw;
pub use schedule::{DrawnSchedules, Property, ScheduleTree, Schedules, hold, hold_with, schedules};

/// What the macros expand to; not for users.
#[doc(hidden)]
pub mod __private {
    pub use proptest;
    use proptest::test_runner::TestCaseResult;

    /// The end of a body that was not left before.
    pub const PASSED: TestCaseResult = Ok(());
}
