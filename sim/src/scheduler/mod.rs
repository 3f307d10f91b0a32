//! Who answers choice points: one file each.
//!
//! They differ only in where the numbers come from. The trait is open: see [`Scheduler`].

mod chooser;
mod exhaustive;
mod fifo;
mod kind;
mod pct;
mod random;
mod replay;

pub use crate::kernel::{ChoicePoint, Model, Refusal, Scheduler};
pub(crate) use chooser::Chooser;
pub use kind::SchedulerKind;
pub(crate) use random::Random;
pub(crate) use replay::Replay;
