//! The virtual clock of this thread's execution.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::task::Waker;

use super::timers::Timers;
use crate::instant::Instant;
use crate::trace::recorder;

thread_local! {
    // Without a destructor, so that it can be reached while the thread ends; the kernel frees what it owns.
    static CLOCK: ManuallyDrop<Clock> = const { ManuallyDrop::new(Clock::new()) };
}

/// The clock of this thread.
#[inline]
pub(crate) fn with<R>(body: impl FnOnce(&Clock) -> R) -> R {
    CLOCK.with(|clock| body(clock))
}

#[derive(Debug)]
pub(crate) struct Clock {
    now: Cell<u64>,
    timers: RefCell<Timers>,
    /// Which execution of the process the timers belong to.
    epoch: Cell<u64>,
}

/// A timer of one execution.
#[derive(Clone, Copy, Debug)]
pub(super) struct TimerKey {
    slot: u32,
    number: u64,
    epoch: u64,
}

impl Clock {
    const fn new() -> Self {
        Self { now: Cell::new(0), timers: RefCell::new(Timers::new()), epoch: Cell::new(0) }
    }

    /// Back to the start, for a new execution. Epochs are unique in the process, so a sleep that outlives its execution,
    /// or moves to another thread, can never touch a timer that is not its own.
    #[inline]
    pub(crate) fn begin(&self, epoch: u64) {
        debug_assert!(self.timers.borrow().is_new(), "an execution has left timers");
        self.now.set(0);
        self.epoch.set(epoch);
    }

    /// Forgets all timers if none of them is armed, so that there is nothing to be dropped.
    #[inline]
    pub(crate) fn rewind(&self) -> bool {
        self.timers.borrow_mut().rewind()
    }

    /// Forgets all timers.
    pub(crate) fn clear(&self) {
        let wakers = self.timers.borrow_mut().clear();
        drop(wakers);
    }

    /// Gives the memory back.
    pub(crate) fn free(&self) {
        self.clear();
        self.timers.replace(Timers::new());
    }

    #[inline]
    pub(crate) fn now(&self) -> Instant {
        Instant::from_nanos(self.now.get())
    }

    /// How many timers are armed.
    pub(crate) fn armed(&self) -> usize {
        self.timers.borrow().armed()
    }

    /// Numbers and deadlines of the armed timers, by number.
    pub(crate) fn armed_timers(&self) -> Vec<(u64, Instant)> {
        let armed = self.timers.borrow().list();
        armed.into_iter().map(|(number, deadline)| (number, Instant::from_nanos(deadline))).collect()
    }

    /// The earliest deadline of an armed timer.
    #[inline]
    pub(crate) fn earliest(&self) -> Option<Instant> {
        self.timers.borrow_mut().earliest().map(Instant::from_nanos)
    }

    /// Moves to `deadline`, the earliest, and fires all its timers in arming order.
    #[inline]
    pub(crate) fn advance(&self, deadline: Instant) {
        self.now.set(deadline.as_nanos());
        recorder::with(|recorder| recorder.clock_moved(deadline));
        loop {
            let fired = self.timers.borrow_mut().fire(deadline.as_nanos());
            let Some(timer) = fired else { break };
            recorder::with(|recorder| recorder.timer_fired(timer.number));
            if let Some(waker) = timer.waker {
                waker.wake();
            }
        }
    }

    #[inline]
    pub(super) fn arm(&self, deadline: Instant, waker: Waker) -> TimerKey {
        let (slot, number) = self.timers.borrow_mut().arm(deadline.as_nanos(), waker);
        recorder::with(|recorder| recorder.timer_armed(number, deadline));
        TimerKey { slot, number, epoch: self.epoch.get() }
    }

    /// Whom the timer wakes from now on.
    pub(super) fn rearm(&self, key: TimerKey, waker: &Waker) {
        let mut waker = Some(waker.clone());
        if let Some(known) = self.timers.borrow_mut().waker(key.slot, key.number)
            && let Some(new) = &mut waker
        {
            std::mem::swap(known, new);
        }
        // The former waker is dropped here, with nothing borrowed: its destructor may be anybody's code.
        drop(waker.take());
    }

    pub(super) fn disarm(&self, key: TimerKey) {
        if key.epoch != self.epoch.get() {
            return;
        }
        let waker = self.timers.borrow_mut().disarm(key.slot, key.number);
        if waker.is_some() {
            recorder::with(|recorder| recorder.timer_dropped(key.number));
        }
    }

    pub(super) fn owns(&self, key: TimerKey) -> bool {
        key.epoch == self.epoch.get()
    }
}
