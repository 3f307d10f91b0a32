//! What is known of the published programs.
//!
//! There a task whose next step is to take a lock that is held is not ready. Here it is, and looks at the lock in vain, which
//! is a step. So programs with locks have more interleavings here, and PCT and URW count other steps. Without the steps in vain
//! they are the same.

use std::sync::OnceLock;

use reenact::Sim;

use super::programs::*;
use super::tree::Trees;

/// A program and its figures.
pub(crate) struct Published {
    pub(crate) program: Program,
    /// Steps of the longest run.
    pub(crate) steps: u32,
    /// Interleavings, and those of them that go wrong.
    pub(crate) interleavings: (u64, u64),
    /// The same here, with steps in vain.
    pub(crate) ours: (u64, u64),
    /// Probabilities.
    pub(crate) exact: Option<Probabilities>,
}

/// The probabilities that one execution goes wrong.
pub(crate) struct Probabilities {
    pub(crate) random: f64,
    pub(crate) urw: f64,
    /// Of depth 1, 2 and 3.
    pub(crate) pct: [f64; 3],
    /// Measured in 100,000 executions.
    pub(crate) pos: f64,
}

impl Published {
    pub(crate) fn has_steps_in_vain(&self) -> bool {
        self.ours != self.interleavings
    }

    /// How many tasks there are besides main.
    pub(crate) fn tasks(&self) -> usize {
        Sim::new().run(self.program.buggy).stats.tasks as usize - 1
    }

    /// All its interleavings, which are looked at once; `None` if there are millions.
    pub(crate) fn trees(&self) -> Option<&'static Trees> {
        static TREES: [OnceLock<Trees>; KNOWN.len()] = [const { OnceLock::new() }; KNOWN.len()];
        let at = PUBLISHED.iter().position(|program| program.name == self.program.name)?;
        (self.ours.0 < 1_000_000).then(|| TREES[at].get_or_init(|| Trees::of(self.program.buggy)))
    }
}

const fn row(program: Program, steps: u32, interleavings: (u64, u64), ours: (u64, u64), p: [f64; 6]) -> Published {
    let [random, urw, pct1, pct2, pct3, pos] = p;
    let exact = Some(Probabilities { random, urw, pct: [pct1, pct2, pct3], pos });
    Published { program, steps, interleavings, ours, exact }
}

const fn same(program: Program, steps: u32, interleavings: (u64, u64), p: [f64; 6]) -> Published {
    row(program, steps, interleavings, interleavings, p)
}

/// Known by their counts only.
const fn counted(program: Program, steps: u32, interleavings: (u64, u64)) -> Published {
    Published { program, steps, interleavings, ours: interleavings, exact: None }
}

/// Probabilities: random, urw, pct of depth 1, 2 and 3, pos.
pub(crate) const KNOWN: [Published; PUBLISHED.len()] = [
    same(LOST_UPDATE_2, 4, (6, 4), [0.5, 0.666667, 0.0, 0.25, 0.4375, 0.33378]),
    same(LOST_UPDATE_3, 6, (90, 84), [0.833333, 0.933333, 0.0, 0.333333, 0.555556, 0.66624]),
    same(BANK_AUDIT, 6, (15, 5), [0.1875, 0.333333, 0.0, 0.25, 0.319444, 0.29136]),
    same(REORDER_2, 6, (90, 28), [0.246914, 0.311111, 0.0, 0.111111, 0.203704, 0.3208]),
    same(REORDER_3, 8, (2_520, 684), [0.222656, 0.271429, 0.0, 0.0625, 0.117188, 0.28642]),
    row(TWO_STAGES, 13, (37, 1), (219, 9), [0.03125, 0.038462, 0.0, 0.115385, 0.177515, 0.1006]),
    row(DEADLOCK, 10, (6, 2), (22, 4), [0.5, 0.555556, 0.0, 0.1, 0.19, 0.33115]),
    row(PHILOSOPHERS_3, 12, (168, 6), (2_262, 48), [0.333333, 0.415584, 0.0, 0.041667, 0.086806, 0.19889]),
    row(PHILOSOPHERS_4, 16, (98_184, 24), (3_918_756, 1_088), [0.229167, 0.30872, 0.0, 0.010417, 0.025391, 0.11718]),
    same(BLUETOOTH, 10, (73, 4), [0.039062, 0.031746, 0.0, 0.05, 0.075, 0.06585]),
    same(TOKEN_RING, 4, (24, 4), [0.166667, 0.166667, 0.166667, 0.166667, 0.166667, 0.16654]),
    same(WRITE_SKEW, 6, (20, 15), [0.5625, 0.783333, 0.0, 0.25, 0.402778, 0.35217]),
    same(OVERSELL, 6, (16, 12), [0.5, 0.4375, 0.0, 0.166667, 0.305556, 0.3341]),
    row(IF_NOT_WHILE, 24, (24, 2), (216_486, 28_072), [0.055556, 0.066721, 0.0, 0.0, 0.008681, 0.05473]),
    same(LOST_WAKEUP, 5, (5, 1), [0.125, 0.1, 0.0, 0.1, 0.16, 0.16787]),
    same(COALESCED, 12, (1_708, 12), [0.002743, 0.001154, 0.0, 0.0, 0.00463, 0.00761]),
    same(DROPPED_READ, 8, (34, 12), [0.25, 0.319444, 0.0, 0.083333, 0.151042, 0.22448]),
    same(TIMEOUT, 6, (18, 15), [0.625, 0.6875, 0.0, 0.25, 0.430556, 0.41367]),
    row(PERMIT_LEAK, 6, (14, 2), (31, 7), [0.25, 0.333333, 0.0, 0.111111, 0.185185, 0.24872]),
    row(FUTURELOCK, 7, (42, 21), (49, 21), [0.291667, 0.302778, 0.0, 0.142857, 0.238095, 0.2693]),
    same(DOUBLE_COMPLETION, 6, (16, 12), [0.5, 0.4375, 0.0, 0.166667, 0.305556, 0.3341]),
    same(CHAIN_3, 3, (3, 1), [0.25, 0.333333, 0.0, 0.166667, 0.277778, 0.24744]),
    same(CHAIN_4, 4, (6, 1), [0.125, 0.166667, 0.0, 0.0, 0.03125, 0.12426]),
    same(CHAIN_5, 5, (10, 1), [0.0625, 0.1, 0.0, 0.0, 0.0, 0.06281]),
    same(UNEVEN_5, 6, (6, 1), [0.03125, 0.166667, 0.5, 0.166667, 0.055556, 0.03042]),
    same(UNEVEN_10, 11, (11, 1), [0.000977, 0.090909, 0.5, 0.090909, 0.016529, 0.00096]),
    counted(NAIVE_MUTEX, 10, (148, 72)),
    counted(ABA_STACK, 12, (220, 21)),
];
