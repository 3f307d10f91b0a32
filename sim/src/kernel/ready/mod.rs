//! The ready queue: tasks in the order in which they became ready, of which any may be taken out.
//!
//! "The k-th oldest" has to be found among up to millions of tasks, while the common queue holds three. Tasks stand in
//! leaves of 16 places, oldest first, and each leaf keeps the order of its places in one word, so that taking one out moves
//! nothing. Only the last leaf, the tail, grows; a queue of up to 16 tasks is nothing but its tail. Full leaves go to
//! blocks of 16, where one look at all counts together finds the leaf. A few full blocks are searched from the youngest on,
//! because most tasks are young. More of them are counted in a Fenwick tree (P. Fenwick, 1994): one descent finds the
//! block of the k-th oldest and corrects the counts on its way. A task that becomes ready changes no count at all.
//!
//! Places before the tail are not used again. When the room for blocks runs out the gaps are closed in one pass, which every
//! task pays with a constant. So a pick costs O(log n) and there is no per-step scan.

mod block;
mod leaf;

use block::{BLOCK, Block, LEAVES};
use leaf::{LEAF, Order};

/// Up to this many full blocks are searched one by one.
const FEW: usize = 32;
/// So many blocks that are almost empty are worth closing their gaps.
const SPARSE: usize = 8;

#[derive(Debug)]
pub(super) struct ReadyQueue {
    /// The tail: its tasks, their order, how many there are, and the place at which its leaf begins.
    slots: [u32; LEAF],
    order: Order,
    count: usize,
    base: usize,
    /// Tasks before the tail.
    before: usize,
    /// All blocks before the last, which is the tail's, are full. What lies behind it is memory for later.
    blocks: Vec<Block>,
    last: usize,
    /// As long as blocks are few: how many tasks lie before each up to the last.
    before_few: [u32; 2 * FEW],
    /// When they are many: how many tasks lie before the last.
    before_last: usize,
    /// How many full blocks there may be, a power of two.
    room: usize,
    /// When they are many: their counts as a Fenwick tree over the room.
    tree: Vec<u32>,
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
            before: 0,
            blocks: Vec::new(),
            last: 0,
            before_few: [0; 2 * FEW],
            before_last: 0,
            room: FEW,
            tree: Vec::new(),
            spare: Vec::new(),
        }
    }

    /// Forgets all tasks but not the memory.
    pub(super) fn clear(&mut self) {
        self.count = 0;
        self.base = 0;
        self.before = 0;
        self.last = 0;
        self.room = FEW;
        self.tree.clear();
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
        let (at, k) = self.find(k);
        self.blocks[at].get(k)
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
        self.before -= 1;
        let (at, k) = if self.tree.is_empty() { self.take_few(k as u32) } else { self.take_many(k) };
        self.blocks[at].remove(k)
    }

    /// The block of the k-th oldest among few blocks and which one it is there. The blocks behind have one task less before
    /// them from now on.
    #[inline(always)]
    fn take_few(&mut self, k: u32) -> (usize, usize) {
        let mut at = self.last % (2 * FEW);
        // Four together are one vector.
        while at > 4 && k < self.before_few[at - 3] {
            self.before_few[at - 3..=at].iter_mut().for_each(|before| *before -= 1);
            at -= 4;
        }
        while k < self.before_few[at] {
            self.before_few[at] -= 1;
            at = at.wrapping_sub(1) % (2 * FEW);
        }
        (at, (k - self.before_few[at]) as usize)
    }

    /// The same among many.
    fn take_many(&mut self, k: usize) -> (usize, usize) {
        if let Some(k) = k.checked_sub(self.before_last) {
            return (self.last, k);
        }
        self.before_last -= 1;
        let mut k = k as u32;
        let mut at = 0;
        let mut step = self.tree.len() / 2;
        while step > 0 {
            // Node at + step counts the blocks in (at, at + step]. If the k-th is not among them it lies beyond; if it is,
            // the node counts one less.
            let node = &mut self.tree[at + step - 1];
            if *node <= k {
                k -= *node;
                at += step;
            } else {
                *node -= 1;
            }
            step /= 2;
        }
        (at, k as usize)
    }

    /// The block of the k-th oldest, and which one it is there.
    fn find(&self, k: usize) -> (usize, usize) {
        // The last block before which there are not more than k.
        let (mut low, mut high) = (0, self.last);
        while low < high {
            let middle = (low + high).div_ceil(2);
            if self.before_block(middle) <= k {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        (low, k - self.before_block(low))
    }

    /// How many ready tasks are older than the one at this place, which must be in the queue.
    pub(super) fn position(&self, place: u32) -> usize {
        let place = place as usize;
        if place >= self.base {
            return self.before + self.order.rank(place % LEAF);
        }
        let at = place / BLOCK;
        self.before_block(at) + self.blocks[at].rank(place % BLOCK)
    }

    /// How many tasks lie before a block.
    fn before_block(&self, at: usize) -> usize {
        if self.tree.is_empty() {
            return self.before_few[at] as usize;
        }
        if at == self.last {
            return self.before_last;
        }
        let mut before = 0;
        let mut node = at;
        while node > 0 {
            before += self.tree[node - 1] as usize;
            node -= node & node.wrapping_neg();
        }
        before
    }

    /// Makes room for a push. If that moves tasks, `moved` is told their slots and new places.
    #[cold]
    pub(super) fn make_room(&mut self, moved: impl FnMut(u32, u32)) {
        self.close_tail();
        if !self.base.is_multiple_of(BLOCK) {
            return;
        }
        let full = self.last == self.room;
        if (full && self.before * 2 <= self.base) || (self.last == SPARSE && self.before * 8 <= self.base) {
            self.close_gaps(moved);
        } else if full {
            self.set_room(2 * self.room);
        }
    }

    /// The tail is full: it becomes a leaf of the last block, and a new one begins.
    fn close_tail(&mut self) {
        let at = self.last;
        if at == self.blocks.len() {
            self.blocks.push(Block::NEW);
        }
        self.blocks[at].close(self.base / LEAF % LEAVES, self.order, &self.slots);
        self.before += LEAF;
        self.count = 0;
        self.base += LEAF;
        if self.base.is_multiple_of(BLOCK) {
            self.begin_block();
        }
    }

    /// The last block is full.
    fn begin_block(&mut self) {
        let count = self.blocks[self.last].len();
        self.last += 1;
        if self.tree.is_empty() {
            self.before_few[self.last] = self.before as u32;
            return;
        }
        self.before_last = self.before;
        let mut node = self.last;
        while node <= self.tree.len() {
            self.tree[node - 1] += count;
            node += node & node.wrapping_neg();
        }
    }

    /// Sets the room. The last block must be empty.
    fn set_room(&mut self, room: usize) {
        self.room = room;
        self.tree.clear();
        if room <= FEW {
            return;
        }
        self.tree.extend(self.blocks[..self.last].iter().map(Block::len));
        self.tree.resize(room, 0);
        for node in 1..=room {
            let parent = node + (node & node.wrapping_neg());
            if parent <= room {
                self.tree[parent - 1] += self.tree[node - 1];
            }
        }
        self.before_last = self.before;
    }

    /// Moves all tasks to the front. The tail is empty, and so is the last block.
    fn close_gaps(&mut self, mut moved: impl FnMut(u32, u32)) {
        let mut tasks = std::mem::take(&mut self.spare);
        self.blocks[..self.last].iter().for_each(|block| block.list(&mut tasks));
        self.clear();
        self.set_room((2 * (tasks.len() / BLOCK + 1)).next_power_of_two().max(FEW));
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
