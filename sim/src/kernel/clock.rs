//! The virtual clock of an execution, and what is armed on it.

use std::task::Waker;

use super::waiter::Waiter;
use super::{Core, Kernel, waker};
use crate::instant::Instant;
use crate::trace::recorder::{self, Recorder};

/// A timer of one execution.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimerKey {
    slot: u32,
    number: u64,
    /// Epochs are unique in the process, so a sleep that outlives its execution, or moves to another thread, can never touch a
    /// timer that is not its own.
    epoch: u64,
}

/// How far the clock has moved.
#[derive(Debug)]
pub(super) enum Moved {
    Not,
    Wholly,
    /// It has moved, and the last timer that fired wakes somebody else than a task of this kernel.
    Partly(Waiter),
}

impl Kernel {
    /// The virtual time of the execution that is running or just over.
    #[inline]
    pub(crate) fn now(&self) -> Instant {
        self.now.get()
    }

    /// How many timers are armed.
    pub(super) fn armed(&self) -> usize {
        self.core.borrow().timers.armed()
    }

    /// Numbers and deadlines of the armed timers, by number.
    pub(super) fn armed_timers(&self) -> Vec<(u64, Instant)> {
        let armed = self.core.borrow().timers.list();
        armed.into_iter().map(|(number, deadline)| (number, Instant::from_nanos(deadline))).collect()
    }

    /// Moves to the earliest deadline and fires its timers, in the common case: nobody looks, no other thread has sent anything, and those
    /// whom the timers wake are tasks of this kernel.
    #[inline(never)]
    pub(super) fn move_clock(&self, core: &mut Core, recorder: &Recorder) -> Moved {
        if !core.view.ready.is_open() || core.serials.has_mail() {
            return Moved::Not;
        }
        let Some(deadline) = core.timers.earliest().filter(|deadline| *deadline <= core.latest) else { return Moved::Not };
        core.steps_at_clock = self.steps.taken();
        self.now.set(Instant::from_nanos(deadline));
        recorder.clock_moved_plainly(Instant::from_nanos(deadline));
        loop {
            let Some(timer) = core.timers.fire() else { return Moved::Wholly };
            recorder.timer_fired_plainly(timer.number);
            match timer.waiter {
                Waiter::Task(word) if core.wake_plainly(word) => (),
                waiter => return Moved::Partly(waiter),
            }
            if core.timers.earliest() != Some(deadline) {
                return Moved::Wholly;
            }
        }
    }

    /// The rest of such a move.
    #[cold]
    pub(super) fn finish_move(&self, waiter: Waiter, recorder: &Recorder) {
        waiter.wake();
        self.fire_all(recorder);
    }

    /// Moves to `deadline`, the earliest, and fires its timers.
    pub(super) fn advance(&self, deadline: Instant, recorder: &Recorder) {
        self.now.set(deadline);
        recorder.clock_moved(deadline);
        self.fire_all(recorder);
    }

    /// Fires all timers whose deadline is now, in arming order.
    fn fire_all(&self, recorder: &Recorder) {
        let now = self.now().as_nanos();
        loop {
            let fired = {
                let timers = &mut self.core.borrow_mut().timers;
                if timers.earliest() == Some(now) { timers.fire() } else { None }
            };
            let Some(timer) = fired else { return };
            recorder.timer_fired(timer.number);
            timer.waiter.wake();
        }
    }

    /// Arms a timer in the common case: a task of this kernel is to be woken, nobody looks, and there is memory at hand. Then no call is
    /// made, and no register has to be saved.
    #[inline(always)]
    pub(crate) fn arm_plainly(&self, deadline: Instant, waker: &Waker) -> Option<TimerKey> {
        let word = waker::plain_word(waker)?;
        let core = &mut *self.core.borrow_mut();
        if !core.view.ready.is_open() {
            return None;
        }
        let (slot, number) = core.timers.arm_plainly(deadline.as_nanos(), word)?;
        recorder::with(|recorder| recorder.timer_armed_plainly(deadline));
        Some(TimerKey { slot, number, epoch: self.epoch.get() })
    }

    #[cold]
    pub(crate) fn arm(&self, deadline: Instant, waker: &Waker) -> TimerKey {
        let waiter = Waiter::of(waker);
        let (slot, number) = self.core.borrow_mut().timers.arm(deadline.as_nanos(), waiter);
        recorder::with(|recorder| recorder.timer_armed(number, deadline));
        TimerKey { slot, number, epoch: self.epoch.get() }
    }

    /// Whom the timer wakes from now on.
    pub(crate) fn rearm(&self, key: TimerKey, waker: &Waker) {
        let mut waiter = Waiter::of(waker);
        if let Some(known) = self.core.borrow_mut().timers.waiter(key.slot, key.number) {
            std::mem::swap(known, &mut waiter);
        }
        // The former one is dropped here, with nothing borrowed: its destructor may be anybody's code.
        drop(waiter);
    }

    pub(crate) fn disarm(&self, key: TimerKey) {
        if !self.owns(key) {
            return;
        }
        let waiter = self.core.borrow_mut().timers.disarm(key.slot, key.number);
        if waiter.is_some() {
            recorder::with(|recorder| recorder.timer_dropped(key.number));
        }
    }

    /// Whether it is of the execution that is running or just over.
    #[inline]
    pub(crate) fn owns(&self, key: TimerKey) -> bool {
        key.epoch == self.epoch.get()
    }
}
