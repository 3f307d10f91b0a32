//! Replaying saved failures, before anything new is explored.

use std::sync::Arc;

use super::Report;
use super::explorer::Explorer;
use super::plan::Plan;
use super::regressions::{Entry, Saved};
use super::rerun::{failure_of, full, replaying};
use super::tally::Tally;
use super::work::Tested;
use crate::config::Settings;
use crate::kernel::{FailureKind, Model, Order};
use crate::schedule::{Data, Schedule};
use crate::scheduler::{Chooser, Named};
use crate::simulation::{Failure, Hints, Warning};

/// What came before anything new was explored.
#[derive(Debug, Default)]
pub(super) struct Beginning {
    saved: Option<Saved>,
    /// How many saved failures were replayed.
    replayed: u64,
    /// Of those that could not be replayed.
    warnings: Vec<Warning>,
}

impl Beginning {
    /// Adds it to a report; saves a new failure.
    pub(super) fn conclude(self, report: &mut Report) {
        report.replayed = self.replayed;
        report.warnings.extend(self.warnings);
        let (Some(failure), Some(saved)) = (&mut report.failure, &self.saved) else { return };
        // What another run of the same schedule may not show is not worth keeping.
        if matches!(failure.kind, FailureKind::Divergence | FailureKind::Nondeterminism) {
            return;
        }
        match saved.add(failure) {
            Ok(_) => failure.hints.saved_in = Some(saved.label()),
            Err(error) => report.warnings.push(Warning::Unsaved { file: saved.label(), message: error.to_string() }),
        }
    }
}

impl Explorer {
    /// Replays what is saved, up to the first that fails: then that is the report.
    #[track_caller]
    pub(super) fn begin(&self, plan: &Plan, body: &Tested<'_>) -> Result<Beginning, Box<Report>> {
        let mut beginning = Beginning { saved: self.saved_or_panic(plan), ..Beginning::default() };
        let Some(saved) = &beginning.saved else { return Ok(beginning) };
        for entry in 0..saved.entries.len() {
            beginning.replayed += 1;
            match self.replay_saved(plan, saved, entry, body) {
                Ok(None) => {}
                Ok(Some(failure)) => {
                    let mut report = Tally::new(plan).report(plan);
                    (report.failure, report.replayed, report.warnings) = (Some(failure), beginning.replayed, beginning.warnings);
                    return Err(Box::new(report));
                }
                Err(warning) => beginning.warnings.push(warning),
            }
        }
        Ok(beginning)
    }

    /// Replays the n-th saved failure: the failure, if it still is one, or a warning, if it cannot be replayed.
    #[track_caller]
    pub(super) fn replay_saved(
        &self,
        plan: &Plan,
        saved: &Saved,
        n: usize,
        body: &Tested<'_>,
    ) -> Result<Option<Failure>, Warning> {
        let Some(entry) = saved.entries.get(n) else { return Ok(None) };
        match self.replay_entry(plan, entry, body) {
            Ok(None) => Ok(None),
            Ok(Some(mut failure)) => {
                self.hint(plan, &mut failure, 0, 0);
                failure.hints = Hints { passed: None, replayed: true, replayed_from: Some(saved.label()), ..failure.hints };
                Ok(Some(failure))
            }
            Err(message) => Err(Warning::Unreplayed { file: saved.label(), schedule: entry.schedule.to_string(), message }),
        }
    }

    /// The failure of a saved execution, or nothing if it passes now; `Err` if the program has no such execution any more.
    #[track_caller]
    fn replay_entry(&self, plan: &Plan, entry: &Entry, body: &Tested<'_>) -> Result<Option<Failure>, String> {
        let failure = self.run_saved(plan, &entry.schedule, replaying(&entry.schedule), body);
        let diverged = match failure {
            Some(failure) if failure.kind == FailureKind::Divergence => failure.message,
            failure => return Ok(failure),
        };
        let Some(named) = &entry.named else { return Err(diverged) };
        let (scheduler, placed) = Named::new(named);
        let mut scheduler = Chooser::Any(Box::new(scheduler));
        scheduler.begin(0, &Model::default());
        let failure = self.run_saved(plan, &entry.schedule, scheduler, body);
        let (placed, all) = (placed.get(), named.deviations.len());
        match failure {
            None if placed < all => Err(format!(
                "{diverged}; told by names, {placed} of its {all} deviations found their place (the next one is {}), and it passed",
                named.deviations[placed]
            )),
            failure => Ok(failure),
        }
    }

    #[track_caller]
    fn run_saved(&self, plan: &Plan, schedule: &Schedule, scheduler: Chooser, body: &Tested<'_>) -> Option<Failure> {
        let data = schedule.data().cloned().unwrap_or_else(|| Data::of_execution(plan.seed, 0));
        // What was saved was found with this hostility, whatever the test says now.
        let settings = Arc::new(Settings { hostility: schedule.hostility(), ..*plan.settings });
        let order = Order { settings: &settings, data, full: true };
        let (execution, _, _) = full(&order, scheduler, plan.seed, body.program);
        let mut failure = failure_of(&execution, body.error.take(), plan.seed);
        if let Some(failure) = failure.as_mut().filter(|failure| failure.kind != FailureKind::Divergence) {
            failure.explanation = self.explain(plan, &Order { full: false, ..order }, failure, body);
        }
        failure
    }
}
