//! [`SweepReport`]: what interrupting a future everywhere has shown.

use std::fmt;

use crate::await_point::AwaitPoint;
use crate::instant::Instant;
use crate::schedule::Schedule;
use crate::seed::Seed;
use crate::simulation::Failure;

/// How and when a sweep interrupts a future.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Interruption {
    /// It is dropped right after so many polls; 0 is before the first.
    Drop {
        /// How many.
        polls: u64,
    },
    /// It is dropped when it is to be polled again after so many polls: what it was woken for has happened, and it never sees it.
    DropWoken {
        /// How many, at least 1.
        polls: u64,
    },
    /// Its task is asked to end ([`Task::cancel`](crate::task::Task::cancel)) right after so many polls; 0 is before the first.
    Cancel {
        /// How many.
        polls: u64,
    },
}

impl Interruption {
    /// After how many polls.
    pub fn polls(&self) -> u64 {
        match *self {
            Self::Drop { polls } | Self::DropWoken { polls } | Self::Cancel { polls } => polls,
        }
    }
}

impl fmt::Display for Interruption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self {
            Self::Drop { .. } => "dropped",
            Self::DropWoken { .. } => "dropped when woken",
            Self::Cancel { .. } => "cancelled",
        };
        match self.polls() {
            0 => write!(f, "{what} before its first poll"),
            polls => write!(f, "{what} after poll {polls}"),
        }
    }
}

/// What is done to the future in this run, for invariants of a future without a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Swept {
    /// How it is interrupted; `None` if it is not.
    pub interruption: Option<Interruption>,
}

/// What an interrupted future has left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Leak {
    /// A task that it spawned, or one of those did, has not ended.
    Task {
        /// Its name.
        name: String,
        /// Path, name, where it was spawned, what it waits for.
        line: String,
    },
    /// A timer that was armed in its task, or in one that it spawned, is still armed.
    Timer {
        /// When it will fire.
        deadline: Instant,
        /// The task in which it was armed.
        armed_by: String,
    },
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Task { line, .. } => write!(f, "task {line} is left unfinished"),
            Self::Timer { deadline, armed_by } => write!(f, "a timer for {deadline} is left armed (armed by task {armed_by})"),
        }
    }
}

/// One interruption that breaks something.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SweepFailure {
    /// How the future was interrupted; `None` if it fails without.
    pub interruption: Option<Interruption>,
    /// Where it waited then, innermost first: the await, then those of the functions around it. Empty before the first poll,
    /// and where the build has no line tables.
    pub await_points: Vec<AwaitPoint>,
    /// What the invariants said, if they returned an error.
    pub broken: Option<String>,
    /// The failure of the execution: an assertion of the invariants, a deadlock, a panic.
    pub failure: Option<Box<Failure>>,
    /// What is left behind.
    pub leaks: Vec<Leak>,
    /// The schedule of the execution.
    pub schedule: Schedule,
    /// The seed of the execution.
    pub seed: Seed,
}

impl fmt::Display for SweepFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.interruption {
            Some(interruption) => write!(f, "{interruption}")?,
            None => f.write_str("not interrupted")?,
        }
        if let Some((innermost, around)) = self.await_points.split_first() {
            write!(f, ", waiting at {innermost}")?;
            around.iter().try_for_each(|point| write!(f, ", in {point}"))?;
        }
        f.write_str(":")?;
        if let Some(broken) = &self.broken {
            write!(f, "\n    {broken}")?;
        }
        if let Some(failure) = &self.failure {
            write!(f, "\n    {} at {} of virtual time: {}", failure.kind, failure.at, failure.message.replace('\n', "\n    "))?;
            if let Some(place) = &failure.place {
                write!(f, "\n    at {place}")?;
            }
        }
        self.leaks.iter().try_for_each(|leak| write!(f, "\n    {leak}"))
    }
}

/// What a sweep has shown.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SweepReport {
    /// Polls of the future from its first to the one in which it is ready, under the first schedule.
    pub steps: u64,
    /// Whether it was ready within the polls that were looked at.
    pub complete: bool,
    /// How many times it was dropped, woken or not.
    pub drops: u64,
    /// How many times its task was cancelled.
    pub cancels: u64,
    /// What broke: the first failure of each interruption.
    pub failures: Vec<SweepFailure>,
}

/// How many failures the text shows.
const SHOWN: usize = 10;

impl fmt::Display for SweepReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { steps, drops, cancels, failures, .. } = self;
        let polls = if *steps == 1 { "poll" } else { "polls" };
        let more = if self.complete { "" } else { " and more" };
        write!(f, "a future of {steps} {polls}{more}, dropped {drops} times and cancelled {cancels} times: ")?;
        match failures.len() {
            0 => return f.write_str("nothing broke"),
            1 => f.write_str("1 interruption breaks it")?,
            n => write!(f, "{n} interruptions break it")?,
        }
        failures.iter().take(SHOWN).try_for_each(|failure| write!(f, "\n  {failure}"))?;
        match failures.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n  and {more} more"),
        }
    }
}
