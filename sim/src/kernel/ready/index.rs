//! How many tasks lie before each block.

use super::few::{FEW, Few};
use super::group::{BLOCKS, Group};

/// Up to this many full blocks are searched one by one.
pub(super) const FEW_BLOCKS: usize = FEW / 2;

/// A few blocks are searched one by one. More of them stand in groups of 16, where one look finds the block, and a few groups
/// are searched in the same way. More of those are counted in a Fenwick tree (P. Fenwick, "A new data structure for cumulative
/// frequency tables", 1994): one descent finds the group of the k-th oldest and corrects the counts on its way.
#[derive(Debug)]
pub(super) struct Index {
    /// The youngest block.
    last: usize,
    /// How many tasks lie before each block, or each group if there are groups.
    few: Few,
    /// Empty as long as blocks are few.
    groups: Vec<Group>,
    /// When groups are many: how many tasks lie before the last ..
    before_last: usize,
    /// .. and the counts of those before it as a Fenwick tree.
    tree: Vec<u32>,
}

impl Index {
    pub(super) const fn new() -> Self {
        Self { last: 0, few: Few::NEW, groups: Vec::new(), before_last: 0, tree: Vec::new() }
    }

    /// Forgets all blocks but the first, which is empty now. There will be up to `room` full ones, a power of two.
    pub(super) fn clear(&mut self, room: usize) {
        self.last = 0;
        self.before_last = 0;
        self.groups.clear();
        self.tree.clear();
        if room > FEW_BLOCKS {
            self.groups.push(Group::NEW);
        }
        if room > FEW * BLOCKS {
            self.tree.resize(room / BLOCKS, 0);
        }
    }

    /// `room` blocks are full, and there will be twice as many.
    pub(super) fn grow(&mut self, room: usize) {
        let groups = room / BLOCKS;
        if room == FEW_BLOCKS {
            let Few(before) = std::mem::replace(&mut self.few, Few::NEW);
            let last = self.last;
            self.clear(2 * room);
            (1..=last).for_each(|block| self.begin(before[block] as usize));
        } else if groups == FEW {
            self.tree.resize(2 * groups, 0);
            (0..groups).for_each(|group| self.count(group, self.few.before(group + 1) - self.few.before(group)));
            self.before_last = self.few.before(groups);
        } else if groups > FEW {
            // The root is not looked at, so it has not been kept; from now on it is half of another one.
            self.tree[groups - 1] = self.before_last as u32;
            self.tree.resize(2 * groups, 0);
        }
    }

    /// The next block begins; so many tasks lie before it.
    pub(super) fn begin(&mut self, before: usize) {
        self.last += 1;
        if self.groups.is_empty() {
            return self.few.begin(self.last, before);
        }
        let (group, block) = (self.last / BLOCKS, self.last % BLOCKS);
        if block > 0 {
            let before_group = self.before_group(group);
            return self.groups[group].begin(block, before - before_group);
        }
        self.groups.push(Group::NEW);
        if self.tree.is_empty() {
            self.few.begin(group, before);
        } else {
            self.count(group - 1, before - self.before_last);
            self.before_last = before;
        }
    }

    /// Adds the tasks of a full group to the tree.
    fn count(&mut self, group: usize, tasks: usize) {
        let mut node = group + 1;
        while node <= self.tree.len() {
            self.tree[node - 1] += tasks as u32;
            node += node & node.wrapping_neg();
        }
    }

    /// How many tasks lie before a block.
    pub(super) fn before(&self, block: usize) -> usize {
        if self.groups.is_empty() {
            return self.few.before(block);
        }
        let group = block / BLOCKS;
        self.before_group(group) + self.groups[group].before(block % BLOCKS)
    }

    fn before_group(&self, group: usize) -> usize {
        if self.tree.is_empty() {
            return self.few.before(group);
        }
        if group == self.last / BLOCKS {
            return self.before_last;
        }
        let mut before = 0;
        let mut node = group;
        while node > 0 {
            before += self.tree[node - 1] as usize;
            node -= node & node.wrapping_neg();
        }
        before
    }

    /// The block of the k-th oldest, and which one it is there.
    pub(super) fn find(&self, k: usize) -> (usize, usize) {
        // The last block before which there are not more than k.
        let (mut low, mut high) = (0, self.last);
        while low < high {
            let middle = (low + high).div_ceil(2);
            if self.before(middle) <= k {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        (low, k - self.before(low))
    }

    /// The same, when that one goes: what lies behind has one task less before it from now on.
    #[inline(always)]
    pub(super) fn take(&mut self, k: usize) -> (usize, usize) {
        if self.groups.is_empty() {
            return self.few.take::<4>(self.last, k);
        }
        let last = self.last / BLOCKS;
        let (group, k) = if self.tree.is_empty() { self.few.take::<8>(last, k) } else { self.descend(last, k) };
        let (block, k) = self.groups[group].take(k);
        (group * BLOCKS + block, k)
    }

    /// The group of the k-th oldest, by the tree.
    fn descend(&mut self, last: usize, k: usize) -> (usize, usize) {
        if let Some(k) = k.checked_sub(self.before_last) {
            return (last, k);
        }
        self.before_last -= 1;
        let mut k = k as u32;
        let mut at = 0;
        let mut step = self.tree.len() / 2;
        while step > 0 {
            // Node at + step counts the groups in (at, at + step]. If the k-th is not among them it lies beyond; if it is,
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
}
