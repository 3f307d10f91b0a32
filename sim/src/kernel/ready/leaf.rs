//! Sixteen places for tasks, and in which order they were taken.

/// Places of a leaf.
pub(super) const LEAF: usize = 16;

/// All places of a leaf, one in each nibble: first those that are taken, oldest first, then the free ones.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order(u64);

impl Order {
    pub(super) const NEW: Self = Self(0xfedc_ba98_7654_3210);

    /// The place of the k-th oldest, or the next free one if so many are taken.
    #[inline]
    pub(super) fn place(self, k: usize) -> usize {
        (self.0 >> (4 * k % 64)) as usize % LEAF
    }

    /// Takes out the place of the k-th oldest: those after it move up.
    #[inline]
    pub(super) fn free(&mut self, k: usize) -> usize {
        let shift = 4 * k % 64;
        let place = self.place(k);
        let from_k_on = u64::MAX << shift;
        self.0 ^= (self.0 ^ self.0 >> 4) & from_k_on;
        place
    }

    /// The same, and the place goes to the end.
    #[inline]
    pub(super) fn recycle(&mut self, k: usize) -> usize {
        let place = self.free(k);
        self.0 |= (place as u64) << 60;
        place
    }

    /// How many places come before this one.
    pub(super) fn rank(self, place: usize) -> usize {
        const ONES: u64 = 0x1111_1111_1111_1111;
        let zero_at_place = self.0 ^ (ONES * place as u64);
        // A borrow reaches only nibbles above the first that is zero, so the lowest mark is right.
        let zeros = zero_at_place.wrapping_sub(ONES) & !zero_at_place & (ONES << 3);
        zeros.trailing_zeros() as usize / 4
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_freed_place_goes_to_the_end_and_the_others_keep_their_order() {
        let mut order = Order::NEW;
        let mut model: Vec<usize> = (0..LEAF).collect();
        for k in [0, 15, 7, 8, 1, 14, 3, 3, 15, 0] {
            let place = model.remove(k);
            model.push(place);
            assert_eq!(order.recycle(k), place);
            for (k, &place) in model.iter().enumerate() {
                assert_eq!(order.place(k), place);
                assert_eq!(order.rank(place), k);
            }
        }
    }
}
