//! Fifo: every choice point gets its calm default.

use super::{ChoicePoint, Scheduler};

/// Always alternative 0: the task that has been ready longest, no fault.
#[derive(Debug)]
pub(super) struct Fifo;

impl Scheduler for Fifo {
    fn choose(&mut self, _point: &ChoicePoint<'_>) -> u32 {
        0
    }

    fn observes(&self) -> bool {
        false
    }
}
