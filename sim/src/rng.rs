//! Streams of random words, and a bounded draw whose values never change.
//!
//! The words are ChaCha8 (D. J. Bernstein, "ChaCha, a variant of Salsa20", 2008) from `rand_chacha`; how a number
//! below a bound comes out of them is our own, because a saved seed must mean the same with every later version of
//! any library.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use crate::hash::{finish, mix};
use crate::seed::Seed;

/// Words of one seed, split into independent streams.
#[derive(Clone, Debug)]
pub(crate) struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream `number` of `seed` for one `purpose`: different purposes never share words.
    pub(crate) fn new(seed: Seed, purpose: Purpose, number: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.get().to_le_bytes());
        key[8..16].copy_from_slice(&(purpose as u64).to_le_bytes());
        let mut words = ChaCha8Rng::from_seed(key);
        words.set_stream(number);
        Self(words)
    }

    /// The data stream `number` of the task with this path hash.
    pub(crate) fn of_task(data_seed: Seed, path_hash: u64, number: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&data_seed.get().to_le_bytes());
        key[8..16].copy_from_slice(&(Purpose::Data as u64).to_le_bytes());
        key[16..24].copy_from_slice(&path_hash.to_le_bytes());
        let mut words = ChaCha8Rng::from_seed(key);
        words.set_stream(number);
        Self(words)
    }

    #[inline]
    pub(crate) fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    pub(crate) fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    pub(crate) fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }

    /// The next words.
    pub(crate) fn fill<const N: usize>(&mut self, words: &mut [u32; N]) {
        // Through bytes, little-endian by definition, which is a plain copy where the machine is.
        let mut bytes = [0; 256];
        for chunk in words.chunks_mut(64) {
            let bytes = &mut bytes[..4 * chunk.len()];
            self.0.fill_bytes(bytes);
            for (word, bytes) in chunk.iter_mut().zip(bytes.chunks_exact(4)) {
                *word = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
            }
        }
    }

    /// A number below `bound`, each equally likely.
    #[cfg(test)]
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        below(bound, || self.next_u32())
    }
}

/// A number below `bound`, each equally likely, from words that `next` gives (D. Lemire, "Fast random integer generation
/// in an interval", 2019). The first word is enough in all but bound / 2^32 of the cases. 0 below 0.
#[inline]
pub(crate) fn below(bound: u32, mut next: impl FnMut() -> u32) -> u32 {
    let mut product = u64::from(next()) * u64::from(bound);
    if (product as u32) < bound {
        let threshold = bound.wrapping_neg() % bound;
        while (product as u32) < threshold {
            product = u64::from(next()) * u64::from(bound);
        }
    }
    (product >> 32) as u32
}

/// How rare faults are in an execution: one of so many choices is one, 2, 4, .. or 256, whatever `key` says.
pub(crate) const fn fault_odds(key: u64) -> u32 {
    2 << (finish(mix(0x0066_6175_6c74, key)) % 8)
}

/// The answer to a choice whether something goes wrong: 0, which is calm, but for one of `odds` cases.
pub(crate) fn fault(odds: u32, alternatives: u32, mut next: impl FnMut() -> u32) -> u32 {
    match below(odds, &mut next) {
        0 if alternatives > 2 => 1 + below(alternatives - 1, next),
        0 => 1,
        _ => 0,
    }
}

/// What a stream is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    /// The picks of the random scheduler, and what the others draw. 2 was PCT's.
    Random = 1,
    /// What `rng()` gives to tasks.
    Data = 3,
    /// The first of them, of several executions together.
    RandomHead = 4,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Saved seeds depend on these values.
    #[test]
    fn streams_never_change() {
        let mut stream = Stream::new(Seed::from(7), Purpose::Random, 3);
        let words: Vec<u32> = (0..6).map(|_| stream.below(1000)).collect();
        assert_eq!(words, [906, 366, 820, 777, 943, 539]);
        let mut data = Stream::of_task(Seed::from(7), 42, 0);
        assert_eq!(data.next_u64(), 5520234597521078750);
    }

    #[test]
    fn every_number_below_the_bound_is_equally_likely() {
        let mut stream = Stream::new(Seed::from(1), Purpose::Random, 0);
        let mut counts = [0u32; 6];
        for _ in 0..60_000 {
            counts[stream.below(6) as usize] += 1;
        }
        // 5 degrees of freedom; 30.0 is beyond the 99.998th percentile.
        let chi: f64 = counts.iter().map(|&n| (f64::from(n) - 10_000.0).powi(2) / 10_000.0).sum();
        assert!(chi < 30.0, "{counts:?}");
    }

    #[test]
    fn faults_are_as_rare_as_they_should_be_and_all_of_them_happen() {
        let mut seen = std::collections::BTreeSet::new();
        for key in 0..200 {
            seen.insert(fault_odds(key));
        }
        assert!(seen.into_iter().eq([2, 4, 8, 16, 32, 64, 128, 256]));
        let mut stream = Stream::new(Seed::from(1), Purpose::Random, 0);
        let mut counts = [0u32; 4];
        for _ in 0..48_000 {
            counts[fault(16, 4, || stream.next_u32()) as usize] += 1;
        }
        // 3,000 are expected, with a standard deviation of 53, in 3 parts.
        assert!(counts[1..].iter().all(|&faults| faults.abs_diff(1_000) < 160), "{counts:?}");
        assert!(fault(2, 2, || 0) == 1 && fault(2, 2, || u32::MAX) == 0);
    }

    #[test]
    fn streams_differ_by_seed_purpose_and_number() {
        let first = |seed: u64, purpose, number| Stream::new(Seed::from(seed), purpose, number).next_u64();
        let base = first(1, Purpose::Random, 1);
        assert_ne!(base, first(2, Purpose::Random, 1));
        assert_ne!(base, first(1, Purpose::Data, 1));
        assert_ne!(base, first(1, Purpose::Random, 2));
    }
}
