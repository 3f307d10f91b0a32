//! [`Digest`]: 64 bits that stand for a whole execution.

use std::fmt;

/// The fingerprint of an execution: equal traces have equal digests, at every trace level, on every machine.
///
/// It covers what happened (tasks by path and name, times, choices, printed text), never where in the source it was
/// written and never an address, a thread or a wall clock. Two different traces share a digest by accident with a
/// probability of about 2^-64.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(u64);

impl Digest {
    pub(crate) const fn new(bits: u64) -> Self {
        Self(bits)
    }

    /// The 64 bits.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}
