//! One execution, from settings and scheduler to [`Execution`].

mod details;
mod execution;
mod explanation;
mod failure;
pub(crate) mod once;
mod sim;
mod warning;

pub(crate) use details::waiting;
pub use execution::{Execution, PendingTask, Stats};
pub use explanation::{Explanation, Fact, Lanes, Row};
pub use failure::Failure;
pub(crate) use failure::Hints;
pub use sim::Sim;
pub use warning::Warning;
