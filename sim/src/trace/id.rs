//! [`TaskId`] and [`ResourceId`]: how one execution tells its tasks, and what they share, apart.

use std::fmt;

use super::recorder;

/// A task of one execution: the n-th one spawned, main being the 0th.
///
/// Small, dense and `Copy`, so that schedulers can index with it. Across schedules the same task may have another
/// number: what stays is its [path](crate::TaskPath), which is also what `Display` writes inside the execution.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(u32);

impl TaskId {
    /// The main task.
    pub const MAIN: Self = Self(0);

    pub(crate) const fn new(number: u32) -> Self {
        Self(number)
    }

    /// How many tasks were spawned before this one.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    pub(crate) const fn number(self) -> u32 {
        self.0
    }
}

impl fmt::Display for TaskId {
    /// Its path inside the execution; outside, where no path is known, `#` and its number.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match recorder::with(|recorder| recorder.path_of(self.0)) {
            Some(path) => fmt::Display::fmt(&path, f),
            None => f.pad(&format!("#{}", self.0)),
        }
    }
}

impl fmt::Debug for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TaskId({})", self.0)
    }
}

/// The identity of a shared resource: which task created it, as its how manyth. The same in every execution in which
/// that task does the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceId(u64);

impl ResourceId {
    pub(crate) const fn new(hash: u64) -> Self {
        Self(hash)
    }

    /// The hash that it is, the same in every execution.
    pub(crate) const fn word(self) -> u64 {
        self.0
    }
}
