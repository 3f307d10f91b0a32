//! In which order the macro `select!` polls its branches.

use reenact_sim::choose_one;
use reenact_sim::time::try_now;

/// The branches of one `select!`.
#[derive(Debug)]
pub struct Branches<const N: usize> {
    enabled: [bool; N],
    biased: bool,
}

/// One poll of them: every enabled branch once.
#[derive(Debug)]
pub struct Round<const N: usize> {
    left: [bool; N],
    draw: bool,
}

impl<const N: usize> Branches<N> {
    /// Some of them may be disabled from the start.
    pub fn new(enabled: [bool; N], biased: bool) -> Self {
        Self { enabled, biased }
    }

    /// Begins to poll. Branches are polled in argument order if `select!` is biased or there is no simulation.
    pub fn round(&self) -> Round<N> {
        Round { left: self.enabled, draw: !self.biased && try_now().is_some() }
    }

    /// The branch's value did not fit its pattern.
    pub fn disable(&mut self, branch: usize) {
        self.enabled[branch] = false;
    }

    /// Whether there is nothing to wait for.
    pub fn all_disabled(&self) -> bool {
        !self.enabled.contains(&true)
    }
}

impl<const N: usize> Iterator for Round<N> {
    type Item = usize;

    /// The branch to poll next: a choice among those that are left.
    fn next(&mut self) -> Option<usize> {
        let left = self.left.iter().filter(|left| **left).count();
        if left == 0 {
            return None;
        }
        let pick = if self.draw { choose_one(left) } else { 0 };
        let branch = (0..N).filter(|&branch| self.left[branch]).nth(pick)?;
        self.left[branch] = false;
        Some(branch)
    }
}
