//! [`Journal`]: what the children of a scenario tell of themselves.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use reenact_sim::time::{Instant, now};

use super::phase::End;

/// What happened, in order. Written by the children and by whoever runs a combinator, never by the combinator. Clones are the same journal.
#[derive(Clone, Default)]
pub struct Journal(Rc<RefCell<Vec<Entry>>>);

/// One line of a [`Journal`].
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// The virtual time since the start.
    pub at: Duration,
    /// What happened.
    pub event: Event,
}

/// What a [`Journal`] tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A child was polled for the first time.
    Started(u32),
    /// A child came to its end, in the step in which this was written.
    Ended(u32, End),
    /// A child was told of a cancel request.
    Requested(u32),
    /// A child was dropped before it came to its end.
    Dropped(u32),
    /// The combinator was called.
    Called,
    /// A request was made to this child from outside.
    Cancels(u32),
    /// Whoever awaited the combinator was cancelled from outside.
    Leaves,
    /// A stream yielded what came from this child, and whether it was an error.
    Yielded(u32, End),
    /// The combinator was done, in the step in which this was written. What it returned is told beside the journal.
    Returned,
    /// Nothing of the scenario can happen any more.
    Quiet,
}

impl Journal {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes what happens now.
    ///
    /// # Panics
    ///
    /// Outside an execution.
    #[track_caller]
    pub fn write(&self, event: Event) {
        self.0.borrow_mut().push(Entry { at: now() - Instant::ZERO, event });
    }

    /// What was written.
    pub fn entries(&self) -> Vec<Entry> {
        self.0.borrow().clone()
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&*self.0.borrow()).finish()
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?}", self.at, self.event)
    }
}
