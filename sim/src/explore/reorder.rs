//! Shrinking by order: which of the steps have to keep their order for the failure to come?
//!
//! To leave a deviation out of a schedule changes what all later ones mean, so of a long schedule little can be left out. The order
//! of some steps means the same whatever else happens, so most of it can be left out at once (delta debugging on the order). What is left
//! says which deviations it takes, and shrinking goes on with these.

use std::rc::Rc;

use super::shrink::Shrinker;
use crate::hash;
use crate::scheduler::{Chooser, Ordered, StepOrder};
use crate::trace::{Trace, recorder};

/// Steps are shifted by up to 2 to the power of one less than this.
const FARTHEST: u32 = 10;
/// What is left depends on what is tried first, so it is done again in other orders, until so many have brought nothing.
const IN_VAIN: u32 = 4;

impl Shrinker<'_> {
    /// Looks for a simpler schedule of the same failure. Of the budget it takes a half at most.
    #[track_caller]
    pub(super) fn reorder(&mut self, trace: &Trace) {
        let mut trace = trace.clone();
        let (mut round, mut in_vain) = (0, 0);
        while in_vain < IN_VAIN && self.spent() < 0.5 {
            let Some(order) = StepOrder::of(&trace).map(Rc::new) else { return };
            let mut kept: Vec<u32> = (0..order.len() as u32).collect();
            self.leave_parts_out(&order, &mut kept, round);
            self.shift(&order, &mut kept);
            match self.keep(&order, &kept) {
                Some(better) => (trace, in_vain) = (better, 0),
                None => in_vain += 1,
            }
            round += 1;
        }
    }

    /// Leaves out as many parts of the order as possible, in ever smaller pieces, which each round takes in another order.
    #[track_caller]
    fn leave_parts_out(&mut self, order: &Rc<StepOrder>, kept: &mut Vec<u32>, round: u64) {
        let mut piece = kept.len();
        while piece > 0 {
            let mut pieces: Vec<Vec<u32>> = kept.chunks(piece).map(<[u32]>::to_vec).collect();
            match round {
                0 => {}
                1 => pieces.reverse(),
                _ => pieces.sort_by_key(|parts| hash::finish(hash::mix(round, parts[0].into()))),
            }
            for parts in pieces {
                if self.spent() > 0.5 {
                    return;
                }
                let candidate: Vec<u32> = kept.iter().copied().filter(|part| parts.binary_search(part).is_err()).collect();
                if self.run_ordered(order, &candidate).is_some() {
                    *kept = candidate;
                }
            }
            piece = if piece > kept.len() { kept.len() } else { piece / 2 };
        }
    }

    /// Puts other steps of the same tasks in the place of those that are left, as long as the schedule gets simpler by it: the failure may
    /// come already when a task is one step ahead, and the one that was found had it ahead by many.
    #[track_caller]
    fn shift(&mut self, order: &Rc<StepOrder>, kept: &mut Vec<u32>) {
        let Some(mut best) = self.run_ordered(order, kept) else { return };
        let mut at = 0;
        while at < kept.len() {
            let distances = (0..FARTHEST).rev().flat_map(|bits| [-(1 << bits), 1 << bits]);
            let better = distances.into_iter().find_map(|by: i64| {
                let mut candidate = kept.clone();
                candidate[at] = order.shifted(kept[at], by)?;
                let deviations = self.run_ordered(order, &candidate)?;
                (deviations < best).then_some((candidate, deviations))
            });
            match better {
                _ if self.spent() > 0.5 => return,
                // What is before it may be shifted farther now.
                Some((candidate, deviations)) => (*kept, best, at) = (candidate, deviations, 0),
                None => at += 1,
            }
        }
    }

    /// How many deviations the schedule has in which these parts keep their order, if the failure comes in it.
    #[track_caller]
    fn run_ordered(&mut self, order: &Rc<StepOrder>, kept: &[u32]) -> Option<usize> {
        let scheduler = Ordered::new(order.clone(), kept.iter().copied());
        let attempt = self.attempt(Chooser::Any(Box::new(scheduler)), self.order.full)?;
        self.is_same(&attempt).then(|| attempt.deviations().len())
    }

    /// Goes on with the schedule that this order makes, if it is a simpler one, and gives its trace.
    #[track_caller]
    fn keep(&mut self, order: &Rc<StepOrder>, kept: &[u32]) -> Option<Trace> {
        let scheduler = Ordered::new(order.clone(), kept.iter().copied());
        let attempt = self.attempt(Chooser::Any(Box::new(scheduler)), self.order.full)?;
        if !self.is_same(&attempt) || !self.consider(&attempt.deviations())?.0 {
            return None;
        }
        // What was considered is run with a full trace.
        Some(recorder::with(|recorder| recorder.trace()))
    }
}
