//! The armed timers, ordered by (deadline, arming number).
//!
//! A heap of 16-byte keys and a slab of waiters. A key holds deadline, number and slot; disarming frees the slot at once and
//! leaves its key in the heap, where it no longer matches its slot's number and is skipped. When more than half of
//! the heap is such leftovers they are swept out, so a million dropped timeouts leave nothing behind and each costs
//! amortised constant time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::TaskWord;
use super::waiter::Waiter;

const SLOT_BITS: u32 = 28;
const NUMBER_BITS: u32 = 36;
/// In the number of a vacant slot, whose other bits are the slot that was freed before it. No timer's number has it.
const VACANT: u64 = 1 << 63;
/// No slot was freed before it.
const NONE: u32 = u32::MAX;
/// Below this many leftovers a sweep is not worth its while.
const SWEEP: usize = 64;
/// Slots that are kept from one execution to the next at most.
const KEPT: usize = 1024;

#[derive(Debug)]
pub(super) struct Timers {
    heap: BinaryHeap<Reverse<u128>>,
    slots: Vec<Slot>,
    /// The slot that was freed last, from where the list of those that are vacant goes on in them.
    free: u32,
    /// Keys in the heap whose timer was disarmed.
    leftovers: usize,
    next_number: u64,
}

#[derive(Debug)]
struct Slot {
    /// The arming number of the timer here, or [`VACANT`].
    number: u64,
    /// [Nobody](Waiter::NOBODY) where the slot is vacant.
    waiter: Waiter,
}

/// A timer that fired.
#[derive(Debug)]
pub(super) struct Fired {
    pub(super) number: u64,
    pub(super) waiter: Waiter,
}

impl Timers {
    pub(super) const fn new() -> Self {
        Self { heap: BinaryHeap::new(), slots: Vec::new(), free: NONE, leftovers: 0, next_number: 0 }
    }

    /// Forgets everything but the memory. The waiters come back to be dropped where nothing is borrowed.
    pub(super) fn clear(&mut self) -> Vec<Waiter> {
        let armed = (0..self.slots.len()).filter(|slot| self.slots[*slot].number & VACANT == 0).collect::<Vec<_>>();
        let waiters = armed.into_iter().map(|slot| self.vacate(slot)).collect();
        self.forget();
        waiters
    }

    /// All slots are vacant, and stay in their list, in whatever order: which one a timer gets decides about nothing. Many are
    /// forgotten, because in their order they are faster.
    fn forget(&mut self) {
        if self.slots.len() > KEPT {
            self.slots.clear();
            self.free = NONE;
        }
        self.heap.clear();
        self.leftovers = 0;
        self.next_number = 0;
    }

    /// The same, if none is armed: then there are no waiters.
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
        let armed = self.heap.iter().filter(|Reverse(key)| is_armed(&self.slots, *key));
        let mut armed: Vec<(u64, u64)> = armed.map(|Reverse(key)| (number_of(*key), deadline_of(*key))).collect();
        armed.sort_unstable();
        armed
    }

    /// Arms a timer that wakes a task of this kernel, if that needs no more memory than there is. Returns its slot and number.
    #[inline(always)]
    pub(super) fn arm_plainly(&mut self, deadline: u64, task: TaskWord) -> Option<(u32, u64)> {
        let (slot, number) = (self.free, self.next_number);
        let vacant = self.slots.get_mut(slot as usize)?;
        if self.heap.len() >= self.heap.capacity() || number >= 1 << NUMBER_BITS {
            return None;
        }
        self.next_number += 1;
        self.heap.push(Reverse(key(deadline, number, slot)));
        self.free = vacant.number as u32;
        vacant.number = number;
        // What is there is nobody, so there is nothing to drop.
        std::mem::forget(std::mem::replace(&mut vacant.waiter, Waiter::Task(task)));
        Some((slot, number))
    }

    /// Arms a timer, after seeing to it that there is memory for it. Returns its slot and number.
    #[cold]
    pub(super) fn arm(&mut self, deadline: u64, waiter: Waiter) -> (u32, u64) {
        assert!(self.next_number < 1 << NUMBER_BITS, "one execution can arm 2^36 timers, and this one has");
        if self.free == NONE {
            assert!(self.slots.len() < 1 << SLOT_BITS, "2^28 timers can be armed at a time, and they are");
            self.slots.push(Slot { number: VACANT | u64::from(NONE), waiter: Waiter::NOBODY });
            self.free = self.slots.len() as u32 - 1;
        }
        self.heap.reserve(1);
        let Some((slot, number)) = self.arm_plainly(deadline, TaskWord::NONE) else {
            unreachable!("a slot is vacant, and a key has a place")
        };
        self.slots[slot as usize].waiter = waiter;
        (slot, number)
    }

    /// Makes a slot vacant whose timer is over.
    #[inline]
    fn vacate(&mut self, slot: usize) -> Waiter {
        let vacant = &mut self.slots[slot];
        vacant.number = VACANT | u64::from(self.free);
        self.free = slot as u32;
        vacant.waiter.take()
    }

    /// Whom a timer wakes that is still armed.
    pub(super) fn waiter(&mut self, slot: u32, number: u64) -> Option<&mut Waiter> {
        let entry = self.slots.get_mut(slot as usize).filter(|slot| slot.number == number)?;
        Some(&mut entry.waiter)
    }

    /// Returns whom it was to wake if the timer was still armed.
    pub(super) fn disarm(&mut self, slot: u32, number: u64) -> Option<Waiter> {
        self.waiter(slot, number)?;
        let waiter = self.vacate(slot as usize);
        self.leftovers += 1;
        if self.leftovers > SWEEP && self.leftovers * 2 > self.heap.len() {
            let slots = &self.slots;
            self.heap.retain(|Reverse(key)| is_armed(slots, *key));
            self.leftovers = 0;
        }
        Some(waiter)
    }

    /// The earliest deadline. Its timer is the one that [`fire`](Self::fire) takes.
    #[inline(always)]
    pub(super) fn earliest(&mut self) -> Option<u64> {
        if self.leftovers > 0 {
            self.drop_leftovers();
        }
        self.heap.peek().map(|Reverse(key)| deadline_of(*key))
    }

    /// Drops the keys of disarmed timers that come first.
    #[cold]
    fn drop_leftovers(&mut self) {
        while let Some(&Reverse(key)) = self.heap.peek()
            && !is_armed(&self.slots, key)
        {
            self.heap.pop();
            self.leftovers -= 1;
        }
    }

    /// Takes the timer with the [earliest](Self::earliest) deadline that was armed first.
    #[inline(always)]
    pub(super) fn fire(&mut self) -> Option<Fired> {
        let Reverse(key) = self.heap.pop()?;
        debug_assert!(is_armed(&self.slots, key), "nobody has looked for the earliest deadline");
        Some(Fired { number: number_of(key), waiter: self.vacate(slot_of(key)) })
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

/// Whether its timer is.
#[inline]
fn is_armed(slots: &[Slot], key: u128) -> bool {
    slots[slot_of(key)].number == number_of(key)
}

#[inline]
fn deadline_of(key: u128) -> u64 {
    (key >> 64) as u64
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
    use std::collections::BTreeSet;
    use std::task::Waker;

    use super::*;

    fn arm(timers: &mut Timers, deadline: u64) -> (u32, u64) {
        timers.arm(deadline, Waiter::of(Waker::noop()))
    }

    #[test]
    fn timers_fire_by_deadline_and_then_in_arming_order() {
        let mut timers = Timers::new();
        for deadline in [30, 10, 20, 10, 10] {
            arm(&mut timers, deadline);
        }
        let mut fired = Vec::new();
        while let Some(deadline) = timers.earliest() {
            fired.extend(timers.fire().map(|timer| (deadline, timer.number)));
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
        assert_eq!(timers.earliest(), Some(5));
        assert_eq!(timers.fire().map(|timer| timer.number), Some(keep.1));
    }

    #[test]
    fn all_slots_are_vacant_after_clear() {
        for many in [3, 2 * KEPT as u64] {
            let mut timers = Timers::new();
            for _ in 0..2 {
                for deadline in 0..many {
                    arm(&mut timers, deadline);
                }
                assert_eq!(timers.earliest(), Some(0));
                assert!(timers.fire().is_some() && timers.disarm(1, 1).is_some());
                assert!(!timers.rewind());
                assert_eq!(timers.clear().len() as u64, many - 2);
                assert!(timers.is_new() && timers.rewind());
                assert_eq!((timers.armed(), timers.earliest()), (0, None));
            }
            let slots: BTreeSet<u32> = (0..many).map(|deadline| arm(&mut timers, deadline).0).collect();
            assert_eq!((slots.len() as u64, timers.footprint().1 as u64), (many, many));
        }
    }

    #[test]
    fn a_slot_used_again_is_safe_from_its_former_owner() {
        let mut timers = Timers::new();
        let (slot, number) = arm(&mut timers, 5);
        timers.disarm(slot, number);
        let (again, newer) = arm(&mut timers, 6);
        assert_eq!(slot, again);
        assert!(timers.disarm(slot, number).is_none());
        assert!(timers.waiter(slot, number).is_none());
        assert!(timers.waiter(again, newer).is_some());
        assert_eq!(timers.earliest(), Some(6));
    }
}
