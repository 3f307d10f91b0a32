//! [`Account`]: what an exploration in processes has come to, for whoever reads its report or watches.

use super::super::batch::{Batch, Found, Met, What};
use super::super::explorer::{Explorer, warn};
use super::super::plan::Plan;
use super::super::progress::Telling;
use super::super::seen::Key;
use super::super::tally::Tally;
use super::Answer;
use crate::trace::Digest;

/// Keeps count of the executions. Once, at the end, it writes down what they came to.
pub(super) struct Account<'a> {
    explorer: &'a Explorer,
    plan: &'a Plan,
    tally: Tally,
    telling: Option<Telling<'a>>,
    warnings: Vec<String>,
    /// Saved failures that were replayed.
    replayed: u64,
}

impl<'a> Account<'a> {
    pub(super) fn new(explorer: &'a Explorer, plan: &'a Plan) -> Self {
        let telling = Some(Telling::new(explorer.name.as_deref(), plan));
        Self { explorer, plan, tally: Tally::new(plan), telling, warnings: Vec::new(), replayed: 0 }
    }

    pub(super) fn warn(&mut self, warnings: &[String]) {
        let name = self.explorer.name.as_deref().unwrap_or("reenact");
        warnings.iter().for_each(|warning| warn(&format!("{name}: {warning}")));
        self.warnings.extend_from_slice(warnings);
    }

    pub(super) fn add_replayed(&mut self) {
        self.replayed += 1;
    }

    /// How many executions have been added.
    pub(super) fn executions(&self) -> u64 {
        self.tally.executions
    }

    /// Adds the execution that comes next.
    pub(super) fn add(&mut self, index: u64, answer: &Answer) {
        let digest = Digest::new(answer.digest);
        let mut batch = Batch::default();
        batch.keys.push(if answer.stopped { Key::STOPPED } else { Key::of(digest) });
        if let Some((kind, _, message)) = &answer.failure {
            let met = Met { place: 0, index, schedule: answer.schedule.clone(), digest };
            batch.found = Some(Found { met, what: What::Failure(*kind, message.clone()) });
        }
        self.tally.absorb(&mut batch, self.plan);
        if let Some(telling) = &mut self.telling {
            telling.tell(&self.tally);
        }
    }

    /// Every schedule was tried.
    pub(super) fn set_exhausted(&mut self) {
        self.tally.exhausted = true;
    }

    /// Nothing more comes. `failed` is the failure, as [`Answer::failed`] has it.
    pub(super) fn close(&mut self, failed: Option<&str>) {
        if let Some(telling) = self.telling.take() {
            telling.end(&self.tally);
        }
        let report = super::super::Report { replayed: self.replayed, ..self.tally.report(self.plan) };
        self.explorer.written_down_as(self.plan, &report, std::mem::take(&mut self.warnings), failed);
    }
}
