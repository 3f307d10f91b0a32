//! [`TaskRef`].

use std::fmt;

use super::TaskPanic;
use super::handle::panic_of;
use crate::kernel::{self, TaskWord};
use crate::trace::TaskId;

/// Refers to a task without being its handle: any number of them may exist, dropping one does nothing, and none of them can
/// take the result. Made by [`Task::task_ref`](super::Task::task_ref).
#[derive(Clone)]
pub struct TaskRef {
    pub(super) word: TaskWord,
    pub(super) number: Option<u32>,
    pub(super) epoch: u64,
}

impl TaskRef {
    /// The task's identity in its execution; `None` if there never was a task.
    pub fn id(&self) -> Option<TaskId> {
        self.number.map(TaskId::new)
    }

    /// As [`Task::cancel`](super::Task::cancel).
    pub fn cancel(&self) -> bool {
        kernel::with(|kernel| kernel.cancel(self.word))
    }

    /// Takes the panic of the task, where panics are delivered, unless somebody has taken it before or it was given up because
    /// the handle was dropped after the panic.
    pub fn take_panic(&self) -> Option<TaskPanic> {
        let number = self.number?;
        // Numbers begin anew with each execution.
        kernel::with(|kernel| if kernel.epoch() == self.epoch { panic_of(kernel, number) } else { None })
    }
}

impl fmt::Debug for TaskRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            Some(number) => write!(f, "TaskRef({})", TaskId::new(number)),
            None => f.write_str("TaskRef(of another execution)"),
        }
    }
}
