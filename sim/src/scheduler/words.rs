//! Where schedulers draw from that need more than a pick at each choice.

use super::ChoicePoint;
use crate::hash;
use crate::rng;
use crate::schedule::ChoiceKind;
use crate::seed::Seed;

/// Random words of one execution: SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014), begun from the seed and the execution. It costs next to nothing to begin, and these schedulers draw
/// little. The words are frozen: they are what a seed means.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    state: u64,
    /// The state with which the execution began, from which follows how rare faults are.
    first: u64,
}

impl Words {
    pub(super) fn new(seed: Seed, execution: u64) -> Self {
        Self::from_state(hash::finish(hash::mix(hash::mix(0x776f_7264_7300, seed.get()), execution)))
    }

    fn from_state(state: u64) -> Self {
        Self { state, first: state }
    }

    /// The answer to a choice that is not between tasks.
    pub(super) fn answer(&mut self, point: &ChoicePoint<'_>) -> u32 {
        match point.kind() {
            ChoiceKind::Fault => rng::fault(rng::fault_odds(self.first), point.alternatives(), || (self.wide() >> 32) as u32),
            _ => self.pick(point.alternatives()),
        }
    }

    #[inline]
    pub(super) fn wide(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below a bound, each equally likely. 0 below 0.
    #[inline]
    pub(super) fn pick(&mut self, bound: u32) -> u32 {
        rng::below(bound, || (self.wide() >> 32) as u32)
    }

    /// The same below a bound that may need 64 bits.
    pub(super) fn pick_wide(&mut self, bound: u64) -> u64 {
        match u32::try_from(bound) {
            Ok(bound) => self.pick(bound).into(),
            // Numbers past the last multiple of the bound are drawn again.
            Err(_) => loop {
                let number = self.wide();
                if number < u64::MAX - u64::MAX % bound {
                    return number % bound;
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seeds depend on these values.
    #[test]
    fn words_never_change() {
        let mut words = Words::from_state(0);
        assert_eq!(words.wide(), 0xe220_a839_7b1d_cdaf);
        let mut words = Words::new(Seed::from(7), 3);
        let drawn: Vec<u32> = (0..4).map(|_| words.pick(1000)).collect();
        assert_eq!(drawn, [166, 651, 79, 652]);
    }

    #[test]
    fn wide_numbers_stay_below_their_bound() {
        let mut words = Words::new(Seed::from(1), 0);
        let bound = (1 << 40) + 7;
        let numbers: Vec<u64> = (0..1_000).map(|_| words.pick_wide(bound)).collect();
        assert!(numbers.iter().all(|number| *number < bound));
        assert!(numbers.iter().filter(|number| **number < bound / 2).count().abs_diff(500) < 75);
    }
}
