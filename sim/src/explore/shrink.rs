//! Shrinking: the simplest schedule that shows the same bug.
//!
//! Simplest is: fewest deviations from fifo order, of those fewest preemptions, of those the smallest list of (index, pick).
//! Candidates are run; what a shortened schedule does not say is fifo, never random. First the steps are found whose order it takes (see
//! `reorder`), then deviations are left out, as many as possible (delta debugging; Zeller and Hildebrandt 2002). Then every schedule with fewer deviations is tried, and every one with as many, as
//! far as the budget goes; at first only with deviations before the point at which the best one fails, which in a long program are few.
//! Where the budget is not used up, the result is the minimum, and the same from whichever failure it began.

use super::explorer::Explorer;
use super::work::Tested;
use crate::kernel::{self, FailureKind, Model, Order};
use crate::schedule::Choice;
use crate::scheduler::{Chooser, Follow};
use crate::simulation::{Execution, Failure, once};

/// How much is spent on one failure. Steps, not seconds: the result is the same on a slow machine.
const MAX_STEPS: u64 = 1_000_000;
const MAX_EXECUTIONS: u64 = 30_000;

/// As many deviations are left out of a schedule as it is; of more, the order of the steps tells more.
const FEW: usize = 4;

/// Index and pick of each choice that is not the default.
type Deviations = Vec<(u64, u32)>;

/// What a shrunk schedule is and what it took.
#[derive(Debug)]
pub(super) struct Shrunk {
    pub(super) deviations: Deviations,
    pub(super) executions: u64,
}

/// What makes two failures the same bug.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bug {
    kind: FailureKind,
    /// Where a panic was raised.
    place: Option<String>,
    /// Of a deadlock and of tasks pending at the end: which tasks, and what they wait for.
    tasks: Option<String>,
}

impl Bug {
    fn new(kind: FailureKind, place: Option<String>, message: String) -> Self {
        let mut bug = Self { kind, place, tasks: None };
        if bug.needs_full() {
            bug.tasks = Some(message);
        }
        bug
    }

    pub(super) fn of(failure: &Failure) -> Self {
        Self::new(failure.kind, failure.place.clone(), failure.message.clone())
    }

    /// What tasks wait for is known of full traces only.
    pub(super) fn needs_full(&self) -> bool {
        matches!(self.kind, FailureKind::Deadlock | FailureKind::PendingAtExit)
    }
}

/// What a list of deviations says, and fifo order elsewhere.
fn following(deviations: &[(u64, u32)]) -> Chooser {
    Chooser::Any(Box::new(Follow::new(deviations)))
}

/// Runs what a list of deviations says. The bug, if it fails.
#[track_caller]
pub(super) fn run_brief(order: &Order<'_>, deviations: &[(u64, u32)], body: &Tested<'_>) -> Option<Bug> {
    run_with(order, following(deviations), body)
}

#[track_caller]
fn run_with(order: &Order<'_>, mut scheduler: Chooser, body: &Tested<'_>) -> Option<Bug> {
    scheduler.begin(0, &Model::default());
    let outcome = once::brief(order, &mut Some(scheduler), body.program);
    let error = body.error.take();
    match outcome {
        Ok(_) => error.map(|_| Bug::new(FailureKind::Error, None, String::new())),
        Err(fault) if fault.stopped => None,
        Err(fault) => Some(Bug::new(fault.kind, fault.place, fault.message)),
    }
}

/// A candidate that was run.
pub(super) struct Attempt {
    bug: Option<Bug>,
    choices: Vec<Choice>,
    preemptions: u64,
}

impl Attempt {
    /// The schedule that was really run.
    pub(super) fn deviations(&self) -> Deviations {
        let choices = (0..).zip(&self.choices);
        choices.filter(|(_, choice)| choice.picked > 0).map(|(index, choice)| (index, choice.picked)).collect()
    }

    fn rank(&self) -> (usize, u64, Deviations) {
        let deviations = self.deviations();
        (deviations.len(), self.preemptions, deviations)
    }
}

pub(super) struct Shrinker<'a> {
    pub(super) order: Order<'a>,
    body: &'a Tested<'a>,
    bug: Bug,
    best: (usize, u64, Deviations),
    /// How many choices the best one makes before it fails.
    length: usize,
    executions: u64,
    steps: u64,
}

impl Explorer {
    /// Shrinks the schedule of a failure; `None` if it does not fail again.
    #[track_caller]
    pub(super) fn shrink(
        &self,
        order: &Order<'_>,
        kind: FailureKind,
        found: &Execution<()>,
        body: &Tested<'_>,
    ) -> Option<Shrunk> {
        let bug = Bug { kind, place: None, tasks: None };
        let full = bug.needs_full();
        let order = order.keeping(full);
        let mut shrinker = Shrinker { order, body, bug, best: Default::default(), length: 0, executions: 0, steps: 0 };
        let first = Attempt { bug: None, choices: found.choices.clone(), preemptions: 0 }.deviations();
        let attempt = shrinker.run(&first, full)?;
        shrinker.best = (attempt.deviations().len(), u64::MAX, attempt.deviations());
        shrinker.length = attempt.choices.len();
        shrinker.bug = attempt.bug.filter(|bug| bug.kind == kind)?;
        if shrinker.best.0 > FEW {
            shrinker.reorder(&found.trace);
        }
        shrinker.leave_out();
        if shrinker.try_all(true).is_some() {
            shrinker.try_all(false);
        }
        Some(Shrunk { deviations: shrinker.best.2, executions: shrinker.executions })
    }
}

impl Shrinker<'_> {
    /// Runs a candidate; `None` if the budget is used up.
    #[track_caller]
    fn run(&mut self, deviations: &[(u64, u32)], full: bool) -> Option<Attempt> {
        self.attempt(following(deviations), full)
    }

    /// Runs what a scheduler says; `None` if the budget is used up.
    #[track_caller]
    pub(super) fn attempt(&mut self, scheduler: Chooser, full: bool) -> Option<Attempt> {
        if self.steps >= MAX_STEPS || self.executions >= MAX_EXECUTIONS {
            return None;
        }
        let bug = run_with(&self.order.keeping(full), scheduler, self.body);
        let (choices, counts) = kernel::with(|kernel| (kernel.choices(), kernel.counts()));
        self.executions += 1;
        // Beginning and ending an execution costs about as much as so many steps.
        self.steps += counts.steps + 10;
        Some(Attempt { bug, choices, preemptions: counts.preemptions })
    }

    /// The part of the budget that is used up.
    pub(super) fn spent(&self) -> f64 {
        (self.steps as f64 / MAX_STEPS as f64).max(self.executions as f64 / MAX_EXECUTIONS as f64)
    }

    pub(super) fn is_same(&self, attempt: &Attempt) -> bool {
        attempt.bug.as_ref() == Some(&self.bug)
    }

    /// Runs a candidate and keeps it if it is the same bug and simpler. `None` if the budget is used up.
    #[track_caller]
    pub(super) fn consider(&mut self, deviations: &[(u64, u32)]) -> Option<(bool, Attempt)> {
        let mut attempt = self.run(deviations, self.order.full)?;
        if !self.is_same(&attempt) || attempt.deviations().len() > self.best.0 {
            return Some((false, attempt));
        }
        if !self.order.full {
            // Preemptions are counted only where everything is recorded.
            attempt = self.run(deviations, true)?;
        }
        let better = attempt.rank() < self.best;
        if better {
            self.best = attempt.rank();
            self.length = attempt.choices.len();
        }
        Some((better, attempt))
    }

    /// Leaves out as many deviations as possible, in ever smaller pieces.
    #[track_caller]
    fn leave_out(&mut self) {
        let mut piece = self.best.0;
        while piece > 0 {
            let mut at = 0;
            while at < self.best.2.len() {
                let mut candidate = self.best.2.clone();
                candidate.drain(at..(at + piece).min(candidate.len()));
                match self.consider(&candidate) {
                    Some((true, _)) => {}
                    Some((false, _)) => at += piece,
                    None => return,
                }
            }
            piece = if piece > self.best.0 { self.best.0 } else { piece / 2 };
        }
    }

    /// Tries every schedule with 0, 1, .. deviations, up to as many as the best one has; `near` those only that deviate before the best one
    /// fails. `None` if the budget is used up.
    #[track_caller]
    fn try_all(&mut self, near: bool) -> Option<()> {
        let mut deviations = 0;
        while deviations <= self.best.0 {
            self.extend(&mut Vec::new(), deviations, near)?;
            deviations += 1;
        }
        Some(())
    }

    /// Tries every schedule that has so many deviations more.
    #[track_caller]
    fn extend(&mut self, prefix: &mut Deviations, more: usize, near: bool) -> Option<()> {
        if more == 0 {
            self.consider(prefix)?;
            return Some(());
        }
        let choices = self.run(prefix, false)?.choices;
        let from = prefix.last().map_or(0, |(index, _)| index + 1);
        for (index, choice) in (0..).zip(choices).skip(from as usize) {
            if self.best.0 < prefix.len() + more || (near && index >= self.length as u64) {
                break;
            }
            for picked in 1..choice.alternatives {
                prefix.push((index, picked));
                let tried = self.extend(prefix, more - 1, near);
                prefix.pop();
                tried?;
            }
        }
        Some(())
    }
}
