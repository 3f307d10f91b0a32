//! Making an input of what is known: one choice other than before, left out or put in; the beginning of one, the end of another.

use std::sync::Arc;

use super::{Entry, Tail};
use crate::schedule::Data;
use crate::scheduler::words::Words;

/// One in so many executions is drawn afresh.
const AFRESH: u32 = 5;
/// Entries that count as recent.
const RECENT: usize = 4;

/// What an execution is to do.
#[derive(Debug, Default)]
pub(super) struct Input {
    /// What its first choices pick.
    pub(super) picks: Vec<u32>,
    /// What comes after them.
    pub(super) tail: Tail,
}

impl Input {
    /// Every choice is drawn.
    pub(super) fn set_random(&mut self) {
        self.picks.clear();
        self.tail = Tail::Random;
    }

    /// These picks by index, and 0 for all other choices.
    pub(super) fn set_deviations(&mut self, deviations: impl Iterator<Item = (u64, u32)>) {
        self.picks.clear();
        self.tail = Tail::Calm;
        for (index, picked) in deviations {
            // Nobody follows a schedule as long as that; what comes after is calm.
            let Ok(index) = usize::try_from(index).map(|index| index.min(1 << 28)) else { break };
            self.picks.resize(index, 0);
            self.picks.push(picked);
        }
    }

    /// The n-th picks something else than it did.
    fn overwrite(&mut self, n: usize, alternatives: u32, words: &mut Words) {
        if alternatives > 1
            && let Some(pick) = self.picks.get_mut(n)
        {
            *pick = (*pick + 1 + words.pick(alternatives - 1)) % alternatives;
        }
    }
}

/// Fills the input of an execution from what is known. Returns where its data come from, if it is to be another place than would be
/// its own.
pub(super) fn mutate(entries: &[Arc<Entry>], words: &mut Words, input: &mut Input) -> Option<Data> {
    if entries.is_empty() || words.pick(AFRESH) == 0 {
        input.set_random();
        return None;
    }
    let any = |words: &mut Words| &*entries[words.pick(entries.len() as u32) as usize];
    let entry = match words.pick(2) {
        0 => &*entries[entries.len() - 1 - words.pick(entries.len().min(RECENT) as u32) as usize],
        _ => any(words),
    };
    input.picks.clear();
    input.picks.extend(entry.picks.iter().map(|(pick, _)| *pick));
    input.tail = if words.pick(4) == 0 { Tail::Calm } else { Tail::Random };
    let mut data = entry.data.clone();
    if !entry.drawers.is_empty() && (entry.picks.is_empty() || words.pick(3) == 0) {
        data = redrawn(entry, words);
        if words.pick(2) == 0 {
            return Some(data);
        }
    }
    // More than one change at a time every other time, more than two every fourth, ..
    loop {
        change(entry, any, words, input);
        if words.pick(2) == 0 {
            return Some(data);
        }
    }
}

/// One task draws from another stream.
fn redrawn(entry: &Entry, words: &mut Words) -> Data {
    let task = entry.drawers[words.pick(entry.drawers.len() as u32) as usize].clone();
    let stream = (task, u64::from(1 + words.pick(1 << 20)));
    Data::new(entry.data.seed(), entry.data.streams().iter().cloned().chain([stream]))
}

fn change<'a>(entry: &Entry, any: impl Fn(&mut Words) -> &'a Entry, words: &mut Words, input: &mut Input) {
    let n = position(entry, words).min(input.picks.len());
    let alternatives = entry.picks.get(n).map_or(0, |(_, alternatives)| *alternatives);
    match words.pick(8) {
        // What was good so far, and then something else.
        0..=2 => input.picks.truncate(n),
        3 => input.overwrite(n, alternatives, words),
        4 => {
            let pick = words.pick(alternatives.max(2));
            input.picks.insert(n, pick);
        }
        5 if n < input.picks.len() => drop(input.picks.remove(n)),
        6 => {
            let other = any(words);
            let from = words.pick(other.picks.len() as u32 + 1) as usize;
            input.picks.truncate(n);
            input.picks.extend(other.picks[from..].iter().map(|(pick, _)| *pick));
        }
        _ => {
            for _ in 0..2 + words.pick(3) {
                let n = words.pick(input.picks.len() as u32) as usize;
                let alternatives = entry.picks.get(n).map_or(0, |(_, alternatives)| *alternatives);
                input.overwrite(n, alternatives, words);
            }
        }
    }
}

/// Where to change an entry: mostly near the choice after which it showed what was new.
fn position(entry: &Entry, words: &mut Words) -> usize {
    let length = entry.picks.len() as u32;
    match entry.fresh {
        Some(fresh) if words.pick(4) > 0 => {
            let apart = words.wide().trailing_zeros();
            let n = if words.pick(4) == 0 { fresh.saturating_sub(apart) } else { fresh.saturating_add(apart) };
            n.min(length) as usize
        }
        _ => words.pick(length + 1) as usize,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::{Choice, ChoiceKind};
    use crate::seed::Seed;
    use std::collections::BTreeSet;

    fn entry(picks: &[(u32, u32)]) -> Arc<Entry> {
        let choices = picks.iter().map(|&(picked, alternatives)| Choice { kind: ChoiceKind::Task, picked, alternatives });
        let drawers = vec!["0.1".parse().unwrap()];
        Arc::new(Entry { fresh: Some(2), ..Entry::new(choices, Data::of_execution(Seed::from(5), 0), drawers) })
    }

    #[test]
    fn every_kind_of_change_comes_about() {
        let entries = [entry(&[(0, 3), (1, 2), (2, 4), (0, 2)]), entry(&[(1, 2), (1, 2)])];
        let mut input = Input::default();
        let (mut picks, mut data, mut afresh) = (BTreeSet::new(), BTreeSet::new(), 0);
        for execution in 0..5_000 {
            let mut words = Words::new(Seed::from(1), execution);
            match mutate(&entries, &mut words, &mut input) {
                None => {
                    afresh += 1;
                    assert!(input.picks.is_empty() && input.tail == Tail::Random);
                }
                Some(drawn) => {
                    data.insert(drawn.streams().len());
                    picks.insert((input.picks.clone(), input.tail == Tail::Calm));
                }
            }
        }
        assert!(800 < afresh && afresh < 1_200, "{afresh}");
        assert!(data.into_iter().eq([0, 1]));
        let both = |wanted: &[u32]| picks.contains(&(wanted.to_vec(), true)) && picks.contains(&(wanted.to_vec(), false));
        // As it was, up to a point, overwritten, inserted, left out, with the end of the other.
        for wanted in [&[0, 1][..], &[0, 1, 3, 0], &[0, 1, 1, 2, 0], &[0, 1, 0], &[0, 1, 1, 1], &[0, 0, 2, 0]] {
            assert!(both(wanted), "{wanted:?}");
        }
    }

    #[test]
    fn deviations_are_picks_by_their_index() {
        let mut input = Input::default();
        input.set_deviations([(1, 3), (4, 1)].into_iter());
        assert_eq!((input.picks, input.tail), (vec![0, 3, 0, 0, 1], Tail::Calm));
    }
}
