//! What was recorded, by the paths of its tasks: the schedule, and who a task is once all is over.

use super::recorder::{NOBODY, Recorder};
use crate::hash::{finish, mix};
use crate::schedule::{ChoiceLog, Data, Deviation, Schedule, TaskPath};

/// The path hash of main; a child's follows from its parent's and its position.
pub(crate) const MAIN_PATH_HASH: u64 = 0x6d61_696e_7461_736b;

pub(crate) const fn child_path_hash(parent: u64, child: u32) -> u64 {
    finish(mix(parent, 0x6368_696c_6400_0000_u64.wrapping_add(child as u64)))
}

/// The path of a task, by number.
pub(super) fn path(paths: &[(u32, u32)], mut task: u32) -> TaskPath {
    let mut children = Vec::new();
    while let Some(&(parent, child)) = paths.get(task as usize).filter(|(parent, _)| *parent != NOBODY) {
        children.push(child);
        task = parent;
    }
    children.reverse();
    TaskPath::from_children(children)
}

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
