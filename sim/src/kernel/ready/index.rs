//! How many tasks lie before each block.

use super::few::{FEW, Few};
use super::group::{BLOCKS, Group};

/// Up to this many full blocks are searched one by one.
pub(super) const FEW_BLOCKS: usize = FEW / 2;

/// A few blocks are searched one by one. More of them stand in groups of 16, where one look finds the block, and a few groups
/// are searched by rows. More of those are counted in a Fenwick tree (P. Fenwick, "A new data structure for cumulative
/// frequency tables", 1994): one descent finds the group of the k-th oldest and corrects the counts on its way.
#[derive(Debug)]
pub(super) struct Index {
    /// The youngest block.
    last: usize,
    /// How many tasks lie in each block, or each group if there are groups. When groups are many it is right for the last.
    few: Few,
    /// Empty as long as blocks are few.
    groups: Vec<Group>,
    /// When groups are many: the counts of those before the last as a Fenwick tree.
    tree: Vec<u32>,
}

impl Index {
    pub(super) const fn new() -> Self {
        Self { last: 0, few: Few::NEW, groups: Vec::new(), tree: Vec::new() }
    }

    /// Forgets all blocks but the first, which is empty now. There will be up to `room` full ones, a power of two.
    pub(super) fn clear(&mut self, room: usize) {
        self.last = 0;
        self.few = Few::NEW;
        self.groups.clear();
        self.tree.clear();
        if room > FEW_BLOCKS {
            self.groups.push(Group::NEW);
        }
        if room > FEW * BLOCKS {
            self.tree.resize(room / BLOCKS, 0);
        }
    }

    /// `room` blocks are full, `tasks` tasks are in them, and there will be twice as many blocks.
    pub(super) fn grow(&mut self, room: usize, tasks: usize) {
        let groups = room / BLOCKS;
        if room == FEW_BLOCKS {
            let blocks = std::mem::replace(&mut self.few, Few::NEW);
            self.clear(2 * room);
            for age in (0..room).rev() {
                self.add(blocks.count(age + 1));
                self.begin();
            }
        } else if groups == FEW {
            self.tree.resize(2 * groups, 0);
            (0..groups).for_each(|group| self.count(group, self.few.count(groups - group)));
        } else if groups > FEW {
            // The root is not looked at, so it has not been kept; from now on it is half of another one.
            self.tree[groups - 1] = tasks as u32;
            self.tree.resize(2 * groups, 0);
        }
    }

    /// Tasks are added to the last block.
    pub(super) fn add(&mut self, tasks: usize) {
        self.few.add(tasks);
    }

    /// The next block begins.
    pub(super) fn begin(&mut self) {
        self.last += 1;
        if self.groups.is_empty() {
            return self.few.begin();
        }
        let (group, block) = (self.last / BLOCKS, self.last % BLOCKS);
        let in_last = self.few.count(0);
        if block > 0 {
            return self.groups[group].begin(block, in_last);
        }
        self.groups.push(Group::NEW);
        if !self.tree.is_empty() {
            self.count(group - 1, in_last);
        }
        self.few.begin();
    }

    /// Adds the tasks of a full group to the tree.
    fn count(&mut self, group: usize, tasks: usize) {
        let mut node = group + 1;
        while node <= self.tree.len() {
            self.tree[node - 1] += tasks as u32;
            node += node & node.wrapping_neg();
        }
    }

    /// How many tasks lie in the last block.
    pub(super) fn in_last(&self) -> usize {
        let before = self.groups.last().map_or(0, |group| group.before(self.last % BLOCKS));
        self.few.count(0) - before
    }

    /// How many of `tasks` tasks lie before a block.
    pub(super) fn before(&self, block: usize, tasks: usize) -> usize {
        if self.groups.is_empty() {
            return self.few.before(self.last - block);
        }
        let group = block / BLOCKS;
        self.before_group(group, tasks) + self.groups[group].before(block % BLOCKS)
    }

    fn before_group(&self, group: usize, tasks: usize) -> usize {
        let last = self.last / BLOCKS;
        if self.tree.is_empty() {
            return self.few.before(last - group);
        }
        if group == last {
            return tasks - self.few.count(0);
        }
        let mut before = 0;
        let mut node = group;
        while node > 0 {
            before += self.tree[node - 1] as usize;
            node -= node & node.wrapping_neg();
        }
        before
    }

    /// The block of the k-th oldest of `tasks` tasks, and which one it is there.
    pub(super) fn find(&self, k: usize, tasks: usize) -> (usize, usize) {
        // The last block before which there are not more than k.
        let (mut low, mut high) = (0, self.last);
        while low < high {
            let middle = (low + high).div_ceil(2);
            if self.before(middle, tasks) <= k {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        (low, k - self.before(low, tasks))
    }

    /// The same, when that one goes.
    #[inline(always)]
    pub(super) fn take(&mut self, k: usize, tasks: usize) -> (usize, usize) {
        let younger = tasks - 1 - k;
        if self.groups.is_empty() {
            let (age, k) = self.few.take(younger);
            return (self.last.wrapping_sub(age), k);
        }
        let last = self.last / BLOCKS;
        let (group, k) = if self.tree.is_empty() || younger < self.few.count(0) {
            let (age, k) = self.few.take_by_rows(younger);
            (last.wrapping_sub(age), k)
        } else {
            self.descend(k)
        };
        let (block, k) = self.groups[group].take(k);
        (group * BLOCKS + block, k)
    }

    /// The group of the k-th oldest, which is not the last one, by the tree.
    fn descend(&mut self, k: usize) -> (usize, usize) {
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
