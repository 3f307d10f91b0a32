//! Choices, and schedules: what it takes to get an execution again.

pub(crate) mod bytes;
mod choice;
mod data;
mod dense;
mod log;
mod named;
mod path;
mod text;

pub use choice::{Choice, ChoiceKind};
pub(crate) use data::{Data, DataSource};
pub(crate) use log::{Answer, ChoiceLog};
pub use named::parse_named;
pub(crate) use named::{NamedDeviation, NamedSchedule, Who};
pub use path::TaskPath;
pub use text::{Deviation, Schedule};
