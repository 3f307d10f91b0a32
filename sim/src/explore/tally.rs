//! [`Tally`]: what an exploration has come to so far.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Report;
use super::batch::{Batch, Found, Met};
use super::plan::Plan;
use super::positions::Positions;
use super::report::Point;
use super::seen::Seen;
use crate::coverage;

/// What an exploration has come to so far: the executions that count, in their order.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) executions: u64,
    pub(super) stopped: u64,
    pub(super) exhausted: bool,
    pub(super) seen: Seen,
    pub(super) remarkable: Option<Met>,
    pub(super) found: Option<Found>,
    /// Executions that a guided exploration can go on from.
    pub(super) corpus: u64,
    /// What `sometimes!` and `reachable!` have said, by name.
    pub(super) points: BTreeMap<&'static str, coverage::Point>,
    /// Where each digest was seen, if somebody wants to add up reports.
    pub(super) positions: Option<Positions>,
}

impl Tally {
    pub(super) fn new(plan: &Plan) -> Self {
        Self { positions: plan.digests.then(Positions::default), ..Self::default() }
    }

    /// Adds what comes next, as far as `most` executions are not exceeded. Says whether all of it was within them.
    pub(super) fn absorb(&mut self, batch: &mut Batch, plan: &Plan) -> bool {
        let room = usize::try_from(plan.most() - self.executions).unwrap_or(usize::MAX);
        let count = batch.keys.len().min(room);
        // Where every schedule is tried, an execution's number is how many come before it.
        let first = self.executions;
        let number = |mut met: Met| {
            met.index = if plan.is_exhaustive() { first + met.place as u64 } else { met.index };
            met
        };
        if self.remarkable.is_none() {
            self.remarkable = batch.remarkable.take().filter(|met| met.place < count).map(number);
        }
        let found = batch.found.take().filter(|found| found.met.place < count);
        if let Some(Found { met, what }) = found {
            self.found = Some(Found { met: number(met), what });
        }
        for (_, point) in batch.points.iter().filter(|(place, _)| *place < count) {
            let known = self.points.entry(point.name).or_insert(*point);
            known.held |= point.held;
        }
        if let Some(positions) = &mut self.positions {
            positions.add(&batch.keys[..count], first, batch.tree, plan);
        }
        self.stopped += self.seen.add_all(&batch.keys[..count]);
        self.executions += count as u64;
        let all = count == batch.keys.len();
        batch.clear();
        all
    }

    /// Whether nothing more is to be added.
    pub(super) fn is_over(&self, plan: &Plan) -> bool {
        self.found.is_some() || self.executions >= plan.most()
    }

    pub(super) fn report(&self, plan: &Plan) -> Report {
        Report {
            executions: self.executions,
            distinct: self.seen.distinct(),
            exhausted: self.exhausted,
            unseen: if self.exhausted { 0.0 } else { self.seen.unseen() },
            stopped: self.stopped,
            failure: None,
            warnings: Vec::new(),
            seed: plan.seed,
            scheduler: plan.scheduler.clone(),
            shard: plan.shard,
            corpus: self.corpus,
            points: self.points.values().map(Point::from).collect(),
            replayed: 0,
            positions: self.positions.clone().map(Arc::new),
        }
    }
}
