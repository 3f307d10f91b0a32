//! Sixteen leaves, and how many tasks lie before each.

use super::leaf::{LEAF, Order};

/// Leaves of a block.
pub(super) const LEAVES: usize = 16;
/// Places of a block.
pub(super) const BLOCK: usize = LEAF * LEAVES;

#[derive(Debug)]
pub(super) struct Block {
    /// How many tasks lie in the leaves before each. Where a leaf has not been closed yet this is above every k that is
    /// asked for: it starts at 255 and loses one with each task that goes, as the tasks do.
    before: [u8; LEAVES],
    orders: [Order; LEAVES],
    slots: [[u32; LEAF]; LEAVES],
}

impl Block {
    pub(super) const NEW: Self = Self { before: [u8::MAX; LEAVES], orders: [Order::NEW; LEAVES], slots: [[0; LEAF]; LEAVES] };

    /// Closes the next leaf, which is full; so many tasks of the block lie before it. The first one makes the block new.
    pub(super) fn close(&mut self, leaf: usize, before: usize, order: Order, slots: &[u32; LEAF]) {
        if leaf == 0 {
            self.before = [u8::MAX; LEAVES];
        }
        self.before[leaf] = before as u8;
        self.orders[leaf] = order;
        self.slots[leaf] = *slots;
    }

    /// The leaf of the k-th oldest, and which one it is there.
    fn find(&self, k: usize) -> (usize, usize) {
        let leaf = self.before.iter().filter(|&&before| before <= k as u8).count() - 1;
        (leaf, k - self.before[leaf] as usize)
    }

    pub(super) fn get(&self, k: usize) -> u32 {
        let (leaf, k) = self.find(k);
        self.slots[leaf][self.orders[leaf].place(k)]
    }

    /// Takes the k-th oldest out.
    #[inline(always)]
    pub(super) fn remove(&mut self, k: usize) -> u32 {
        // All counts are looked at, without an exit, so that a few vector instructions do it. The sum of the differences is
        // how many have changed; in this form it is one instruction (psadbw) instead of a dozen.
        let former = self.before;
        for before in &mut self.before {
            *before = before.wrapping_sub(u8::from(*before > k as u8));
        }
        let after: u32 = former.iter().zip(&self.before).map(|(&former, &now)| u32::from(former.abs_diff(now))).sum();
        let leaf = (LEAVES - 1).wrapping_sub(after as usize) % LEAVES;
        let k = k.wrapping_sub(self.before[leaf] as usize);
        self.slots[leaf][self.orders[leaf].free(k % LEAF)]
    }

    /// How many tasks of the block are older than the one at this place.
    pub(super) fn rank(&self, place: usize) -> usize {
        let (leaf, place) = (place / LEAF % LEAVES, place % LEAF);
        self.before[leaf] as usize + self.orders[leaf].rank(place)
    }

    /// Adds all tasks, so many, to a list, oldest first. All leaves must be closed.
    pub(super) fn list(&self, count: usize, tasks: &mut Vec<u32>) {
        // Most leaves hold few tasks by then, so what counts is what is done for each leaf.
        let mut end = count;
        let mut at = tasks.len() + end;
        tasks.resize(at, 0);
        for ((order, slots), &before) in self.orders.iter().zip(&self.slots).zip(&self.before).rev() {
            let before = before as usize;
            for k in (0..end - before).rev() {
                at -= 1;
                tasks[at] = slots[order.place(k)];
            }
            end = before;
        }
    }
}
