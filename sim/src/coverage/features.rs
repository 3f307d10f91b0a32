//! [`Features`]: what an execution has shown, and how often.

/// Features of one execution that are kept; a program that shows more shows nothing by that.
const MOST: usize = 1 << 16;

/// Something that an execution has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Feature {
    /// Which, as a hash.
    pub(crate) id: u64,
    /// How often.
    pub(crate) count: u32,
    /// How many choices had been made when it was shown first.
    pub(crate) at: u32,
}

/// A hash table that is emptied at the cost of what is in it.
#[derive(Debug)]
pub(crate) struct Features {
    /// Empty where the count is 0. A power of two of them.
    slots: Vec<Feature>,
    /// Slots in use, in the order in which they were first used.
    used: Vec<u32>,
    /// Features that are kept.
    most: usize,
}

impl Features {
    pub(crate) const fn new() -> Self {
        Self { slots: Vec::new(), used: Vec::new(), most: MOST }
    }

    /// Of many executions.
    pub(crate) const fn unlimited() -> Self {
        Self { slots: Vec::new(), used: Vec::new(), most: 1 << 22 }
    }

    pub(crate) fn clear(&mut self) {
        for slot in self.used.drain(..) {
            self.slots[slot as usize].count = 0;
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Feature> {
        self.used.iter().map(|slot| self.slots[*slot as usize])
    }

    /// Counts a feature, shown after so many choices.
    pub(crate) fn add(&mut self, id: u64, at: u32) {
        if let Some(feature) = self.entry(id, at) {
            feature.count = feature.count.saturating_add(1);
        }
    }

    /// The feature with this id, with a count of 0 if it is new. `None` if there are too many.
    pub(crate) fn entry(&mut self, id: u64, at: u32) -> Option<&mut Feature> {
        if self.used.len() * 2 >= self.slots.len() {
            self.grow();
        }
        let slot = self.find(id);
        if self.slots[slot].count == 0 {
            if self.used.len() >= self.most {
                return None;
            }
            // A slot whose feature nobody counts would be taken twice.
            debug_assert!(self.used.last().is_none_or(|last| self.slots[*last as usize].count > 0));
            self.slots[slot] = Feature { id, count: 0, at };
            self.used.push(slot as u32);
        }
        Some(&mut self.slots[slot])
    }

    fn find(&self, id: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = id as usize & mask;
        while self.slots[slot].count > 0 && self.slots[slot].id != id {
            slot = (slot + 1) & mask;
        }
        slot
    }

    #[cold]
    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(64);
        let all: Vec<Feature> = self.iter().collect();
        self.slots = vec![Feature { id: 0, count: 0, at: 0 }; size];
        self.used.clear();
        for feature in all {
            let slot = self.find(feature.id);
            self.slots[slot] = feature;
            self.used.push(slot as u32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::{finish, mix};

    #[test]
    fn features_are_counted_in_their_order_and_forgotten() {
        let mut features = Features::new();
        for round in 0..3 {
            for n in 0..1_000u32 {
                let id = finish(mix(round, u64::from(n % 500)));
                features.add(id, n);
            }
            let all: Vec<Feature> = features.iter().collect();
            assert_eq!(all.len(), 500);
            for (n, feature) in (0..).zip(all) {
                assert_eq!(feature, Feature { id: finish(mix(round, u64::from(n))), count: 2, at: n });
            }
            features.clear();
            assert_eq!(features.iter().count(), 0);
        }
    }

    #[test]
    fn too_many_are_left_out() {
        let mut features = Features::new();
        (0..100_000u64).for_each(|id| features.add(finish(id + 1), 0));
        assert_eq!(features.iter().count(), MOST);
        features.add(finish(1), 0);
        assert_eq!(features.iter().next().map(|feature| feature.count), Some(2));
    }
}
