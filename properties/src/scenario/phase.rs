//! [`Phase`]: a piece of work that takes its time.

use std::fmt;
use std::time::Duration;

/// Virtual time in tenths of a second. Scenarios count in few of them, so that things happen at the same instant.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticks(pub u32);

impl Ticks {
    /// The same as a duration.
    pub fn duration(self) -> Duration {
        Duration::from_millis(100) * self.0
    }
}

impl fmt::Display for Ticks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.duration())
    }
}

impl fmt::Debug for Ticks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A piece of work: how long it takes, how it ends, and what it does about a cancel request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Phase {
    /// How long it takes. Zero: it is ready when it is first polled.
    pub takes: Ticks,
    /// How it ends, if it is not cancelled.
    pub ends: End,
    /// What it does about a request.
    pub cancelled: OnCancel,
}

/// How a phase ends, or a group of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// With its number.
    #[default]
    Returns,
    /// With its number as an error.
    Fails,
    /// With a panic that names its number.
    Panics,
}

/// What a phase does about a cancel request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnCancel {
    /// It ends.
    #[default]
    Ends,
    /// It ends after it has cleaned up for a while. Further requests change nothing.
    CleansUp(Ticks),
    /// It goes on as if nothing had happened.
    Refuses,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = match self.ends {
            End::Returns => "return",
            End::Fails => "fail",
            End::Panics => "panic",
        };
        match self.takes {
            Ticks(0) => f.write_str(end)?,
            takes => write!(f, "sleep {takes}, {end}")?,
        }
        match self.cancelled {
            OnCancel::Ends => Ok(()),
            OnCancel::CleansUp(takes) => write!(f, "; when cancelled clean up for {takes}"),
            OnCancel::Refuses => f.write_str("; when cancelled go on"),
        }
    }
}
