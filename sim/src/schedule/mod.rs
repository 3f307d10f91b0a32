//! Choices, and schedules: what it takes to get an execution again.

mod choice;
mod dense;
mod log;
mod path;
mod text;

pub use choice::{Choice, ChoiceKind};
pub(crate) use log::{Answer, ChoiceLog};
pub use path::TaskPath;
pub use text::{Deviation, Schedule};
