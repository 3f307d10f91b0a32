//! What the recorder knows of tasks beside events, where all events are kept: names, what they wait for, what they hold.

use std::sync::Arc;

use super::recorder::{NOBODY, Recorder};
use super::{ResourceId, Site, WaitReason};

impl Recorder {
    /// A leaf future says why it is pending; the last word of a step counts.
    #[inline]
    pub(crate) fn waits(&self, reason: impl FnOnce() -> WaitReason) {
        if self.full.get() {
            self.log.borrow_mut().wait = Some(reason());
        }
    }

    /// The step is over: what it said it waits for belongs to its task.
    #[inline(always)]
    pub(crate) fn step_ended(&self) {
        if self.full.get() {
            self.keep_wait();
        }
        self.current.set(NOBODY);
    }

    #[cold]
    fn keep_wait(&self) {
        let mut log = self.log.borrow_mut();
        let wait = log.wait.take();
        if let Some(task) = log.tasks.get_mut(self.current.get() as usize) {
            task.waits_for = wait;
        }
    }

    /// What a task last said it waits for.
    pub(crate) fn waits_for(&self, task: u32) -> Option<WaitReason> {
        self.log.borrow().tasks.get(task as usize)?.waits_for.clone()
    }

    /// The running task holds a resource from now on. The number ends it; 0 where nobody looks.
    pub(crate) fn hold(&self, resource: ResourceId) -> u64 {
        if self.full.get() && self.current.get() != NOBODY { self.log.borrow_mut().hold(resource, self.current.get()) } else { 0 }
    }

    pub(crate) fn let_go(&self, hold: u64) {
        if hold > 0 {
            self.log.borrow_mut().holds.retain(|(number, ..)| *number != hold);
        }
    }

    /// The tasks that hold a resource, the longest first.
    pub(crate) fn holders(&self, resource: ResourceId) -> Vec<u32> {
        let log = self.log.borrow();
        log.holds.iter().filter(|(_, held, _)| *held == resource).map(|(.., task)| *task).collect()
    }

    /// Name and spawn site of a task, if the trace is full.
    pub(crate) fn known(&self, task: u32) -> Option<(Arc<str>, Option<Site>)> {
        let log = self.log.borrow();
        let known = log.tasks.get(task as usize)?;
        Some((known.name.clone(), known.spawned_at))
    }
}
