//! Sixteen blocks, and how many tasks lie before each.

/// Blocks of a group.
pub(super) const BLOCKS: usize = 16;

/// How many tasks of the group lie in the blocks before each. Where a block has not begun yet this is above every k that is
/// asked for: it starts far above and loses one with each task that goes, as the tasks do.
#[derive(Debug)]
pub(super) struct Group([i16; BLOCKS]);

impl Group {
    /// The first block begins.
    pub(super) const NEW: Self = {
        let mut before = [i16::MAX; BLOCKS];
        before[0] = 0;
        Self(before)
    };

    /// Another block begins.
    pub(super) fn begin(&mut self, block: usize, before: usize) {
        self.0[block] = before as i16;
    }

    /// How many tasks of the group lie before a block.
    pub(super) fn before(&self, block: usize) -> usize {
        self.0[block] as usize
    }

    /// The block of the k-th oldest, and which one it is there, when that one goes.
    #[inline(always)]
    pub(super) fn take(&mut self, k: usize) -> (usize, usize) {
        // All counts are looked at, without an exit, so that a few vector instructions do it.
        let mut behind = 0;
        for before in &mut self.0 {
            let one = i16::from(*before > k as i16);
            *before -= one;
            behind += one;
        }
        let block = (BLOCKS - 1).wrapping_sub(behind as usize) % BLOCKS;
        (block, k.wrapping_sub(self.0[block] as usize))
    }
}
