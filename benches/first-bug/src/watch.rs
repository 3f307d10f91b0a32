//! Wall time and CPU time from the start of an exploration to the moment at which its first failing execution fails.

use std::cell::Cell;
use std::ops::Sub;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// A moment, or how long something took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Time {
    pub(crate) wall: Duration,
    /// Of this thread.
    pub(crate) cpu: Duration,
}

impl Time {
    pub(crate) fn now() -> Self {
        let of = |clock| {
            let time = clock_gettime(clock);
            Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
        };
        Self { wall: of(ClockId::Monotonic), cpu: of(ClockId::ThreadCPUTime) }
    }
}

impl Sub for Time {
    type Output = Self;

    fn sub(self, earlier: Self) -> Self {
        Self { wall: self.wall.saturating_sub(earlier.wall), cpu: self.cpu.saturating_sub(earlier.cpu) }
    }
}

thread_local! {
    static FAILED: Cell<Option<Time>> = const { Cell::new(None) };
}

/// Something has failed now, unless something has before.
pub(crate) fn failed() {
    if FAILED.get().is_none() {
        FAILED.set(Some(Time::now()));
    }
}

/// When something first failed since this was last asked.
pub(crate) fn take() -> Option<Time> {
    FAILED.take()
}

/// Says that main has failed if it is dropped before [`passed`](Self::passed): by a panic, or because it waits for ever.
pub(crate) struct Guard(bool);

impl Guard {
    pub(crate) fn new() -> Self {
        Self(true)
    }

    pub(crate) fn passed(mut self) {
        self.0 = false;
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if self.0 {
            failed();
        }
    }
}
