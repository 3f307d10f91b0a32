//! Guided: executions that follow one that has shown something new, up to a point.
//!
//! A mutational fuzzer whose inputs are choices, not bytes (the idea of choice-typed mutation is that of R. Padhye et al., "Semantic
//! Fuzzing with Zest", ISSTA 2019; feedback and buckets are AFL's).

mod entry;
mod mutate;

pub(crate) use entry::{Entry, Feedback, bucket};
use mutate::{Input, mutate};

use std::sync::Arc;

use super::words::Words;
use super::{ChoicePoint, Model, Scheduler};
use crate::schedule::{ChoiceKind, Data};
use crate::seed::Seed;

/// What comes after the picks of an input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Tail {
    /// Alternative 0 always.
    Calm,
    /// Any, each equally likely.
    #[default]
    Random,
}

/// Answers with the picks of an [`Input`], and beyond them as its tail says.
#[derive(Debug)]
pub(crate) struct Guided {
    seed: Seed,
    input: Input,
    at: usize,
    words: Words,
}

impl Guided {
    pub(crate) fn new(seed: Seed) -> Self {
        Self { seed, input: Input::default(), at: 0, words: Words::new(seed, 0) }
    }

    /// Makes the input of an execution from what is known. Returns where its data come from, if that is another place than would be
    /// its own.
    pub(crate) fn go_on(&mut self, execution: u64, entries: &[Arc<Entry>]) -> Option<Data> {
        // Other words than those that answer.
        let mut words = Words::new(self.seed.derive(0x6d75_7461), execution);
        mutate(entries, &mut words, &mut self.input)
    }

    /// Makes an input of a schedule, given by index and pick, and calm where that says nothing.
    pub(crate) fn follow(&mut self, deviations: impl Iterator<Item = (u64, u32)>) {
        self.input.set_deviations(deviations);
    }
}

impl Scheduler for Guided {
    fn choose(&mut self, point: &ChoicePoint<'_>) -> u32 {
        let (at, alternatives) = (self.at, point.alternatives());
        self.at += 1;
        match (self.input.picks.get(at), self.input.tail) {
            (Some(&pick), _) if pick < alternatives => pick,
            // Another choice has taken the place of the one that was meant.
            (Some(&pick), _) => pick % alternatives,
            (None, Tail::Calm) => 0,
            (None, Tail::Random) if point.kind() == ChoiceKind::Fault => self.words.answer(point),
            (None, Tail::Random) => self.words.pick(alternatives),
        }
    }

    fn begin(&mut self, execution: u64, _model: &Model) {
        self.at = 0;
        self.words = Words::new(self.seed, execution);
    }

    fn observes(&self) -> bool {
        false
    }

    fn as_any(&mut self) -> Option<&mut dyn std::any::Any> {
        Some(self)
    }
}
