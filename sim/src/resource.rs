//! [`Access`]: what a step touched.

pub use crate::trace::{AccessKind, ResourceId};

/// One access of a step to a resource: the dependency relation of partial-order methods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Access {
    /// What was touched.
    pub resource: ResourceId,
    /// Whether it was read or written.
    pub kind: AccessKind,
}

impl Access {
    pub(crate) const fn new(resource: ResourceId, kind: AccessKind) -> Self {
        Self { resource, kind }
    }

    /// Whether the order of the two accesses can matter: the same resource, and one of them writes.
    pub fn conflicts_with(&self, other: &Self) -> bool {
        self.resource == other.resource && (self.kind == AccessKind::Write || other.kind == AccessKind::Write)
    }
}
