//! Bytes: answers that somebody else made up.

use super::{ChoicePoint, Scheduler};
use crate::schedule::{Data, bytes};

/// Reads its picks from bytes, and picks 0 where they end.
#[derive(Debug)]
pub(crate) struct Bytes {
    picks: Vec<u8>,
    at: usize,
}

impl Bytes {
    /// With where the data of the execution come from.
    pub(crate) fn new(bytes: &[u8]) -> (Data, Self) {
        let (data, picks) = bytes::head(bytes);
        (data, Self { picks: picks.to_vec(), at: 0 })
    }
}

impl Scheduler for Bytes {
    fn choose(&mut self, point: &ChoicePoint<'_>) -> u32 {
        let mut rest = self.picks.get(self.at..).unwrap_or_default();
        let picked = bytes::pick(&mut rest, point.kind(), point.alternatives());
        self.at = self.picks.len() - rest.len();
        picked
    }

    fn begin(&mut self, _execution: u64, _model: &super::Model) {
        self.at = 0;
    }

    fn observes(&self) -> bool {
        false
    }
}
