//! Follow: the answers of a schedule that need not fit.

use super::{ChoicePoint, Model, Scheduler};

/// Picks what a list of deviations says where it can, and 0 elsewhere: the calm continuation, never a random one.
#[derive(Debug)]
pub(crate) struct Follow {
    /// Index and pick, ascending.
    deviations: Vec<(u64, u32)>,
    index: u64,
    next: usize,
}

impl Follow {
    pub(crate) fn new(deviations: &[(u64, u32)]) -> Self {
        Self { deviations: deviations.to_vec(), index: 0, next: 0 }
    }
}

impl Scheduler for Follow {
    fn choose(&mut self, point: &ChoicePoint<'_>) -> u32 {
        let index = self.index;
        self.index += 1;
        match self.deviations.get(self.next) {
            Some(&(at, picked)) if at == index => {
                self.next += 1;
                if picked < point.alternatives() { picked } else { 0 }
            }
            _ => 0,
        }
    }

    fn begin(&mut self, _execution: u64, _model: &Model) {
        self.index = 0;
        self.next = 0;
    }

    fn observes(&self) -> bool {
        false
    }
}
