//! [`Construct`] and [`Guarantee`].

use std::fmt;

use super::{Seen, as_completed, gather, shield, task_group, timeout, timeout_scope, try_gather, wait, wait_for};

/// A kind of combinator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Construct {
    /// [`Combinators::gather`](super::Combinators::gather).
    Gather,
    /// [`Combinators::try_gather`](super::Combinators::try_gather).
    TryGather,
    /// [`Combinators::wait`](super::Combinators::wait) for all.
    WaitAll,
    /// [`Combinators::wait`](super::Combinators::wait) for the first.
    WaitFirst,
    /// [`Combinators::wait`](super::Combinators::wait) for the first failure.
    WaitException,
    /// [`Combinators::as_completed`](super::Combinators::as_completed).
    AsCompleted,
    /// [`Combinators::timeout`](super::Combinators::timeout).
    Timeout,
    /// [`Combinators::timeout_scope`](super::Combinators::timeout_scope).
    TimeoutScope,
    /// [`Combinators::wait_for`](super::Combinators::wait_for).
    WaitFor,
    /// [`Combinators::shield`](super::Combinators::shield).
    Shield,
    /// [`Combinators::task_group`](super::Combinators::task_group).
    TaskGroup,
}

impl Construct {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Gather,
        Self::TryGather,
        Self::WaitAll,
        Self::WaitFirst,
        Self::WaitException,
        Self::AsCompleted,
        Self::Timeout,
        Self::TimeoutScope,
        Self::WaitFor,
        Self::Shield,
        Self::TaskGroup,
    ];

    /// What it guarantees for every schedule.
    pub fn guarantees(self) -> &'static [Guarantee] {
        match self {
            Self::Gather => gather::GUARANTEES,
            Self::TryGather => try_gather::GUARANTEES,
            Self::WaitAll | Self::WaitFirst | Self::WaitException => wait::GUARANTEES,
            Self::AsCompleted => as_completed::GUARANTEES,
            Self::Timeout => timeout::GUARANTEES,
            Self::TimeoutScope => timeout_scope::GUARANTEES,
            Self::WaitFor => wait_for::GUARANTEES,
            Self::Shield => shield::GUARANTEES,
            Self::TaskGroup => task_group::GUARANTEES,
        }
    }
}

impl fmt::Display for Construct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gather => "gather",
            Self::TryGather => "try_gather",
            Self::WaitAll => "wait for all",
            Self::WaitFirst => "wait for the first",
            Self::WaitException => "wait for a failure",
            Self::AsCompleted => "as_completed",
            Self::Timeout => "timeout",
            Self::TimeoutScope => "timeout_scope",
            Self::WaitFor => "wait_for",
            Self::Shield => "shield",
            Self::TaskGroup => "task_group",
        })
    }
}

/// Something that holds for every scenario and every schedule.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Guarantee {
    /// Its number in docs/SEMANTICS.md, or a word where that has none.
    pub number: &'static str,
    /// What it says.
    pub says: &'static str,
    applies: fn(&Seen) -> bool,
    check: fn(&Seen) -> Result<(), String>,
}

impl Guarantee {
    pub(super) const fn new(number: &'static str, says: &'static str, check: fn(&Seen) -> Result<(), String>) -> Self {
        Self { number, says, applies: |_| true, check }
    }

    /// The same, which says nothing of other executions.
    pub(super) const fn only_if(self, applies: fn(&Seen) -> bool) -> Self {
        Self { applies, ..self }
    }

    /// Whether it says anything of this execution. It holds in all others.
    pub fn applies(&self, seen: &Seen) -> bool {
        (self.applies)(seen)
    }

    /// Whether it held in one execution.
    ///
    /// # Errors
    ///
    /// What was seen instead.
    pub fn check(&self, seen: &Seen) -> Result<(), String> {
        (self.check)(seen)
    }
}
