//! Scenarios: concurrent programs as data that proptest draws and shrinks.

mod journal;
mod phase;
mod play;
mod program;
mod strategy;

pub use journal::{Entry, Event, Journal};
pub use phase::{End, OnCancel, Phase, Ticks};
pub use play::{Failed, Outcome, play};
pub(crate) use program::numbers;
pub use program::{Cancel, Child, Scenario};
pub use strategy::{phases, scenarios, ticks};
