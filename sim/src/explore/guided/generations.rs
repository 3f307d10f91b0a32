//! [`Generations`]: which executions may go on from which entries.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::time::Duration;

use super::{Candidate, Corpus, Snapshot};
use crate::explore::plan::Plan;
use crate::explore::wall::Pace;
use crate::schedule::Schedule;

/// Executions of a generation, for each part of an exploration.
const LENGTH: u64 = 128;
/// Pieces of a generation. What the executions of a piece show is kept when it is done, so a process that is killed loses no more.
const PIECES: u64 = 8;
/// From one look for what other processes have found to the next.
const EXCHANGE: Duration = Duration::from_secs(1);
/// Schedules from disk that are run together.
const SEEDS: usize = 32;

/// What the end of a piece of work is the end of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::explore) enum Mark {
    #[default]
    Nothing,
    Seeds,
    Generation,
}

/// The state of a guided exploration.
#[derive(Debug)]
pub(in crate::explore) struct Generations {
    pub(in crate::explore) corpus: Corpus,
    length: u64,
    /// Generations of which everything is known.
    done: u64,
    /// What each generation goes on from.
    snapshots: BTreeMap<u64, Snapshot>,
    /// Schedules from disk that nobody has run yet.
    seeds: VecDeque<Schedule>,
    /// Pieces of them that are being run.
    running: usize,
    pace: Pace,
}

impl Generations {
    pub(in crate::explore) fn new(corpus: Corpus, plan: &Plan) -> Self {
        let parts = plan.shard.map_or(1, |shard| u64::from(shard.of()));
        let mut generations = Self {
            corpus,
            length: LENGTH * parts,
            done: 0,
            snapshots: BTreeMap::new(),
            seeds: VecDeque::new(),
            running: 0,
            pace: Pace::every(EXCHANGE),
        };
        generations.look_for_seeds();
        generations.begin_if_known();
        generations
    }

    fn look_for_seeds(&mut self) {
        let Some(store) = self.corpus.store() else { return };
        match store.read_new() {
            Ok(mut schedules) => {
                // The shorter ones first, so that it is the longer ones that show nothing new.
                schedules.sort_by_key(|schedule| (schedule.deviations().len(), schedule.to_string()));
                self.seeds.extend(schedules);
            }
            Err(error) => store.warnings.push(error.to_string()),
        }
    }

    /// The first two generations go on from what was on disk.
    fn begin_if_known(&mut self) {
        if self.snapshots.is_empty() && self.seeds.is_empty() && self.running == 0 {
            let snapshot = self.corpus.snapshot();
            self.snapshots.extend([(0, snapshot.clone()), (1, snapshot)]);
        }
    }

    /// Some schedules from disk to run.
    pub(in crate::explore) fn seeds(&mut self) -> Option<Vec<Schedule>> {
        if self.seeds.is_empty() {
            return None;
        }
        let some = self.seeds.len().min(SEEDS);
        self.running += 1;
        Some(self.seeds.drain(..some).collect())
    }

    /// The executions from `start` on that go on from the same entries, and what comes to its end with them. `None` if these are not
    /// known yet.
    pub(in crate::explore) fn piece(&mut self, start: u64, executions: u64) -> Option<(Range<u64>, Snapshot, Mark)> {
        let generation = start / self.length;
        let snapshot = self.snapshots.get(&generation)?.clone();
        let first = generation * self.length;
        let next = first.saturating_add(self.length);
        let end = start.saturating_add(self.length / PIECES).min(next);
        if start == first && self.corpus.store().is_some() && self.pace.is_due() {
            self.look_for_seeds();
        }
        Some((start..end.min(executions), snapshot, if end == next { Mark::Generation } else { Mark::Nothing }))
    }

    /// Adds what executions have shown, in their order. Returns how many of them there are to go on from.
    pub(in crate::explore) fn absorb(&mut self, candidates: Vec<Candidate>) -> u64 {
        self.corpus.absorb(candidates);
        self.corpus.len()
    }

    /// A piece, and all before it, is done.
    pub(in crate::explore) fn finished(&mut self, mark: Mark) {
        match mark {
            Mark::Nothing => {}
            Mark::Seeds => {
                self.running -= 1;
                self.begin_if_known();
            }
            Mark::Generation => {
                self.done += 1;
                let snapshot = self.corpus.snapshot();
                self.snapshots.insert(self.done + 1, snapshot);
                self.snapshots.retain(|generation, _| *generation >= self.done);
            }
        }
    }
}
