//! [`Choice`]: one answered choice point.

use std::fmt;

/// One answered choice point: which of the `alternatives` was `picked`.
///
/// 0 is always the calm default: the task that has been ready longest steps first, no fault happens. A point with one
/// alternative is no choice and is not recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Choice {
    /// What was decided.
    pub kind: ChoiceKind,
    /// The answer, below `alternatives`.
    pub picked: u32,
    /// How many answers there were, at least 2.
    pub alternatives: u32,
}

/// What a choice point decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ChoiceKind {
    /// Which ready task steps next; alternative k is the one that has been ready k-th longest.
    Task,
    /// The order of an unordered set, or of the branches of a `select!`.
    Order,
    /// A number that the program asked for with `choose`.
    Data,
    /// Whether something goes wrong here.
    Fault,
}

impl ChoiceKind {
    pub(crate) const fn tag(self) -> u64 {
        match self {
            Self::Task => 0,
            Self::Order => 1,
            Self::Data => 2,
            Self::Fault => 3,
        }
    }
}

impl fmt::Display for ChoiceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Task => "task",
            Self::Order => "order",
            Self::Data => "data",
            Self::Fault => "fault",
        })
    }
}
