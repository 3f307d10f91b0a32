//! Who answers choice points: one file each.
//!
//! They differ only in where the numbers come from. The trait is open: see [`Scheduler`].

mod fifo;
mod follow;
mod kind;
mod pct;
mod replay;

pub use crate::kernel::{ChoicePoint, Model, Refusal, Scheduler};
pub(crate) use crate::kernel::{Chooser, Exhaustive, Random};
pub(crate) use follow::Follow;
pub use kind::SchedulerKind;
pub(crate) use replay::Replay;
