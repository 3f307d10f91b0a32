//! Explaining a failure: which of its deviations it takes, and how the execution goes on without the last of them.

use super::explorer::Explorer;
use super::plan::Plan;
use super::rerun::{failure_of, full};
use super::shrink::{Bug, run_brief};
use super::work::Tested;
use crate::kernel::{Model, Order};
use crate::scheduler::{Chooser, Follow};
use crate::simulation::{Explanation, Fact, Failure, Lanes};
use crate::trace::Trace;

/// More deviations than this explain nothing to anybody.
const MOST: usize = 16;

impl Explorer {
    /// Says why an execution fails. Runs it again without each of its deviations.
    #[track_caller]
    pub(super) fn explain(&self, plan: &Plan, order: &Order<'_>, failure: &Failure, body: &Tested<'_>) -> Option<Explanation> {
        let mut facts = Fact::all(&failure.trace)?;
        let deviations: Vec<(u64, u32)> =
            failure.schedule.deviations().iter().map(|deviation| (deviation.index, deviation.picked)).collect();
        if facts.len() != deviations.len() || facts.len() > MOST {
            return None;
        }
        let without = |n: usize| {
            let mut fewer = deviations.clone();
            fewer.remove(n);
            fewer
        };
        let bug = Bug::of(failure);
        for (n, fact) in facts.iter_mut().enumerate() {
            let found = run_brief(&order.keeping(bug.needs_full()), &without(n), body);
            fact.necessary = Some(found.as_ref() != Some(&bug));
        }
        let last = facts.iter().rposition(|fact| fact.necessary == Some(true));
        let passing = last.and_then(|n| self.passing(plan, order, &without(n), body));
        let lanes = passing.as_ref().and_then(|passing| Lanes::of(&failure.trace, passing));
        Some(Explanation { facts, lanes, passing })
    }

    /// The trace of an execution, if it passes.
    #[track_caller]
    fn passing(&self, plan: &Plan, order: &Order<'_>, deviations: &[(u64, u32)], body: &Tested<'_>) -> Option<Trace> {
        let mut scheduler = Chooser::Any(Box::new(Follow::new(deviations)));
        scheduler.begin(0, &Model::default());
        let (execution, _, stopped) = full(&order.keeping(true), scheduler, plan.seed, body.program);
        let failure = failure_of(&execution, body.error.take(), plan.seed);
        (failure.is_none() && !stopped).then_some(execution.trace)
    }
}
