//! Who answers choice points: one file each.
//!
//! They differ only in where the numbers come from. The trait is open: see [`Scheduler`].

mod bytes;
mod calibration;
mod fenwick;
mod fifo;
mod follow;
mod guided;
mod kind;
mod named;
mod ordered;
mod pct;
mod portfolio;
mod pos;
mod replay;
mod surw;
mod tasks;
mod urw;
mod words;

pub use crate::kernel::{ChoicePoint, Model, Refusal, Scheduler};
pub(crate) use crate::kernel::{Chooser, EMPTY, Exhaustive, Program, Random, UNKNOWN};
pub(crate) use bytes::Bytes;
pub(crate) use follow::Follow;
pub(crate) use guided::{Entry, Feedback, Guided, bucket};
pub use kind::SchedulerKind;
pub(crate) use named::Named;
pub(crate) use ordered::{Ordered, StepOrder};
pub(crate) use portfolio::Lineup;
pub(crate) use replay::Replay;
