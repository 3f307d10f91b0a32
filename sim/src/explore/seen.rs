//! Which digests an exploration has seen, and what that says about those it has not.

use crate::trace::Digest;

/// Places of the smallest table. Few, because most explorations that find something do so in a few executions. It grows fourfold.
const PLACES: usize = 16;
/// How many digests are looked up together.
const TOGETHER: usize = 16;

/// The digests seen so far.
///
/// An exploration of small programs adds millions a second, each of them new, so this is a plain table of words: digests are
/// hashes already, and lie at the first free place from the one that their bits say.
#[derive(Debug)]
pub(super) struct Seen {
    /// Digests without their lowest bit, which says whether it was seen again; 0 where there is none. A power of two of
    /// them, at most half of them taken.
    places: Vec<u64>,
    distinct: u64,
    /// How many were seen once.
    once: u64,
    total: u64,
}

impl Default for Seen {
    fn default() -> Self {
        Self { places: vec![0; PLACES], distinct: 0, once: 0, total: 0 }
    }
}

/// The digest of an execution, or that there is none because it stopped at a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key(u64);

impl Key {
    pub(super) const STOPPED: Self = Self(0);

    /// The digest with its lowest bit off; never 0.
    #[inline]
    pub(super) fn of(digest: Digest) -> Self {
        Self((digest.get() & !AGAIN).max(2))
    }
}

impl Key {
    /// The digest, if there is one.
    pub(super) fn digest(self) -> Option<u64> {
        (self != Self::STOPPED).then_some(self.0)
    }
}

impl Seen {
    /// Adds the digests among these, and says how many executions stopped at a limit.
    pub(super) fn add_all(&mut self, keys: &[Key]) -> u64 {
        let mut stopped = 0;
        for keys in keys.chunks(TOGETHER) {
            // The table soon is larger than what the processor keeps at hand. To look at all places first, one independently
            // of the other, brings them near at the same time: memory is waited for once and not for each.
            let mask = self.places.len() - 1;
            std::hint::black_box(keys.iter().fold(0, |all, key| all | self.places[first(key.0) & mask]));
            for &Key(key) in keys {
                if key == Key::STOPPED.0 {
                    stopped += 1;
                } else {
                    self.add(key);
                }
            }
        }
        stopped
    }

    #[inline]
    fn add(&mut self, key: u64) {
        self.total += 1;
        let at = self.find(key);
        let place = &mut self.places[at];
        if *place == 0 {
            *place = key;
            self.once += 1;
            self.distinct += 1;
            if self.distinct as usize * 2 > self.places.len() {
                self.grow();
            }
        } else if *place == key {
            *place |= AGAIN;
            self.once -= 1;
        }
    }

    /// The place of a digest, or the one where it is to go.
    #[inline]
    fn find(&self, key: u64) -> usize {
        let mask = self.places.len() - 1;
        let mut at = first(key) & mask;
        while self.places[at] != 0 && self.places[at] & !AGAIN != key {
            at = (at + 1) & mask;
        }
        at
    }

    #[cold]
    fn grow(&mut self) {
        let places = vec![0; self.places.len() * 4];
        for place in std::mem::replace(&mut self.places, places) {
            if place != 0 {
                let at = self.find(place & !AGAIN);
                self.places[at] = place;
            }
        }
    }

    pub(super) fn distinct(&self) -> u64 {
        self.distinct
    }

    /// The probability that one more execution shows a new digest: the share of executions whose digest was seen once (I.
    /// J. Good, "The population frequencies of species", 1953, after A. Turing). 1 if nothing was seen yet.
    pub(super) fn unseen(&self) -> f64 {
        if self.total == 0 { 1.0 } else { self.once as f64 / self.total as f64 }
    }
}

/// Set where a digest was seen more than once.
const AGAIN: u64 = 1;

/// Where a digest lies if nothing is in its way, in the lower bits.
fn first(key: u64) -> usize {
    (key >> 1) as usize
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::rng::{Purpose, Stream};
    use crate::seed::Seed;

    #[test]
    fn the_estimate_is_the_share_of_digests_seen_once() {
        let mut seen = Seen::default();
        assert_eq!(seen.unseen(), 1.0);
        let keys = [2, 4, 4, 6, 6, 6, 8, 10].map(|digest| Key::of(Digest::new(digest)));
        assert_eq!(seen.add_all(&keys[..5]), 0);
        assert_eq!(seen.add_all(&[Key::STOPPED]), 1);
        assert_eq!(seen.add_all(&keys[5..]), 0);
        assert_eq!(seen.distinct(), 5);
        assert_eq!(seen.unseen(), 3.0 / 8.0);
    }

    #[test]
    fn it_counts_as_a_plain_map_does() {
        let mut rng = Stream::new(Seed::from(1), Purpose::Random, 0);
        let mut seen = Seen::default();
        let mut model = BTreeMap::new();
        for _ in 0..300 {
            // Digests that lie in each other's way, and digests that come again.
            let digests: Vec<u64> =
                (0..rng.below(100)).map(|_| u64::from(rng.below(8_000)) << 1 | u64::from(rng.below(4)) << 40).collect();
            let keys: Vec<Key> = digests.iter().map(|&digest| Key::of(Digest::new(digest))).collect();
            assert_eq!(seen.add_all(&keys), 0);
            digests.iter().for_each(|&digest| *model.entry(digest.max(2)).or_insert(0) += 1);
            let once = model.values().filter(|&&times| times == 1).count() as u64;
            assert_eq!((seen.distinct(), seen.once), (model.len() as u64, once));
        }
    }
}
