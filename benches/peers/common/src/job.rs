//! One run of a workload, and what has to come out.

use crate::checksum::fold_all;
use crate::workload::CROWD;
use crate::{Workload, fold};

/// A workload and how large it is.
#[derive(Debug)]
pub struct Job {
    /// The program.
    pub workload: Workload,
    /// Executions (of W6 at most so many), messages, yields of each task, tasks, or rounds.
    pub size: u64,
    /// Of W4, in ms: 1 to the size, each once.
    pub durations: Vec<u64>,
}

impl Job {
    /// A job; what it needs is made here, outside the measured time.
    #[must_use]
    pub fn new(workload: Workload, size: u64) -> Self {
        let durations = if workload == Workload::Timers { shuffled(size) } else { Vec::new() };
        Self { workload, size, durations }
    }

    /// How many executions are asked for; of W6 at most so many.
    #[must_use]
    pub fn executions(&self) -> u64 {
        match self.workload {
            Workload::Sleeping | Workload::Yielding | Workload::Exhaustive { .. } => self.size,
            _ => 1,
        }
    }

    /// The checksum of one execution, computed without any executor.
    #[must_use]
    pub fn expected(&self) -> u64 {
        match self.workload {
            Workload::Sleeping => fold_all([100, 200, 300]),
            Workload::Yielding => fold_all([1, 2, 3]),
            Workload::PingPong => {
                let sum = (0..self.size / 2).sum();
                fold(fold(0, sum), sum)
            }
            Workload::Crowd => fold_all((0..CROWD).map(|_| self.size)),
            Workload::Timers => fold_all(self.durations.iter().copied()),
            Workload::Rounds { tasks } => fold_all((0..self.size).flat_map(|_| 0..tasks)),
            Workload::Exhaustive { tasks, yields } => fold_all((0..tasks).map(|_| yields)),
        }
    }
}

/// 1 to `n` in an order that is always the same. Multiplying by 7919, a prime, permutes the residues of the sizes that are used.
fn shuffled(n: u64) -> Vec<u64> {
    assert!(!n.is_multiple_of(7_919), "7919 would not permute {n} residues");
    (0..n).map(|index| index * 7_919 % n + 1).collect()
}
