//! The error of everything that reads text or settings: schedules, seeds, scheduler names, hostilities, environment variables.

use std::fmt;

/// What was wrong with a text or a setting, and what would be valid.
///
/// Messages are lower-case fragments, so that they can stand behind a prefix: `REENACT_SEED: ...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    kind: Kind,
    message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Schedule,
    Version,
    Seed,
    Scheduler,
    Hostility,
    Environment,
    Regressions,
    Corpus,
    #[cfg_attr(not(feature = "report"), allow(dead_code, reason = "only lines of JSON can be no trace"))]
    Trace,
}

impl Error {
    pub(crate) fn schedule(message: impl Into<String>) -> Self {
        Self { kind: Kind::Schedule, message: message.into() }
    }

    pub(crate) fn version(message: impl Into<String>) -> Self {
        Self { kind: Kind::Version, message: message.into() }
    }

    pub(crate) fn seed(message: impl Into<String>) -> Self {
        Self { kind: Kind::Seed, message: message.into() }
    }

    pub(crate) fn scheduler(message: impl Into<String>) -> Self {
        Self { kind: Kind::Scheduler, message: message.into() }
    }

    pub(crate) fn hostility(message: impl Into<String>) -> Self {
        Self { kind: Kind::Hostility, message: message.into() }
    }

    pub(crate) fn environment(message: impl Into<String>) -> Self {
        Self { kind: Kind::Environment, message: message.into() }
    }

    pub(crate) fn regressions(message: impl Into<String>) -> Self {
        Self { kind: Kind::Regressions, message: message.into() }
    }

    pub(crate) fn corpus(message: impl Into<String>) -> Self {
        Self { kind: Kind::Corpus, message: message.into() }
    }

    #[cfg(feature = "report")]
    pub(crate) fn trace(message: impl Into<String>) -> Self {
        Self { kind: Kind::Trace, message: message.into() }
    }

    /// The text is no schedule, or contradicts itself.
    pub fn is_schedule(&self) -> bool {
        matches!(self.kind, Kind::Schedule | Kind::Version)
    }

    /// The text is a schedule of a version that this build does not read.
    pub fn is_version(&self) -> bool {
        self.kind == Kind::Version
    }

    /// The text is no seed.
    pub fn is_seed(&self) -> bool {
        self.kind == Kind::Seed
    }

    /// The text names no scheduler.
    pub fn is_scheduler(&self) -> bool {
        self.kind == Kind::Scheduler
    }

    /// The text is no hostility.
    pub fn is_hostility(&self) -> bool {
        self.kind == Kind::Hostility
    }

    /// A `REENACT_` variable holds a value that means nothing.
    pub fn is_environment(&self) -> bool {
        self.kind == Kind::Environment
    }

    /// A file of saved failures cannot be read, or holds what means nothing.
    pub fn is_regressions(&self) -> bool {
        self.kind == Kind::Regressions
    }

    /// The text is no trace.
    pub fn is_trace(&self) -> bool {
        self.kind == Kind::Trace
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
