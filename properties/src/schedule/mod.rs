//! Schedules as proptest values: drawing, running and shrinking them.

mod drawn;
mod hold;
mod lenient;
mod picks;
mod strategy;
mod tree;

pub use drawn::DrawnSchedules;
pub use hold::{Property, hold, hold_with};
pub use strategy::{Schedules, schedules};
pub use tree::ScheduleTree;
