//! [`GroupError`].

use std::error::Error;
use std::fmt;
use std::vec;

use reenact_sim::task::TaskId;

/// Every error that happened in a [`task_group`](crate::task_group), once, in completion order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupError<E> {
    /// The errors of children and body, in the order in which these ended.
    pub errors: Vec<E>,
    origins: Vec<Option<TaskId>>,
}

impl<E> GroupError<E> {
    pub(super) fn new(errors: Vec<(Option<TaskId>, E)>) -> Self {
        let (origins, errors) = errors.into_iter().unzip();
        Self { errors, origins }
    }

    /// A child has panicked, but somebody else has taken its panic already.
    pub(super) fn panic_was_taken() -> Self {
        Self { errors: Vec::new(), origins: Vec::new() }
    }

    /// The child of which the n-th error is; `None` for the body.
    ///
    /// # Panics
    ///
    /// If there are no more than `n` errors.
    pub fn origin(&self, n: usize) -> Option<TaskId> {
        self.origins[n]
    }
}

impl<E> IntoIterator for GroupError<E> {
    type Item = E;
    type IntoIter = vec::IntoIter<E>;

    fn into_iter(self) -> vec::IntoIter<E> {
        self.errors.into_iter()
    }
}

impl<E: fmt::Display> fmt::Display for GroupError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.errors[..] {
            [] => f.write_str("task group: a child panicked, and its panic was taken by whoever awaited it"),
            [error] => write!(f, "task group: {error}"),
            [first, ..] => write!(f, "task group: {} errors, the first of them: {first}", self.errors.len()),
        }
    }
}

impl<E: Error + 'static> Error for GroupError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.errors.first().map(|error| error as _)
    }
}
