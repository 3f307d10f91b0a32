//! How many tasks lie before each of a few parts of the queue.

/// Up to this many full parts.
pub(super) const FEW: usize = 64;

/// Searched from the youngest part on, because most tasks are young.
#[derive(Debug)]
pub(super) struct Few(pub(super) [u32; 2 * FEW]);

impl Few {
    pub(super) const NEW: Self = Self([0; 2 * FEW]);

    /// A part begins; so many tasks lie before it.
    pub(super) fn begin(&mut self, part: usize, before: usize) {
        self.0[part] = before as u32;
    }

    pub(super) fn before(&self, part: usize) -> usize {
        self.0[part] as usize
    }

    /// The part of the k-th oldest and which one it is there, when that one goes: the parts behind have one task less before
    /// them from now on. `STEP` parts are passed over at a time; four together are one vector.
    #[inline(always)]
    pub(super) fn take<const STEP: usize>(&mut self, last: usize, k: usize) -> (usize, usize) {
        let (mut at, k) = (last % (2 * FEW), k as u32);
        while at > STEP && k < self.0[at + 1 - STEP] {
            self.0[at + 1 - STEP..=at].iter_mut().for_each(|before| *before -= 1);
            at -= STEP;
        }
        while k < self.0[at] {
            self.0[at] -= 1;
            at = at.wrapping_sub(1) % (2 * FEW);
        }
        (at, (k - self.0[at]) as usize)
    }
}
