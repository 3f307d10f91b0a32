//! What the runs came to.

use std::collections::BTreeMap;

use common::{Measurement, Workload};

use crate::chosen::Line;

/// A variant on a workload.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    /// ns of processor time for each operation, one number a round.
    times: Vec<f64>,
    /// Operations of a run.
    pub(crate) operations: u64,
    /// The highest of any round, for each operation.
    pub(crate) bytes: Option<f64>,
    /// Whether a search came to its end.
    pub(crate) complete: Option<bool>,
    /// For each operation.
    pub(crate) instructions: Option<f64>,
    /// Why a run failed.
    pub(crate) failed: Option<String>,
}

impl Cell {
    pub(crate) fn add(&mut self, measurement: &Measurement) {
        let operations = measurement.operations as f64;
        self.times.push(measurement.cpu_seconds * 1e9 / operations);
        self.operations = measurement.operations;
        self.complete = measurement.complete;
        let bytes = measurement.peak_bytes.map(|bytes| bytes as f64 / operations);
        self.bytes = self.bytes.into_iter().chain(bytes).reduce(f64::max);
    }

    /// The median of the rounds.
    pub(crate) fn median(&self) -> Option<f64> {
        let mut sorted = self.times.clone();
        sorted.sort_by(f64::total_cmp);
        let middle = sorted.len() / 2;
        match sorted.len() {
            0 => None,
            length if length % 2 == 1 => Some(sorted[middle]),
            _ => Some(sorted[middle - 1].midpoint(sorted[middle])),
        }
    }

    /// The lowest and the highest.
    pub(crate) fn spread(&self) -> Option<(f64, f64)> {
        let lowest = self.times.iter().copied().reduce(f64::min)?;
        Some((lowest, self.times.iter().copied().fold(lowest, f64::max)))
    }
}

/// All cells.
#[derive(Debug, Default)]
pub(crate) struct Results {
    cells: BTreeMap<(usize, String), Cell>,
}

impl Results {
    pub(crate) fn cell(&mut self, line: &Line<'_>, workload: Workload) -> &mut Cell {
        self.cells.entry((line.number, workload.to_string())).or_default()
    }

    pub(crate) fn get(&self, line: &Line<'_>, workload: Workload) -> Option<&Cell> {
        self.cells.get(&(line.number, workload.to_string()))
    }

    /// What failed, a line each.
    pub(crate) fn failures(&self) -> Vec<String> {
        self.cells.values().filter_map(|cell| cell.failed.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(times: &[f64]) -> Cell {
        Cell { times: times.to_vec(), ..Cell::default() }
    }

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(cell(&[9.0, 1.0, 2.0]).median(), Some(2.0));
        assert_eq!(cell(&[9.0, 1.0, 2.0, 4.0]).median(), Some(3.0));
        assert_eq!(cell(&[]).median(), None);
        assert_eq!(cell(&[9.0, 1.0, 2.0]).spread(), Some((1.0, 9.0)));
    }
}
