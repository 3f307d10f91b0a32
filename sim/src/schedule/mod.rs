//! Choices, and schedules: what it takes to get an execution again.

mod choice;
mod dense;
mod path;
mod text;

pub use choice::{Choice, ChoiceKind};
pub use path::TaskPath;
pub use text::{Deviation, Schedule};
