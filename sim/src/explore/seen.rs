//! Which digests an exploration has seen, and what that says about those it has not.

use std::hash::{BuildHasherDefault, Hasher};

use crate::trace::Digest;

/// Digests are hashes already, and nothing depends on the map's order.
#[derive(Debug, Default)]
struct Identity(u64);

impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _bytes: &[u8]) {
        unreachable!("digests are written as one u64");
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = word;
    }
}

/// The digests seen so far.
#[derive(Debug, Default)]
#[allow(clippy::disallowed_types, reason = "the hasher is fixed and the map is never iterated")]
pub(super) struct Seen {
    /// Whether each was seen only once.
    digests: std::collections::HashMap<u64, bool, BuildHasherDefault<Identity>>,
    once: u64,
    total: u64,
}

impl Seen {
    #[inline]
    pub(super) fn add(&mut self, digest: Digest) {
        self.total += 1;
        let mut new = false;
        let single = self.digests.entry(digest.get()).or_insert_with(|| {
            new = true;
            true
        });
        if new {
            self.once += 1;
        } else if *single {
            *single = false;
            self.once -= 1;
        }
    }

    pub(super) fn distinct(&self) -> u64 {
        self.digests.len() as u64
    }

    /// The probability that one more execution shows a new digest: the share of executions whose digest was seen once (I.
    /// J. Good, "The population frequencies of species", 1953, after A. Turing). 1 if nothing was seen yet.
    pub(super) fn unseen(&self) -> f64 {
        if self.total == 0 { 1.0 } else { self.once as f64 / self.total as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimate_is_the_share_of_digests_seen_once() {
        let mut seen = Seen::default();
        assert_eq!(seen.unseen(), 1.0);
        for digest in [1, 2, 2, 3, 3, 3, 4, 5] {
            seen.add(Digest::new(digest));
        }
        assert_eq!(seen.distinct(), 5);
        assert_eq!(seen.unseen(), 3.0 / 8.0);
    }
}
