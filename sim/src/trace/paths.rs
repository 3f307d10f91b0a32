//! What was recorded, by the paths of its tasks: the schedule, and who a task is once all is over.

use super::recorder::{Recorder, path};
use crate::schedule::{ChoiceLog, Data, Deviation, Schedule, TaskPath};

impl Recorder {
    /// The path of a task of the execution that is running or just over.
    pub(crate) fn any_path(&self, task: u32) -> TaskPath {
        path(&self.paths.borrow(), task)
    }

    /// The schedule of what was recorded: with the tasks that were picked if the trace is full.
    pub(crate) fn schedule(&self, choices: &ChoiceLog, data: Option<Data>) -> Schedule {
        let mut deviations: Vec<Deviation> = Schedule::from_choices(choices.iter()).deviations().to_vec();
        let log = self.log.borrow();
        let paths = self.paths.borrow();
        for deviation in &mut deviations {
            deviation.task = log.picked(deviation.index).map(|task| path(&paths, task));
        }
        Schedule::from_parts(deviations, data)
    }
}
