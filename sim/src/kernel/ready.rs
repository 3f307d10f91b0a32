//! The ready queue: tasks in the order in which they became ready, of which any may be taken out.
//!
//! "The k-th oldest" has to be found among up to millions of tasks, while the common queue holds three. The slots of
//! ready tasks stand in chunks, oldest first. Only the last chunk, the tail, grows; taking one out of a chunk closes the
//! gap from its shorter side. As long as everything fits into the tail (up to 512 tasks, or more while they come and
//! go) that is all. A few full chunks are searched from the youngest on, because most tasks are young. More of them are
//! counted in a Fenwick tree (P. Fenwick, 1994): one descent finds the chunk of the k-th oldest and corrects the counts on
//! its way. So a pick costs O(log n) and there is no per-step scan. When the room for chunks runs out the gaps are closed
//! in one pass, which every task pays with a constant.

/// Tasks of one chunk.
const CHUNK: usize = 512;
/// Up to this many full chunks are searched one by one.
const FEW: usize = 16;

#[derive(Debug)]
pub(super) struct ReadyQueue {
    /// Slots of tasks; chunk c owns the range from c * CHUNK.
    slots: Vec<u32>,
    /// The chunks before the tail.
    chunks: Vec<Chunk>,
    /// How many of them there may be, a power of two.
    room: usize,
    /// Their counts as a Fenwick tree over the room; empty while they are few.
    tree: Vec<u32>,
    /// Tasks in the chunks before the tail.
    before_tail: usize,
    /// The range of `slots` that the tail occupies, and where its chunk ends. All 0 before the first push.
    start: usize,
    end: usize,
    limit: usize,
    /// Below every ready number in the tail, and above all before it.
    tail_first: u64,
}

/// A full chunk, or what is left of one.
#[derive(Clone, Copy, Debug, Default)]
struct Chunk {
    /// Where in its range the tasks begin, and how many there are.
    start: u32,
    len: u32,
    /// Not above any ready number in it, and above all in the chunks before.
    first: u64,
}

impl ReadyQueue {
    pub(super) const fn new() -> Self {
        Self {
            slots: Vec::new(),
            chunks: Vec::new(),
            room: FEW,
            tree: Vec::new(),
            before_tail: 0,
            start: 0,
            end: 0,
            limit: 0,
            tail_first: 0,
        }
    }

    /// Forgets all tasks but not the memory.
    pub(super) fn clear(&mut self) {
        self.before_tail = 0;
        self.empty();
    }

    /// Everything that was before the tail is gone: the tail is the first chunk again, and empty.
    fn empty(&mut self) {
        self.chunks.clear();
        self.tree.clear();
        self.room = FEW;
        (self.start, self.end) = (0, 0);
        self.limit = self.slots.len().min(CHUNK);
        self.tail_first = 0;
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.before_tail + (self.end - self.start)
    }

    /// Adds the youngest. `number` is its ready number, greater than all before; `number_of` tells that of any slot.
    #[inline]
    pub(super) fn push(&mut self, slot: u32, number: u64, number_of: impl Fn(u32) -> u64) {
        if self.end == self.limit {
            self.make_room(number, number_of);
        }
        self.slots[self.end] = slot;
        self.end += 1;
    }

    #[cold]
    fn make_room(&mut self, number: u64, number_of: impl Fn(u32) -> u64) {
        let tail = self.start..self.end;
        if self.slots.is_empty() {
            self.slots.resize(CHUNK, 0);
            self.limit = CHUNK;
        } else if self.before_tail == 0 && tail.len() < CHUNK {
            // Everything is in the tail, and its chunk has room at the beginning.
            let first = self.tail_first;
            self.slots.copy_within(tail.clone(), 0);
            self.empty();
            self.end = tail.len();
            self.tail_first = first;
        } else {
            self.seal_tail(number, number_of);
        }
    }

    /// Starts a new tail behind the present one.
    fn seal_tail(&mut self, number: u64, number_of: impl Fn(u32) -> u64) {
        if self.chunks.len() == self.room {
            self.compact(number_of);
        }
        let at = self.chunks.len();
        let len = (self.end - self.start) as u32;
        self.chunks.push(Chunk { start: (self.start - at * CHUNK) as u32, len, first: self.tail_first });
        self.before_tail += len as usize;
        let mut node = at + 1;
        while node <= self.tree.len() {
            self.tree[node - 1] += len;
            node += node & node.wrapping_neg();
        }
        self.start = self.chunks.len() * CHUNK;
        self.end = self.start;
        self.limit = self.start + CHUNK;
        self.tail_first = number;
        if self.slots.len() < self.limit {
            self.slots.resize(self.limit, 0);
        }
    }

    /// Closes all gaps before the tail, so that at least half of the tree is free again.
    fn compact(&mut self, number_of: impl Fn(u32) -> u64) {
        let mut dense: Vec<Chunk> = Vec::with_capacity(self.chunks.len());
        let mut end = 0;
        for (at, chunk) in self.chunks.iter().enumerate() {
            let mut from = at * CHUNK + chunk.start as usize;
            let mut left = chunk.len as usize;
            while left > 0 {
                let room = CHUNK - end % CHUNK;
                if room == CHUNK {
                    dense.push(Chunk { start: 0, len: 0, first: number_of(self.slots[from]) });
                }
                let moved = left.min(room);
                self.slots.copy_within(from..from + moved, end);
                if let Some(last) = dense.last_mut() {
                    last.len += moved as u32;
                }
                (from, end, left) = (from + moved, end + moved, left - moved);
            }
        }
        let tail = self.start..self.end;
        self.start = dense.len() * CHUNK;
        self.end = self.start + tail.len();
        self.slots.copy_within(tail, self.start);
        self.chunks = dense;
        self.room = (2 * (self.chunks.len() + 1)).next_power_of_two().max(FEW);
        self.tree.clear();
        if self.room > FEW {
            self.grow_tree();
        }
    }

    fn grow_tree(&mut self) {
        self.tree.resize(self.room, 0);
        for (at, chunk) in self.chunks.iter().enumerate() {
            self.tree[at] = chunk.len;
        }
        for node in 1..=self.room {
            let parent = node + (node & node.wrapping_neg());
            if parent <= self.room {
                self.tree[parent - 1] += self.tree[node - 1];
            }
        }
    }

    /// The k-th oldest, without taking it out.
    pub(super) fn get(&self, k: usize) -> u32 {
        match k.checked_sub(self.before_tail) {
            Some(offset) => self.slots[self.start + offset],
            None => {
                let (at, offset) = self.find(k);
                self.slots[at * CHUNK + self.chunks[at].start as usize + offset]
            }
        }
    }

    /// Takes the k-th oldest out.
    #[inline]
    pub(super) fn remove(&mut self, k: usize) -> u32 {
        match k.checked_sub(self.before_tail) {
            Some(offset) => self.remove_from_tail(offset),
            None => self.remove_before_tail(k),
        }
    }

    #[inline]
    fn remove_from_tail(&mut self, offset: usize) -> u32 {
        let (start, end) = (self.start, self.end);
        let at = start + offset;
        let slot = self.slots[at];
        if offset == 0 {
            self.start += 1;
        } else {
            self.slots.copy_within(at + 1..end, at);
            self.end -= 1;
        }
        slot
    }

    fn remove_before_tail(&mut self, k: usize) -> u32 {
        let (at, offset) = if self.tree.is_empty() { self.find_few(k) } else { self.descend(k) };
        self.before_tail -= 1;
        take(&mut self.slots, at * CHUNK, &mut self.chunks[at], offset)
    }

    /// The chunk of the k-th oldest and its place there, among few chunks.
    #[inline]
    fn find_few(&self, k: usize) -> (usize, usize) {
        let mut before = self.before_tail;
        for (at, chunk) in self.chunks.iter().enumerate().rev() {
            before -= chunk.len as usize;
            if k >= before {
                return (at, k - before);
            }
        }
        unreachable!("the k-th oldest of fewer tasks")
    }

    /// The same in the tree, whose counts are of one task less from now on.
    fn descend(&mut self, k: usize) -> (usize, usize) {
        let mut k = k as u32;
        let mut at = 0;
        let mut step = self.tree.len() / 2;
        while step > 0 {
            // Node at + step counts the chunks in (at, at + step]. If the k-th is not among them it lies beyond; if it
            // is, the node counts one less.
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

    /// The chunk of the k-th oldest, and its place there.
    fn find(&self, k: usize) -> (usize, usize) {
        if self.tree.is_empty() {
            return self.find_few(k);
        }
        let mut k = k as u32;
        let mut at = 0;
        let mut step = self.tree.len() / 2;
        while step > 0 {
            let node = self.tree[at + step - 1];
            if node <= k {
                k -= node;
                at += step;
            }
            step /= 2;
        }
        (at, k as usize)
    }

    /// Takes out a task that became ready just now: few are younger.
    #[cold]
    pub(super) fn remove_recent(&mut self, slot: u32) {
        if let Some(k) = (0..self.len()).rev().find(|&k| self.get(k) == slot) {
            self.remove(k);
        }
    }

    /// How many ready tasks are older than the one with this ready number, which must be in the queue.
    /// `number_of` tells the ready number of a slot.
    pub(super) fn position(&self, number: u64, number_of: impl Fn(u32) -> u64) -> usize {
        let in_chunk = |at: usize, chunk: &Chunk| {
            let from = at * CHUNK + chunk.start as usize;
            let slots = &self.slots[from..from + chunk.len as usize];
            slots.partition_point(|&slot| number_of(slot) < number)
        };
        if self.start < self.end && self.tail_first <= number {
            let tail = &self.slots[self.start..self.end];
            return self.before_tail + tail.partition_point(|&slot| number_of(slot) < number);
        }
        let at = self.chunks.partition_point(|chunk| chunk.first <= number).saturating_sub(1);
        let before: usize = if self.tree.is_empty() {
            self.chunks[..at].iter().map(|chunk| chunk.len as usize).sum()
        } else {
            let mut before = 0;
            let mut node = at;
            while node > 0 {
                before += self.tree[node - 1] as usize;
                node -= node & node.wrapping_neg();
            }
            before
        };
        before + in_chunk(at, &self.chunks[at])
    }
}

/// Takes one task out of a chunk and closes the gap from the shorter side.
#[inline]
fn take(slots: &mut [u32], base: usize, chunk: &mut Chunk, offset: usize) -> u32 {
    let start = base + chunk.start as usize;
    let len = chunk.len as usize;
    let slot = slots[start + offset];
    chunk.len -= 1;
    if offset * 2 < len {
        if offset > 0 {
            slots.copy_within(start..start + offset, start + 1);
        }
        chunk.start += 1;
    } else if offset + 1 < len {
        slots.copy_within(start + offset + 1..start + len, start + offset);
    }
    slot
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Purpose, Stream};
    use crate::seed::Seed;

    /// The queue against a plain vector, over random pushes and removals around `size`.
    fn check(size: usize, rounds: usize) {
        let mut rng = Stream::new(Seed::from(size as u64), Purpose::Random, 0);
        let mut queue = ReadyQueue::new();
        let mut model: Vec<u32> = Vec::new();
        for number in 0..rounds as u32 {
            // The number of a task doubles as its slot.
            queue.push(number, number.into(), u64::from);
            model.push(number);
            while model.len() > size || (!model.is_empty() && rng.below(200) == 0) {
                let k = match rng.below(4) {
                    0 => 0,
                    1 => model.len() - 1,
                    _ => rng.below(model.len() as u32) as usize,
                };
                assert_eq!(queue.get(k), model[k]);
                assert_eq!(queue.position(model[k].into(), u64::from), k);
                assert_eq!(queue.remove(k), model.remove(k));
            }
            assert_eq!(queue.len(), model.len());
        }
        while !model.is_empty() {
            let k = rng.below(model.len() as u32) as usize;
            assert_eq!(queue.remove(k), model.remove(k));
        }
        assert_eq!(queue.len(), 0);
    }

    #[test]
    fn alternative_k_is_the_kth_oldest_whatever_was_taken_before() {
        for size in [1, 2, 3, 511, 512, 513, 2_000, 15_000] {
            check(size, 40_000);
        }
    }

    #[test]
    fn a_queue_is_as_good_as_new_after_clear() {
        let mut queue = ReadyQueue::new();
        for round in 0..3 {
            for slot in 0..10_000 {
                queue.push(slot, slot.into(), u64::from);
            }
            assert_eq!(queue.get(7_777), 7_777, "round {round}");
            assert_eq!(queue.remove(5_000), 5_000);
            assert_eq!(queue.get(5_000), 5_001);
            queue.clear();
            assert_eq!(queue.len(), 0);
        }
    }
}
