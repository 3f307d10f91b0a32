//! [`Positions`]: where in an exploration each digest was seen, so that the reports of its parts can be added up.
//!
//! A process that explores everything stops at the first failure, so of what the parts have seen only what lies before it counts. For
//! each digest its first two positions say whether it was seen by then, and whether more than once; the two lowest of several parts are
//! the two lowest of all, in whichever order the parts are added, and however often.

use std::collections::BTreeMap;

use super::plan::Plan;
use super::seen::Key;
#[cfg(feature = "report")]
use crate::leb128::put;

/// Positions within one subtree; the number of the subtree stands above them.
const TREE: u32 = 40;

/// Where each digest was seen. A position is the execution's index; where every schedule is tried, the number of its subtree and its
/// own number in that.
#[derive(Clone, Debug, Default)]
pub(super) struct Positions {
    /// The first two positions of each digest; [`u64::MAX`] where there is no second one.
    seen: BTreeMap<u64, (u64, u64)>,
    /// Of executions that stopped at a limit, ascending.
    stopped: Vec<u64>,
    /// Number and executions of each subtree, where every schedule is tried.
    trees: Vec<(u64, u64)>,
    /// The position that was added last.
    last: u64,
}

impl Positions {
    /// Adds the executions that come next; `first` have been added before.
    pub(super) fn add(&mut self, keys: &[Key], first: u64, tree: u64, plan: &Plan) {
        for (n, key) in (first..).zip(keys) {
            let position = if plan.is_exhaustive() { self.next_in(tree) } else { plan.shard.map_or(n, |shard| shard.nth(n)) };
            self.last = position;
            let Some(digest) = key.digest() else {
                self.stopped.push(position);
                continue;
            };
            let seen = self.seen.entry(digest).or_insert((u64::MAX, u64::MAX));
            if seen.0 == u64::MAX {
                seen.0 = position;
            } else {
                // With the time over, some of several threads have left a gap, and what comes later may lie before it.
                *seen = (seen.0.min(position), seen.1.min(seen.0.max(position)));
            }
        }
    }

    fn next_in(&mut self, tree: u64) -> u64 {
        match self.trees.last_mut().filter(|(last, _)| *last == tree) {
            Some((_, executions)) => *executions += 1,
            None => self.trees.push((tree, 1)),
        }
        let executions = self.trees.last().map_or(1, |(_, executions)| *executions);
        tree << TREE | (executions - 1)
    }

    /// The position of the execution that was added last.
    #[cfg(feature = "report")]
    pub(super) fn last(&self) -> u64 {
        self.last
    }

    /// Number and executions of each subtree.
    #[cfg(feature = "report")]
    pub(super) fn trees(&self) -> Vec<Vec<u64>> {
        self.trees.iter().map(|(tree, executions)| vec![*tree, *executions]).collect()
    }

    /// In Base64: for each digest, ascending, its 8 bytes, lowest first, its first position, and how much later the second one is, or 0;
    /// numbers are LEB128.
    #[cfg(feature = "report")]
    pub(super) fn digests_text(&self) -> String {
        let mut bytes = Vec::with_capacity(self.seen.len() * 12);
        for (digest, (first, second)) in &self.seen {
            bytes.extend_from_slice(&digest.to_le_bytes());
            put(&mut bytes, *first);
            put(&mut bytes, if *second == u64::MAX { 0 } else { second - first });
        }
        text(&bytes)
    }

    /// In Base64: the positions of executions that stopped at a limit, the first and then how much later each next one is, in LEB128.
    #[cfg(feature = "report")]
    pub(super) fn stopped_text(&self) -> String {
        let (mut bytes, mut last) = (Vec::new(), 0);
        let mut stopped = self.stopped.clone();
        stopped.sort_unstable();
        for position in stopped {
            put(&mut bytes, position - last);
            last = position;
        }
        text(&bytes)
    }
}

#[cfg(feature = "report")]
fn text(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD_NO_PAD.encode(bytes)
}
