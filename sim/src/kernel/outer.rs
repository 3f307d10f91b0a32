//! Watching for what is outside: whether somebody outside the execution holds wakers of its tasks, and who wakes them in the
//! last steps before a livelock.

use std::backtrace::Backtrace;
use std::cell::{Cell, RefCell};

use super::Kernel;
use crate::surroundings::{self, Evidence};

/// How many wakes are looked at in an execution.
const LOOKS: usize = 8;

/// What shows that something outside took part in an execution.
#[derive(Debug)]
pub(crate) struct Outer {
    /// Clones of wakers that were about when the execution began, then those that it left.
    clones: Cell<i64>,
    /// The livelock is near, and wakes of a task in its own step are looked at.
    looking: Cell<bool>,
    /// The stacks of such wakes. To take one is fast; to read the names on it is slow, and done after a failure only.
    stacks: RefCell<Vec<Backtrace>>,
    /// Such a wake was tokio's own doing.
    pushed_back: Cell<bool>,
}

impl Outer {
    pub(super) const fn new() -> Self {
        Self { clones: Cell::new(0), looking: Cell::new(false), stacks: RefCell::new(Vec::new()), pushed_back: Cell::new(false) }
    }

    pub(super) fn begin(&self, clones: i64) {
        self.clones.set(clones);
        self.looking.set(false);
        self.pushed_back.set(false);
    }

    /// Everything of the execution is dropped, and its wakers with it, but for those that somebody else holds.
    pub(super) fn end(&self, clones: i64, failed: bool) {
        self.clones.set(clones.wrapping_sub(self.clones.get()));
        if self.looking.replace(false) {
            let stacks = self.stacks.take();
            self.pushed_back.set(failed && stacks.iter().any(surroundings::tokio_pushes_back));
        }
    }

    pub(super) fn start_looking(&self) {
        self.looking.set(true);
    }

    pub(super) fn is_looking(&self) -> bool {
        self.looking.get()
    }

    /// A task wakes itself: who made it?
    #[cold]
    pub(super) fn look(&self) {
        let mut stacks = self.stacks.borrow_mut();
        if stacks.len() < LOOKS {
            stacks.push(Backtrace::force_capture());
        }
    }
}

impl Kernel {
    /// What shows that something outside took part in the execution that is just over.
    pub(crate) fn evidence(&self) -> Option<Evidence> {
        match (self.outer.pushed_back.get(), self.outer.clones.get()) {
            (true, _) => Some(Evidence::PushedBack),
            (false, wakers @ 1..) => Some(Evidence::Held { wakers }),
            _ => None,
        }
    }
}
