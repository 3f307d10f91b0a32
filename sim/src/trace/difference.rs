//! [`Difference`]: the first event in which two traces are not the same.

use std::fmt;

use super::Trace;

/// Where two traces part: the index of the first event that differs, and the event's line in each (`None` where that
/// trace has ended).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// How many events they have in common before it.
    pub index: usize,
    /// The first trace's line.
    pub left: Option<String>,
    /// The second trace's line.
    pub right: Option<String>,
}

impl Difference {
    pub(super) fn between(left: &Trace, right: &Trace) -> Option<Self> {
        // Lines, not events: they name tasks by path, which says the same in both executions.
        let mut lefts = left.lines();
        let mut rights = right.lines();
        let mut index = 0;
        loop {
            match (lefts.next(), rights.next()) {
                (None, None) => return None,
                (left, right) if left == right => index += 1,
                (left, right) => return Some(Self { index, left, right }),
            }
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |line: &Option<String>| line.clone().unwrap_or_else(|| "(the trace has ended)".into());
        writeln!(f, "the same for {} events, then", self.index)?;
        writeln!(f, "  first:  {}", show(&self.left))?;
        write!(f, "  second: {}", show(&self.right))
    }
}
