//! [`Journal`]: what the children of a scenario tell of themselves.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use reenact_sim::task::census;
use reenact_sim::time::{Instant, Sleep, now};

use super::phase::End;

/// What happened, in order. Written by the children and by whoever runs a combinator, never by the combinator. Clones are the same journal.
#[derive(Clone, Default)]
pub struct Journal {
    entries: Rc<RefCell<Vec<Entry>>>,
    /// Until when somebody sleeps, so that timers are known that belong to nobody here.
    sleeping: Rc<RefCell<Vec<Instant>>>,
}

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
    /// A request for whoever awaited the combinator was still there after the combinator was done.
    StillRequested,
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
        self.entries.borrow_mut().push(Entry { at: now() - Instant::ZERO, event });
    }

    /// Sleeps until then, as what belongs to the scenario and not to a combinator.
    pub(crate) async fn asleep(&self, until: Instant, sleep: Sleep) {
        self.sleeping.borrow_mut().push(until);
        let _asleep = Asleep { journal: self, until };
        sleep.await;
    }

    /// How many timers are armed that nobody sleeps with.
    pub(crate) fn foreign_timers(&self) -> usize {
        // Those that are due have fired, whether or not the sleeper has stepped since.
        let own = self.sleeping.borrow().iter().filter(|until| **until > now()).count();
        census().timers.saturating_sub(own)
    }

    /// What was written.
    pub fn entries(&self) -> Vec<Entry> {
        self.entries.borrow().clone()
    }
}

/// Somebody sleeps as long as this lives.
struct Asleep<'a> {
    journal: &'a Journal,
    until: Instant,
}

impl Drop for Asleep<'_> {
    fn drop(&mut self) {
        let mut sleeping = self.journal.sleeping.borrow_mut();
        if let Some(at) = sleeping.iter().position(|until| *until == self.until) {
            sleeping.swap_remove(at);
        }
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&*self.entries.borrow()).finish()
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {:?}", self.at, self.event)
    }
}
