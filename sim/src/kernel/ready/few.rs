//! How many tasks lie in each of a few parts of the queue.

/// Up to this many full parts.
pub(super) const FEW: usize = 64;

/// Counts that are looked at together.
const ROW: usize = 8;

/// The youngest part first: most tasks are young, so a search from there passes few parts.
#[derive(Debug)]
pub(super) struct Few([[u32; ROW]; FEW / ROW + 1]);

impl Few {
    pub(super) const NEW: Self = Self([[0; ROW]; FEW / ROW + 1]);

    /// A part begins, as the youngest.
    pub(super) fn begin(&mut self) {
        let counts = self.0.as_flattened_mut();
        let end = counts.len() - 1;
        counts.copy_within(..end, 1);
        counts[0] = 0;
    }

    /// Tasks are added to the youngest part.
    pub(super) fn add(&mut self, tasks: usize) {
        self.0[0][0] += tasks as u32;
    }

    /// How many tasks lie in the part that is `age` parts older than the youngest.
    pub(super) fn count(&self, age: usize) -> usize {
        self.0.as_flattened()[age] as usize
    }

    /// How many tasks lie in the parts that are older than that one.
    pub(super) fn before(&self, age: usize) -> usize {
        self.0.as_flattened()[age + 1..].iter().sum::<u32>() as usize
    }

    /// Takes the one that has `younger` tasks behind it out of its part. Which part that is, by its age, and which one it is
    /// there, the oldest first.
    #[inline(always)]
    pub(super) fn take(&mut self, younger: usize) -> (usize, usize) {
        let (age, k) = self.find(younger as u32);
        self.0.as_flattened_mut()[age] -= 1;
        (age, k)
    }

    #[inline(always)]
    fn find(&self, mut left: u32) -> (usize, usize) {
        // Each part is two instructions, because the compiler writes a row out: to subtract, and to look at the borrow.
        for (row, counts) in self.0.iter().enumerate() {
            for (part, &count) in counts.iter().enumerate() {
                let (beyond, is_here) = left.overflowing_sub(count);
                if is_here {
                    return (row * ROW + part, !beyond as usize);
                }
                left = beyond;
            }
        }
        unreachable!("there is no task that so many are younger than")
    }
}
