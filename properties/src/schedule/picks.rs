//! [`Picks`]: the answers to the choice points of one execution that is not known yet.

/// The longest list that is drawn. Everything after a list's end is fifo.
const LONGEST: u64 = 256;

/// At how many places a list is tried without a choice that a smaller input may not make.
const REFITS: usize = 16;

/// What to answer to the choice points of an execution, one after the other: a number, taken modulo the alternatives. Where the list
/// ends the rest is fifo.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Picks {
    /// The last one is not 0.
    pub(super) picks: Vec<u32>,
    /// The seed of the execution's data.
    pub(super) data_seed: u64,
}

impl Picks {
    /// From one word of proptest's generator: a short or a long list, of many deviations or few. A bug that takes one late deviation is
    /// not found by lists that deviate everywhere, nor the other way round.
    pub(super) fn draw(word: u64) -> Self {
        let mut words = Words(word);
        let shorter = words.below(8);
        let length = words.below(LONGEST >> shorter) + 1;
        // One of 1, 2, 4, 8 or 16 choices deviates.
        let one_of = 1 << words.below(5);
        let picks = (0..length).map(|_| if words.below(one_of) == 0 { words.below(1 << 32) as u32 } else { 0 });
        let picks = picks.collect();
        Self::new(picks, words.next())
    }

    pub(super) fn new(mut picks: Vec<u32>, data_seed: u64) -> Self {
        let used = picks.iter().rposition(|pick| *pick != 0).map_or(0, |last| last + 1);
        picks.truncate(used);
        Self { picks, data_seed }
    }

    /// What it may have become for a smaller input: the same, and the same without a choice or two that are not made any more.
    pub(super) fn refits(&self) -> impl Iterator<Item = Self> {
        let cut = |at: usize, count: usize| {
            let mut picks = self.picks.clone();
            picks.drain(at..(at + count).min(picks.len()));
            Self::new(picks, self.data_seed)
        };
        let cuts = (0..self.picks.len().min(REFITS)).flat_map(move |at| [cut(at, 1), cut(at, 2)]);
        std::iter::once(self.clone()).chain(cuts)
    }

    /// The choices at which it deviates from fifo.
    pub(super) fn deviations(&self) -> Vec<usize> {
        (0..self.picks.len()).filter(|at| self.picks[*at] != 0).collect()
    }

    /// The same with these choices in fifo order.
    pub(super) fn without(&self, choices: &[usize]) -> Self {
        let mut picks = self.picks.clone();
        choices.iter().for_each(|at| picks[*at] = 0);
        Self::new(picks, self.data_seed)
    }
}

/// SplitMix64. Words of our own and not of a library's generator, whose values change with its versions: then the regressions that
/// proptest has saved would mean other schedules.
struct Words(u64);

impl Words {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let word = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// All bounds are powers of two, so this is even.
    fn below(&mut self, bound: u64) -> u64 {
        (self.next() >> 16) % bound
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_word_means_never_changes() {
        // Regressions that proptest has saved depend on it.
        let picks = Picks::draw(7);
        assert_eq!((picks.picks.len(), picks.deviations().len(), picks.data_seed), (61, 13, 6_599_697_964_279_942_024));
    }

    #[test]
    fn lists_are_short_and_long_with_many_deviations_and_few() {
        let all: Vec<Picks> = (0..1_000).map(Picks::draw).collect();
        let count = |holds: fn(&Picks) -> bool| all.iter().filter(|picks| holds(picks)).count();
        assert!(count(|picks| picks.deviations().is_empty()) > 20, "fifo is a schedule, too");
        assert!(count(|picks| picks.deviations().len() == 1) > 50);
        assert!(count(|picks| picks.deviations().len() > 30) > 50);
        assert!(count(|picks| picks.picks.len() > 100) > 50);
        assert!(all.iter().all(|picks| picks.picks.last() != Some(&0)));
    }
}
