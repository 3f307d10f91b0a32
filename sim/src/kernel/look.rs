//! What others may know of the execution that is running or just over.

use super::{Counts, Kernel, Phase};
use crate::schedule::{Choice, Schedule};
use crate::trace::recorder;

impl Kernel {
    /// The numbers of what is still registered anywhere: tasks, timers, scopes, watches.
    pub(crate) fn census(&self) -> [usize; 4] {
        [self.table().live as usize, self.armed(), self.scopes.borrow().live(), self.watches.borrow().live()]
    }

    pub(crate) fn counts(&self) -> Counts {
        let core = self.core.borrow();
        Counts { steps: self.steps.taken(), choices: core.view.choices.len() as u64, ..core.counts }
    }

    /// How many choices the execution has made, up to as many as 32 bits hold.
    pub(crate) fn choices_so_far(&self) -> u32 {
        self.core.try_borrow().map_or(0, |core| u32::try_from(core.view.choices.len()).unwrap_or(u32::MAX - 1))
    }

    /// Whether an execution is running.
    pub(crate) fn is_running(&self) -> bool {
        self.phase.get() != Phase::Idle
    }

    pub(crate) fn choices(&self) -> Vec<Choice> {
        self.core.borrow().view.choices.iter().collect()
    }

    /// The schedule of the execution that is running or just over.
    pub(crate) fn schedule(&self) -> Schedule {
        let schedule = recorder::with(|recorder| recorder.schedule(&self.core.borrow().view.choices, self.drawn_data()));
        schedule.with_hostility(self.settings.get().hostility)
    }
}
