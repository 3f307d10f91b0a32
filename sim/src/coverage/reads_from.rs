//! [`ReadsFrom`]: which task's write a read has seen.
//!
//! That is what the order of steps changes for a program (D. Wolff, Z. Shi, G. J. Duck, U. Mathur, A. Roychoudhury, "Greybox Fuzzing
//! for Concurrency Testing", ASPLOS 2024), and there are few pairs, where there are as many schedules as one likes.

use std::collections::BTreeMap;

use crate::resource::AccessKind;

/// Accesses of one kind by one task that are told apart; further ones are like the last.
const APART: u32 = 4;

/// A read or a write: the task by the hash of its path, and its how-manieth of the resource it is.
type Event = (u64, u32);

#[derive(Debug)]
pub(super) struct ReadsFrom {
    /// Who wrote a resource last.
    written: BTreeMap<u64, Event>,
    /// How often a task has read or written a resource.
    counts: BTreeMap<(u64, u64, bool), u32>,
}

impl ReadsFrom {
    pub(super) const fn new() -> Self {
        Self { written: BTreeMap::new(), counts: BTreeMap::new() }
    }

    pub(super) fn clear(&mut self) {
        self.written.clear();
        self.counts.clear();
    }

    /// An access. A read of what was written comes with the pair that it makes.
    pub(super) fn note(&mut self, resource: u64, task: u64, kind: AccessKind) -> Option<(u64, Event, Event)> {
        let writes = kind == AccessKind::Write;
        let count = self.counts.entry((resource, task, writes)).or_insert(0);
        let event = (task, (*count).min(APART - 1));
        *count += 1;
        if writes {
            self.written.insert(resource, event);
            return None;
        }
        self.written.get(&resource).map(|written| (resource, *written, event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_is_of_the_last_write() {
        let mut reads_from = ReadsFrom::new();
        assert_eq!(reads_from.note(1, 7, AccessKind::Read), None);
        assert_eq!(reads_from.note(1, 8, AccessKind::Write), None);
        assert_eq!(reads_from.note(2, 9, AccessKind::Write), None);
        assert_eq!(reads_from.note(1, 7, AccessKind::Read), Some((1, (8, 0), (7, 1))));
        reads_from.note(1, 8, AccessKind::Write);
        for n in [2, 3, 3] {
            assert_eq!(reads_from.note(1, 7, AccessKind::Read), Some((1, (8, 1), (7, n))));
        }
        reads_from.clear();
        assert_eq!(reads_from.note(1, 7, AccessKind::Read), None);
    }
}
