//! [`Lenient`]: a scheduler whose answers need not fit the program.

use reenact_sim::{ChoicePoint, Model, Scheduler};

/// Answers from a list, and fifo where it ends, never at random. So a schedule that was made for a larger input still is one
/// for a smaller.
#[derive(Debug)]
pub(super) struct Lenient {
    picks: Vec<u32>,
    fit: Fit,
    next: usize,
}

/// What a number means that is no alternative.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fit {
    /// Modulo the alternatives, so that all are as likely.
    Modulo,
    /// The last one: among fewer tasks the one that came last.
    Last,
}

impl Lenient {
    pub(super) fn new(picks: &[u32], fit: Fit) -> Self {
        Self { picks: picks.to_vec(), fit, next: 0 }
    }
}

impl Scheduler for Lenient {
    fn choose(&mut self, point: &ChoicePoint<'_>) -> u32 {
        let pick = self.picks.get(self.next).copied().unwrap_or(0);
        self.next += 1;
        match self.fit {
            Fit::Modulo => pick % point.alternatives(),
            Fit::Last => pick.min(point.alternatives() - 1),
        }
    }

    fn begin(&mut self, _execution: u64, _model: &Model) {
        self.next = 0;
    }

    fn observes(&self) -> bool {
        false
    }
}
