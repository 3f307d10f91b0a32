//! The ready queue: tasks in the order in which they became ready, of which any may be taken out.
//!
//! "The k-th oldest" has to be found among up to millions of tasks, while the common queue holds three. Tasks stand in
//! leaves of 16 places, oldest first, and each leaf keeps the order of its places in one word, so that taking one out moves
//! nothing. Only the last leaf, the tail, grows; a queue of up to 16 tasks is nothing but its tail. Full leaves go to
//! blocks of 16, where one look at all counts together finds the leaf, and an index finds the block. A task that becomes ready
//! changes no count at all.
//!
//! Places before the tail are not used again. When the room for blocks runs out the gaps are closed in one pass, which every
//! task pays with a constant. So a pick costs O(log n) and there is no per-step scan.

mod block;
mod few;
mod group;
mod index;
mod leaf;

use block::{BLOCK, Block, LEAVES};
use index::{FEW_BLOCKS, Index};
use leaf::{LEAF, Order};

/// So many blocks that are almost empty are worth closing their gaps.
const SPARSE: usize = 8;

#[repr(C)]
#[derive(Debug)]
pub(super) struct ReadyQueue {
    /// The tail: the order of its tasks, how many there are, and the place at which its leaf begins.
    order: Order,
    count: usize,
    base: usize,
    /// How many there may be while the queue is open, or 0.
    open: usize,
    /// Tasks before the tail.
    before: usize,
    /// Those of the tail.
    slots: [u32; LEAF],
    /// All blocks before the tail's are full. What lies behind it is memory for later.
    blocks: Vec<Block>,
    index: Index,
    /// How many full blocks there may be, a power of two.
    room: usize,
    /// Where tasks are while gaps are closed.
    spare: Vec<u32>,
}

impl ReadyQueue {
    pub(super) const fn new() -> Self {
        Self {
            slots: [0; LEAF],
            order: Order::NEW,
            count: 0,
            base: 0,
            open: 0,
            before: 0,
            blocks: Vec::new(),
            index: Index::new(),
            room: FEW_BLOCKS,
            spare: Vec::new(),
        }
    }

    /// Forgets all tasks but not the memory.
    #[inline]
    pub(super) fn clear(&mut self) {
        self.count = 0;
        if self.base > 0 {
            self.empty(FEW_BLOCKS);
        }
    }

    /// Forgets all tasks; there is room for so many full blocks.
    fn empty(&mut self, room: usize) {
        self.base = 0;
        self.before = 0;
        self.room = room;
        self.index.clear(room);
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.before + self.count
    }

    /// Whether [`make_room`](Self::make_room) is due before the next push.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.count == LEAF
    }

    /// Opens or closes the queue for whoever asks [`is_open`](Self::is_open).
    pub(super) fn open(&mut self, open: bool) {
        self.open = if open { LEAF } else { 0 };
    }

    /// Whether it is open and there is room: one question for the two that every wake has.
    #[inline]
    pub(super) fn is_open(&self) -> bool {
        self.count < self.open
    }

    /// Adds the youngest, and returns its place. There must be room.
    #[inline]
    pub(super) fn push(&mut self, slot: u32) -> u32 {
        debug_assert!(!self.is_full(), "a place is given to two tasks");
        let place = self.order.place(self.count);
        self.slots[place] = slot;
        self.count += 1;
        (self.base + place) as u32
    }

    /// The k-th oldest, without taking it out.
    pub(super) fn get(&self, k: usize) -> u32 {
        if k >= self.before {
            return self.slots[self.order.place(k - self.before)];
        }
        let (block, k) = self.index.find(k, self.before);
        self.blocks[block].get(k)
    }

    /// Takes out a task that became ready just now: few are younger.
    #[cold]
    pub(super) fn remove_recent(&mut self, slot: u32) {
        if let Some(k) = (0..self.len()).rev().find(|&k| self.get(k) == slot) {
            self.remove(k);
        }
    }

    /// Takes the k-th oldest out.
    #[inline(always)]
    pub(super) fn remove(&mut self, k: usize) -> u32 {
        match k.checked_sub(self.before) {
            Some(k) => {
                self.count -= 1;
                self.slots[self.order.recycle(k)]
            }
            None => self.remove_before_tail(k),
        }
    }

    #[inline(always)]
    fn remove_before_tail(&mut self, k: usize) -> u32 {
        let (block, k) = self.index.take(k, self.before);
        self.before -= 1;
        self.blocks[block].remove(k)
    }

    /// How many ready tasks are older than the one at this place, which must be in the queue.
    pub(super) fn position(&self, place: u32) -> usize {
        let place = place as usize;
        if place >= self.base {
            return self.before + self.order.rank(place % LEAF);
        }
        let block = place / BLOCK;
        self.index.before(block, self.before) + self.blocks[block].rank(place % BLOCK)
    }

    /// Makes room for a push. If that moves tasks, `moved` is told their slots and new places.
    #[inline]
    pub(super) fn make_room(&mut self, moved: impl FnMut(u32, u32)) {
        self.close_tail();
        if self.base.is_multiple_of(BLOCK) {
            self.make_room_for_block(moved);
        }
    }

    #[cold]
    fn make_room_for_block(&mut self, moved: impl FnMut(u32, u32)) {
        let full = self.base == self.room * BLOCK;
        if (full && self.before * 2 <= self.base) || (self.base == SPARSE * BLOCK && self.before * 8 <= self.base) {
            self.close_gaps(moved);
        } else if full {
            self.index.grow(self.room, self.before);
            self.room *= 2;
        }
    }

    /// The tail is full: it becomes a leaf of the last block, and a new one begins.
    #[inline]
    fn close_tail(&mut self) {
        let block = self.base / BLOCK;
        if block == self.blocks.len() {
            self.blocks.push(Block::NEW);
        }
        self.blocks[block].close(self.base / LEAF % LEAVES, self.index.in_last(), self.order, &self.slots);
        self.before += LEAF;
        self.index.add(LEAF);
        self.count = 0;
        self.base += LEAF;
        if self.base.is_multiple_of(BLOCK) {
            self.index.begin();
        }
    }

    /// Moves all tasks to the front. The tail is empty, and so is its block.
    fn close_gaps(&mut self, mut moved: impl FnMut(u32, u32)) {
        let mut tasks = std::mem::take(&mut self.spare);
        for (number, block) in self.blocks[..self.base / BLOCK].iter().enumerate() {
            let before = tasks.len();
            block.list(self.index.before(number + 1, self.before) - before, &mut tasks);
        }
        self.empty((2 * tasks.len()).div_ceil(BLOCK).next_power_of_two().max(FEW_BLOCKS));
        for leaf in tasks.chunks(LEAF) {
            self.slots[..leaf.len()].copy_from_slice(leaf);
            self.order = Order::NEW;
            self.count = leaf.len();
            if self.count == LEAF {
                self.close_tail();
            }
        }
        (0..).zip(&tasks).for_each(|(place, slot)| moved(*slot, place));
        tasks.clear();
        self.spare = tasks;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Purpose, Stream};
    use crate::seed::Seed;

    fn push(queue: &mut ReadyQueue, slot: u32) {
        if queue.is_full() {
            queue.make_room(|_, _| ());
        }
        queue.push(slot);
    }

    /// The queue against a plain vector, over random pushes and removals around `size`.
    fn check(size: usize, rounds: usize) {
        let mut rng = Stream::new(Seed::from(size as u64), Purpose::Random, 0);
        let mut queue = ReadyQueue::new();
        let mut model: Vec<u32> = Vec::new();
        let mut places = vec![0; rounds];
        for number in 0..rounds as u32 {
            if queue.is_full() {
                queue.make_room(|slot, place| places[slot as usize] = place);
            }
            places[number as usize] = queue.push(number);
            model.push(number);
            while model.len() > size || (!model.is_empty() && rng.below(200) == 0) {
                let k = match rng.below(4) {
                    0 => 0,
                    1 => model.len() - 1,
                    _ => rng.below(model.len() as u32) as usize,
                };
                assert_eq!(queue.get(k), model[k]);
                assert_eq!(queue.position(places[model[k] as usize]), k);
                assert_eq!(queue.remove(k), model.remove(k));
            }
            assert_eq!(queue.len(), model.len());
        }
        while !model.is_empty() {
            let k = rng.below(model.len() as u32) as usize;
            assert_eq!(queue.position(places[model[k] as usize]), k);
            assert_eq!(queue.remove(k), model.remove(k));
        }
        assert_eq!(queue.len(), 0);
    }

    #[test]
    fn alternative_k_is_the_kth_oldest_whatever_was_taken_before() {
        for size in [1, 2, 3, 15, 16, 17, 100, 128, 129, 255, 256, 257, 1_000, 2_049, 4_096, 15_000] {
            check(size, 40_000);
        }
        check(100_000, 150_000);
    }

    #[test]
    fn a_million_tasks_keep_their_order_too() {
        let mut rng = Stream::new(Seed::from(1), Purpose::Random, 0);
        let mut queue = ReadyQueue::new();
        let mut model: Vec<u32> = Vec::new();
        let mut places = Vec::new();
        for number in 0..1_200_000 {
            if queue.is_full() {
                queue.make_room(|slot, place| places[slot as usize] = place);
            }
            places.push(queue.push(number));
            model.push(number);
            if number % 1_000 == 0 {
                let k = rng.below(model.len() as u32) as usize;
                assert_eq!(queue.get(k), model[k]);
                assert_eq!(queue.position(places[model[k] as usize]), k);
                assert_eq!(queue.remove(k), model.remove(k));
            }
        }
        assert_eq!(queue.len(), model.len());
    }

    #[test]
    fn a_queue_is_as_good_as_new_after_clear() {
        let mut queue = ReadyQueue::new();
        for round in 0..3 {
            for slot in 0..70_000 {
                push(&mut queue, slot);
            }
            assert_eq!(queue.get(67_777), 67_777, "round {round}");
            assert_eq!(queue.remove(5_000), 5_000);
            assert_eq!(queue.get(5_000), 5_001);
            assert_eq!(queue.remove(69_998), 69_999);
            queue.clear();
            assert_eq!(queue.len(), 0);
        }
    }

    #[test]
    fn memory_is_bounded_by_the_tasks_not_by_the_pushes() {
        let mut queue = ReadyQueue::new();
        for slot in 0..1_000_000 {
            push(&mut queue, slot);
            if queue.len() > 10_000 {
                queue.remove(0);
            }
        }
        assert!(queue.blocks.len() * BLOCK < 50_000, "{} blocks", queue.blocks.len());
    }
}
