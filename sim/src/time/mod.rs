//! Virtual time: [`Instant`], [`sleep`], [`interval`].
//!
//! The clock of an execution starts at [`Instant::ZERO`] and moves only when no task is ready, straight to the earliest
//! deadline. Deadlines are exact: whole nanoseconds, no resolution, no drift.

mod interval;
mod sleep;

pub use crate::instant::Instant;
pub use interval::{Interval, interval};
pub use sleep::{Sleep, now, sleep, sleep_until, try_now};
