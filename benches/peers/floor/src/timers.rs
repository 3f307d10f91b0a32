//! Timers in a heap, by deadline and then by age.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::task::Waker;

struct Timer {
    key: (u64, u64),
    waker: Waker,
}

impl PartialEq for Timer {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Timer {}

impl PartialOrd for Timer {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timer {
    #[inline]
    fn cmp(&self, other: &Self) -> Ordering {
        self.key.cmp(&other.key)
    }
}

/// Armed timers. They are never disarmed: nobody drops a sleep here.
#[derive(Default)]
pub(crate) struct Timers {
    heap: BinaryHeap<Reverse<Timer>>,
    armed: u64,
}

impl Timers {
    #[inline]
    pub(crate) fn arm(&mut self, deadline: u64, waker: Waker) {
        self.armed += 1;
        self.heap.push(Reverse(Timer { key: (deadline, self.armed), waker }));
    }

    #[inline]
    pub(crate) fn next(&self) -> Option<u64> {
        self.heap.peek().map(|timer| timer.0.key.0)
    }

    #[inline]
    pub(crate) fn pop_due(&mut self, now: u64) -> Option<Waker> {
        (self.next()? == now).then(|| self.heap.pop().expect("there is a next one").0.waker)
    }

    pub(crate) fn clear(&mut self) {
        self.heap.clear();
        self.armed = 0;
    }
}
