//! Replay: the answers of a schedule, and what to say when the execution is not the one it was made from.

use super::{ChoicePoint, Model, Refusal, Scheduler};
use crate::hostility::Hostility;
use crate::kernel::FailureKind;
use crate::schedule::{ChoiceKind, Deviation, Schedule};

/// Picks what the schedule says, and 0 where it says nothing.
#[derive(Debug)]
pub(crate) struct Replay {
    deviations: Vec<Deviation>,
    /// What the executor might do when the schedule was made. Without it choices do not stand where they stood.
    hostility: Hostility,
    /// The next choice of the execution.
    index: u64,
    /// The next deviation of the schedule.
    next: usize,
    refusal: Option<Refusal>,
}

impl Replay {
    pub(crate) fn new(schedule: &Schedule) -> Self {
        Self { deviations: schedule.deviations().to_vec(), hostility: schedule.hostility(), index: 0, next: 0, refusal: None }
    }

    /// What does not fit, if anything.
    fn mismatch(&self, deviation: &Deviation, point: &ChoicePoint<'_>) -> Option<String> {
        if self.hostility != point.hostility() {
            return Some(format!(
                "the schedule is of executions with hostility `{}` and this is one with `{}`, so its choices do not stand where \
                 they stood: replay it with the same (`;hostile=..` in a schedule says which)",
                self.hostility,
                point.hostility()
            ));
        }
        let index = deviation.index;
        let alternatives = point.alternatives();
        if let Some(expected) = deviation.alternatives.filter(|expected| *expected != alternatives) {
            return Some(format!(
                "choice {index} should have {expected} alternatives and has {alternatives} (a {} choice)",
                point.kind()
            ));
        }
        if deviation.picked >= alternatives {
            return Some(format!(
                "choice {index} should pick alternative {} and has {alternatives} alternatives (a {} choice)",
                deviation.picked,
                point.kind()
            ));
        }
        let expected = deviation.task.as_ref()?;
        if point.kind() != ChoiceKind::Task {
            return Some(format!(
                "choice {index} should step task {expected} and is a {} choice, not one between tasks",
                point.kind()
            ));
        }
        let found = point.task(deviation.picked).and_then(|task| point.path_of(task));
        if found.as_ref() == Some(expected) {
            return None;
        }
        let found = found.map_or_else(|| "none".to_owned(), |path| path.to_string());
        Some(format!("choice {index} should step task {expected}, and its alternative {} is task {found}", deviation.picked))
    }
}

impl Scheduler for Replay {
    fn choose(&mut self, point: &ChoicePoint<'_>) -> u32 {
        let index = self.index;
        self.index += 1;
        let Some(deviation) = self.deviations.get(self.next).filter(|deviation| deviation.index == index) else {
            return 0;
        };
        self.next += 1;
        match self.mismatch(deviation, point) {
            None => deviation.picked,
            Some(message) => {
                self.next = self.deviations.len();
                self.refusal = Some(Refusal::new(FailureKind::Divergence, message));
                u32::MAX
            }
        }
    }

    fn begin(&mut self, _execution: u64, _model: &Model) {
        self.index = 0;
        self.next = 0;
        self.refusal = None;
    }

    fn observes(&self) -> bool {
        false
    }

    fn refusal(&mut self) -> Option<Refusal> {
        let missing = self.deviations.get(self.next).map(|deviation| {
            let hostile = match self.hostility.is_none() {
                true => String::new(),
                false => format!("; the schedule is of executions with hostility `{}`", self.hostility),
            };
            let message = format!(
                "choice {} of the schedule never came: the execution made {} choice{}{hostile}",
                deviation.index,
                self.index,
                if self.index == 1 { "" } else { "s" }
            );
            Refusal::new(FailureKind::Divergence, message)
        });
        self.next = self.deviations.len();
        self.refusal.take().or(missing)
    }
}
