//! Where tasks wait, in executions in which somebody wants to know.

use std::backtrace::Backtrace;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use super::table::NONE;
use super::waker::TaskWord;
use super::{Kernel, recorder};
use crate::await_point::{self, AwaitPoint};
use crate::instant::Instant;
use crate::trace::TaskId;

/// Stacks that are taken in an execution at most. To take one costs about as much as a hundred steps.
const MOST: u32 = 100_000;

/// The stacks on which tasks have last registered their wakers.
#[derive(Debug)]
pub(super) struct Awaits {
    on: Cell<bool>,
    /// By task number. To take one is fast; to read it is slow, and done only when somebody asks.
    stacks: RefCell<BTreeMap<u32, Backtrace>>,
    taken: Cell<u32>,
}

/// What has not ended, and what is armed.
#[derive(Debug, Default)]
pub(crate) struct Leftovers {
    /// Unfinished tasks, each with what it is in one line.
    pub(crate) tasks: Vec<(TaskId, String)>,
    /// Numbers and deadlines of the armed timers.
    pub(crate) timers: Vec<(u64, Instant)>,
}

impl Awaits {
    pub(super) const fn new() -> Self {
        Self { on: Cell::new(false), stacks: RefCell::new(BTreeMap::new()), taken: Cell::new(0) }
    }

    pub(super) fn begin(&self, on: bool) {
        if self.on.replace(on) || on {
            self.stacks.take();
            self.taken.set(0);
        }
    }

    pub(super) fn is_on(&self) -> bool {
        self.on.get()
    }
}

impl Kernel {
    /// A waker was cloned, or woken, where everything is recorded.
    #[inline]
    pub(super) fn note_registration(&self, waker: TaskWord) {
        if self.awaits.is_on() {
            self.registered(waker);
        }
    }

    /// If it is that of the task being stepped, here it waits.
    #[cold]
    pub(super) fn registered(&self, waker: TaskWord) {
        let slot = self.current_slot.get();
        if slot == NONE || waker.slot() != slot || self.awaits.taken.get() >= MOST {
            return;
        }
        self.awaits.taken.set(self.awaits.taken.get() + 1);
        // Wakers are cloned where anybody's code runs, so nothing may be borrowed for long.
        let Some(number) = self.current_number() else { return };
        let former = self.awaits.stacks.borrow_mut().insert(number, Backtrace::force_capture());
        drop(former);
    }

    /// Where a task waits, innermost first; empty if nobody wanted to know in this execution, or nothing is known.
    pub(crate) fn await_points(&self, number: u32) -> Vec<AwaitPoint> {
        self.awaits.stacks.borrow().get(&number).map(await_point::read).unwrap_or_default()
    }

    /// The same of the running task.
    pub(crate) fn own_await_points(&self) -> Vec<AwaitPoint> {
        self.current_number().map(|number| self.await_points(number)).unwrap_or_default()
    }

    /// What is unfinished and what is armed now.
    pub(crate) fn leftovers(&self) -> Leftovers {
        let numbers: Vec<u32> = {
            let table = self.table();
            table.unfinished().into_iter().map(|slot| table.peek(slot).number).collect()
        };
        let describe = |number| recorder::with(|recorder| self.describe(number, recorder));
        Leftovers {
            tasks: numbers.into_iter().map(|number| (TaskId::new(number), describe(number))).collect(),
            timers: self.armed_timers(),
        }
    }
}
