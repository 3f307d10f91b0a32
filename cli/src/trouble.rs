//! Why a command could not run, and what it came to if it could.

use std::fmt;

/// Why a command could not run: what was wrong, and what to do.
#[derive(Debug)]
pub(crate) struct Trouble(String);

/// What a command came to, or why it could not run.
pub(crate) type Result<T> = std::result::Result<T, Trouble>;

impl Trouble {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a command came to; its number is the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing was found: no failure, no difference, nothing wrong.
    Nothing = 0,
    /// Something was.
    Found = 1,
}

impl Outcome {
    pub(crate) fn found(found: bool) -> Self {
        if found { Self::Found } else { Self::Nothing }
    }
}
