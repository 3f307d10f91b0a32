//! The armed timers, ordered by (deadline, arming number).
//!
//! A heap of 16-byte keys and a slab of wakers. A key holds deadline, number and slot; disarming frees the slot at once and
//! leaves its key in the heap, where it no longer matches its slot's number and is skipped. When more than half of
//! the heap is such leftovers they are swept out, so a million dropped timeouts leave nothing behind and each costs
//! amortised constant time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::task::Waker;

const SLOT_BITS: u32 = 28;
const NUMBER_BITS: u32 = 36;
const VACANT: u64 = u64::MAX;
/// Below this many leftovers a sweep is not worth its while.
const SWEEP: usize = 64;

#[derive(Debug)]
pub(super) struct Timers {
    heap: BinaryHeap<Reverse<u128>>,
    slots: Vec<Slot>,
    free: Vec<u32>,
    /// Keys in the heap whose timer was disarmed.
    leftovers: usize,
    next_number: u64,
}

#[derive(Debug)]
struct Slot {
    /// The arming number of the timer here, or [`VACANT`].
    number: u64,
    /// Set as long as the slot is taken.
    waker: Option<Waker>,
}

/// A timer that fired.
#[derive(Debug)]
pub(super) struct Fired {
    pub(super) number: u64,
    pub(super) waker: Option<Waker>,
}

impl Timers {
    pub(super) const fn new() -> Self {
        Self { heap: BinaryHeap::new(), slots: Vec::new(), free: Vec::new(), leftovers: 0, next_number: 0 }
    }

    /// Forgets everything but the memory. The wakers come back to be dropped where nothing is borrowed.
    pub(super) fn clear(&mut self) -> Vec<Waker> {
        let wakers = self.slots.iter_mut().filter_map(|slot| slot.waker.take()).collect();
        self.forget();
        wakers
    }

    fn forget(&mut self) {
        self.heap.clear();
        self.slots.clear();
        self.free.clear();
        self.leftovers = 0;
        self.next_number = 0;
    }

    /// The same, if none is armed: then there are no wakers.
    #[inline]
    pub(super) fn rewind(&mut self) -> bool {
        if !self.is_new() {
            if self.armed() > 0 {
                return false;
            }
            self.forget();
        }
        true
    }

    /// Whether none was armed since the last [`clear`](Self::clear).
    #[inline]
    pub(super) fn is_new(&self) -> bool {
        self.next_number == 0
    }

    pub(super) fn armed(&self) -> usize {
        self.heap.len() - self.leftovers
    }

    /// Numbers and deadlines of the armed timers, by number.
    pub(super) fn list(&self) -> Vec<(u64, u64)> {
        let armed = self.heap.iter().filter(|Reverse(key)| self.slots[slot_of(*key)].number == number_of(*key));
        let mut armed: Vec<(u64, u64)> = armed.map(|Reverse(key)| (number_of(*key), (key >> 64) as u64)).collect();
        armed.sort_unstable();
        armed
    }

    /// Returns slot and number of the new timer.
    #[inline]
    pub(super) fn arm(&mut self, deadline: u64, waker: Waker) -> (u32, u64) {
        let number = self.next_number;
        self.next_number += 1;
        assert!(number < 1 << NUMBER_BITS, "one execution can arm 2^36 timers, and this one has");
        let slot = match self.free.pop() {
            Some(slot) => {
                self.slots[slot as usize] = Slot { number, waker: Some(waker) };
                slot
            }
            None => {
                assert!(self.slots.len() < 1 << SLOT_BITS, "2^28 timers can be armed at a time, and they are");
                self.slots.push(Slot { number, waker: Some(waker) });
                self.slots.len() as u32 - 1
            }
        };
        self.heap.push(Reverse(key(deadline, number, slot)));
        (slot, number)
    }

    /// The waker of a timer that is still armed.
    pub(super) fn waker(&mut self, slot: u32, number: u64) -> Option<&mut Waker> {
        self.slots.get_mut(slot as usize).filter(|slot| slot.number == number)?.waker.as_mut()
    }

    /// Returns the waker if the timer was still armed.
    pub(super) fn disarm(&mut self, slot: u32, number: u64) -> Option<Waker> {
        let entry = self.slots.get_mut(slot as usize).filter(|slot| slot.number == number)?;
        entry.number = VACANT;
        let waker = entry.waker.take();
        self.free.push(slot);
        self.leftovers += 1;
        if self.leftovers > SWEEP && self.leftovers * 2 > self.heap.len() {
            let slots = &self.slots;
            self.heap.retain(|Reverse(key)| slots[slot_of(*key)].number == number_of(*key));
            self.leftovers = 0;
        }
        waker
    }

    /// The earliest deadline.
    #[inline]
    pub(super) fn earliest(&mut self) -> Option<u64> {
        loop {
            let &Reverse(key) = self.heap.peek()?;
            if self.slots[slot_of(key)].number == number_of(key) {
                return Some((key >> 64) as u64);
            }
            self.heap.pop();
            self.leftovers -= 1;
        }
    }

    /// Takes the next timer with this deadline, which is the earliest, in arming order.
    #[inline]
    pub(super) fn fire(&mut self, deadline: u64) -> Option<Fired> {
        loop {
            let next = self.heap.peek_mut()?;
            if (next.0 >> 64) as u64 != deadline {
                return None;
            }
            let Reverse(key) = PeekMut::pop(next);
            let slot = &mut self.slots[slot_of(key)];
            if slot.number == number_of(key) {
                slot.number = VACANT;
                self.free.push(slot_of(key) as u32);
                return Some(Fired { number: number_of(key), waker: slot.waker.take() });
            }
            self.leftovers -= 1;
        }
    }

    #[cfg(test)]
    fn footprint(&self) -> (usize, usize) {
        (self.heap.len(), self.slots.len())
    }
}

#[inline]
fn key(deadline: u64, number: u64, slot: u32) -> u128 {
    u128::from(deadline) << 64 | u128::from(number << SLOT_BITS | u64::from(slot))
}

#[inline]
fn slot_of(key: u128) -> usize {
    key as usize & ((1 << SLOT_BITS) - 1)
}

#[inline]
fn number_of(key: u128) -> u64 {
    key as u64 >> SLOT_BITS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arm(timers: &mut Timers, deadline: u64) -> (u32, u64) {
        timers.arm(deadline, Waker::noop().clone())
    }

    #[test]
    fn timers_fire_by_deadline_and_then_in_arming_order() {
        let mut timers = Timers::new();
        for deadline in [30, 10, 20, 10, 10] {
            arm(&mut timers, deadline);
        }
        let mut fired = Vec::new();
        while let Some(deadline) = timers.earliest() {
            while let Some(timer) = timers.fire(deadline) {
                fired.push((deadline, timer.number));
            }
        }
        assert_eq!(fired, [(10, 1), (10, 3), (10, 4), (20, 2), (30, 0)]);
        assert_eq!(timers.armed(), 0);
    }

    #[test]
    fn a_million_disarmed_timers_leave_nothing_behind() {
        let mut timers = Timers::new();
        let keep = arm(&mut timers, 5);
        for n in 0..1_000_000 {
            let (slot, number) = arm(&mut timers, 1_000 + n % 7);
            assert!(timers.disarm(slot, number).is_some());
            assert!(timers.disarm(slot, number).is_none());
        }
        assert_eq!(timers.armed(), 1);
        let (keys, slots) = timers.footprint();
        assert!(keys <= 2 * SWEEP + 2 && slots <= 2, "{keys} keys, {slots} slots");
        assert_eq!(timers.fire(5).map(|timer| timer.number), Some(keep.1));
    }

    #[test]
    fn a_slot_used_again_is_safe_from_its_former_owner() {
        let mut timers = Timers::new();
        let (slot, number) = arm(&mut timers, 5);
        timers.disarm(slot, number);
        let (again, newer) = arm(&mut timers, 6);
        assert_eq!(slot, again);
        assert!(timers.disarm(slot, number).is_none());
        assert!(timers.waker(slot, number).is_none());
        assert!(timers.waker(again, newer).is_some());
        assert_eq!(timers.earliest(), Some(6));
    }
}
