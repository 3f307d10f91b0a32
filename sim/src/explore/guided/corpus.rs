//! [`Corpus`]: the executions that a guided exploration goes on from.

use std::sync::Arc;

use super::guide::{Candidate, Known};
use super::store::Store;
use crate::scheduler::Entry;

/// Entries at a moment, the oldest first.
pub(in crate::explore) type Snapshot = Arc<[Arc<Entry>]>;

/// Entries at most; then the corpus is full, and what is found later is not gone on from.
const MOST: usize = 1 << 14;

/// An execution that comes to the same by far fewer choices leaves room to go further. By a quarter, so that there are few steps on the
/// way from the first that was found to the shortest.
fn is_much_earlier(at: u32, first: u32) -> bool {
    u64::from(at) * 4 < u64::from(first) * 3
}

/// Each execution that showed something that none before it had, or what they had shown much earlier.
#[derive(Debug)]
pub(in crate::explore) struct Corpus {
    entries: Vec<Arc<Entry>>,
    known: Known,
    /// The entries as they were when somebody asked last.
    snapshot: Snapshot,
    /// Where they are kept from one exploration to the next.
    store: Option<Store>,
}

impl Corpus {
    pub(in crate::explore) fn new(store: Option<Store>) -> Self {
        Self { entries: Vec::new(), known: Known::new(), snapshot: Arc::new([]), store }
    }

    /// Adds what is new, in the order of the executions.
    pub(in crate::explore) fn absorb(&mut self, candidates: Vec<Candidate>) {
        for Candidate { mut entry, feedback, schedule } in candidates {
            let mut fresh = None;
            let mut new = false;
            for (id, bit, at) in feedback.shown {
                if self.known.add(id, bit, at, is_much_earlier) {
                    new = true;
                    // What code coverage shows is not known to be of any choice.
                    fresh = fresh.max(Some(at).filter(|at| *at < u32::MAX));
                }
            }
            if new && self.entries.len() < MOST {
                entry.set_fresh(fresh);
                self.entries.push(Arc::new(entry));
                if let Some(store) = &mut self.store {
                    store.keep(&schedule);
                }
            } else if new && let Some(store) = &mut self.store {
                store.leave_all();
            }
        }
    }

    pub(in crate::explore) fn snapshot(&mut self) -> Snapshot {
        if self.snapshot.len() != self.entries.len() {
            self.snapshot = self.entries.as_slice().into();
        }
        self.snapshot.clone()
    }

    pub(in crate::explore) fn store(&mut self) -> Option<&mut Store> {
        self.store.as_mut()
    }

    /// How many entries there are.
    pub(in crate::explore) fn len(&self) -> u64 {
        self.entries.len() as u64
    }
}
