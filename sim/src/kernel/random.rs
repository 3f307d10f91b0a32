//! Random: every alternative is equally likely, at every choice point but those whose alternatives are faults (random walk).
//!
//! It lives in the kernel, which asks it directly, because long explorations use it.

use super::Model;
use super::choice::{ChoicePoint, Scheduler};
use crate::hash;
use crate::rng::{self, Purpose, Stream};
use crate::schedule::ChoiceKind;
use crate::seed::Seed;

/// Executions whose first words come from one block.
const GROUP: u64 = 8;
/// Words of an execution from its group's block.
const HEAD: usize = 8;
/// Words of a block.
const BLOCK: usize = GROUP as usize * HEAD;

/// Uniform picks from ChaCha8 words.
///
/// Small programs make few choices, and a block of ChaCha8 is 64 words; so the first 8 words of execution i come from a block
/// that it shares with its 7 neighbours, the others from stream i. Either way they depend on nothing but the seed and i.
#[derive(Debug)]
pub(crate) struct Random {
    seed: Seed,
    execution: u64,
    /// The words at hand; those from `next` to `end` are this execution's.
    block: [u32; BLOCK],
    next: usize,
    end: usize,
    /// The group whose first words the block holds, if it holds any.
    group: Option<u64>,
    /// Where further words of this execution come from, once the first are used up.
    stream: Option<Stream>,
}

impl Random {
    pub(crate) fn new(seed: Seed) -> Self {
        Self { seed, execution: 0, block: [0; BLOCK], next: 0, end: 0, group: None, stream: None }
    }

    /// A number below `alternatives`, each equally likely.
    #[inline]
    pub(crate) fn pick(&mut self, alternatives: u32) -> u32 {
        rng::below(alternatives, || self.word())
    }

    #[cold]
    fn pick_fault(&mut self, alternatives: u32) -> u32 {
        let odds = rng::fault_odds(hash::mix(self.seed.get(), self.execution));
        rng::fault(odds, alternatives, || self.word())
    }

    #[inline]
    fn word(&mut self) -> u32 {
        if self.next == self.end {
            self.refill();
        }
        self.next += 1;
        self.block[(self.next - 1) % BLOCK]
    }

    #[cold]
    fn refill(&mut self) {
        let Self { seed, execution, block, .. } = self;
        let stream = self.stream.get_or_insert_with(|| Stream::new(*seed, Purpose::Random, *execution));
        stream.fill(block);
        self.group = None;
        (self.next, self.end) = (0, BLOCK);
    }
}

impl Scheduler for Random {
    fn choose(&mut self, point: &ChoicePoint<'_>) -> u32 {
        if point.kind() == ChoiceKind::Fault {
            return self.pick_fault(point.alternatives());
        }
        self.pick(point.alternatives())
    }

    fn begin(&mut self, execution: u64, _model: &Model) {
        let group = execution / GROUP;
        if self.group != Some(group) {
            let mut words = Stream::new(self.seed, Purpose::RandomHead, group);
            words.fill(&mut self.block);
            self.group = Some(group);
        }
        self.next = (execution % GROUP) as usize * HEAD;
        self.end = self.next + HEAD;
        self.execution = execution;
        self.stream = None;
    }

    fn observes(&self) -> bool {
        false
    }
}
