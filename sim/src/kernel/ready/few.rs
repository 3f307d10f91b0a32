//! How many tasks lie in each of a few parts of the queue.

/// Up to this many full parts.
pub(super) const FEW: usize = 64;

/// Counts that are looked at together.
const ROW: usize = 8;
/// The youngest part begins a row more.
const ROWS: usize = FEW / ROW + 1;

/// The youngest part first: most tasks are young, so a search from there passes few parts. Where it passes many it goes by
/// rows and their sums.
#[derive(Debug)]
pub(super) struct Few {
    counts: [[u32; ROW]; ROWS],
    /// What each row sums up to, as long as tasks are taken by rows only. The first one is searched at once, so what stands
    /// there has no meaning.
    sums: [u32; ROWS],
}

impl Few {
    pub(super) const NEW: Self = Self { counts: [[0; ROW]; ROWS], sums: [0; ROWS] };

    /// A part begins, as the youngest.
    pub(super) fn begin(&mut self) {
        let counts = self.counts.as_flattened_mut();
        let end = counts.len() - 1;
        counts.copy_within(..end, 1);
        counts[0] = 0;
        // What has moved into a row has left the one before.
        for row in 1..ROWS {
            let moved = self.counts[row][0];
            self.sums[row - 1] = self.sums[row - 1].wrapping_sub(moved);
            self.sums[row] = self.sums[row].wrapping_add(moved);
        }
    }

    /// Tasks are added to the youngest part.
    pub(super) fn add(&mut self, tasks: usize) {
        self.counts[0][0] += tasks as u32;
    }

    /// How many tasks lie in the part that is `age` parts older than the youngest.
    pub(super) fn count(&self, age: usize) -> usize {
        self.counts.as_flattened()[age] as usize
    }

    /// How many tasks lie in the parts that are older than that one.
    pub(super) fn before(&self, age: usize) -> usize {
        self.counts.as_flattened()[age + 1..].iter().sum::<u32>() as usize
    }

    /// Takes the one that has `younger` tasks behind it out of its part. Which part that is, by its age, and which one it is
    /// there, the oldest first.
    #[inline(always)]
    pub(super) fn take(&mut self, younger: usize) -> (usize, usize) {
        let (age, k) = self.find(younger as u32);
        self.counts.as_flattened_mut()[age] -= 1;
        (age, k)
    }

    #[inline(always)]
    fn find(&self, mut left: u32) -> (usize, usize) {
        // Each part is two instructions or three, because the compiler writes a row out.
        for (row, counts) in self.counts.iter().enumerate() {
            match find_in_row(counts, left) {
                Ok((part, k)) => return (row * ROW + part, k),
                Err(beyond) => left = beyond,
            }
        }
        unreachable!("there is no task that so many are younger than")
    }

    /// The same, by rows. Out of line, because it would keep registers busy that the loop needs for what every step does.
    #[inline(never)]
    pub(super) fn take_by_rows(&mut self, younger: usize) -> (usize, usize) {
        let (row, (part, k)) = match find_in_row(&self.counts[0], younger as u32) {
            Ok(found) => (0, found),
            Err(left) => self.find_row(left),
        };
        self.counts[row][part] -= 1;
        (row * ROW + part, k)
    }

    /// The row and the part in it of a task that is not in the first row. It goes from the row's sum.
    #[inline(always)]
    fn find_row(&mut self, mut left: u32) -> (usize, (usize, usize)) {
        for (row, sum) in self.sums.iter_mut().enumerate().skip(1) {
            let (beyond, is_here) = left.overflowing_sub(*sum);
            if is_here {
                *sum -= 1;
                match find_in_row(&self.counts[row], left) {
                    Ok(found) => return (row, found),
                    Err(_) => break,
                }
            }
            left = beyond;
        }
        unreachable!("there is no task that so many are younger than")
    }
}

/// The part of a row in which the one is that has so many tasks behind it, and which one it is there; or how many of those are
/// behind the whole row.
#[inline(always)]
fn find_in_row(counts: &[u32; ROW], mut left: u32) -> Result<(usize, usize), u32> {
    for (part, &count) in counts.iter().enumerate() {
        let (beyond, is_here) = left.overflowing_sub(count);
        if is_here {
            return Ok((part, !beyond as usize));
        }
        left = beyond;
    }
    Err(left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Purpose, Stream};
    use crate::seed::Seed;

    /// The parts against a plain vector of counts, the youngest first.
    fn check(take: fn(&mut Few, usize) -> (usize, usize)) {
        let mut rng = Stream::new(Seed::from(1), Purpose::Random, 0);
        let mut few = Few::NEW;
        let mut model = vec![0_usize];
        for part in 0..=FEW {
            if part > 0 {
                few.begin();
                model.insert(0, 0);
            }
            for _ in 0..100 {
                let tasks = rng.below(4) as usize;
                few.add(tasks);
                model[0] += tasks;
                let all: usize = model.iter().sum();
                if all > 0 && rng.below(5) > 0 {
                    let younger = rng.below(all as u32) as usize;
                    let (age, k) = take(&mut few, younger);
                    let behind: usize = model[..age].iter().sum();
                    assert!(behind <= younger && younger < behind + model[age]);
                    assert_eq!(k, behind + model[age] - 1 - younger);
                    model[age] -= 1;
                }
            }
            for (age, &count) in model.iter().enumerate() {
                assert_eq!(few.count(age), count);
                assert_eq!(few.before(age), model[age + 1..].iter().sum::<usize>());
            }
        }
    }

    #[test]
    fn a_task_is_found_part_by_part() {
        check(|few, younger| few.take(younger));
    }

    #[test]
    fn a_task_is_found_by_rows() {
        check(|few, younger| few.take_by_rows(younger));
    }
}
