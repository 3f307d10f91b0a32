//! [`TaskPath`]: who a task is, under every schedule.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::error::Error;

/// The identity of a task: the path of spawns that led to it.
///
/// The main task is `0`; the second task it spawns is `0.1`; the first task that one spawns is `0.1.0`. A task has the
/// same path under every schedule that lets its ancestors do the same.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskPath(Arc<[u32]>);

impl TaskPath {
    /// From the positions below main: empty is main itself.
    pub(crate) fn from_children(children: Vec<u32>) -> Self {
        Self(children.into())
    }

    /// The position of each ancestor among its parent's children, main left out.
    pub fn children(&self) -> &[u32] {
        &self.0
    }
}

impl fmt::Display for TaskPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        let mut text = String::from("0");
        for child in self.0.iter() {
            write!(text, ".{child}")?;
        }
        f.pad(&text)
    }
}

impl fmt::Debug for TaskPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for TaskPath {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let invalid = || Error::schedule(format!("`{text}` is no task path: 0 or 0.1.2 is"));
        let mut parts = text.split('.');
        if parts.next() != Some("0") {
            return Err(invalid());
        }
        parts.map(|part| super::text::number(part).ok_or_else(invalid)).collect::<Result<Vec<u32>, _>>().map(Self::from_children)
    }
}
