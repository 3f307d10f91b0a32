//! [`Execution`]: what one run of a program was.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{Failure, Warning};
use crate::schedule::{Choice, Schedule, TaskPath, bytes};
use crate::trace::{Site, TaskId, Trace, WaitReason};

/// One run of a program under one schedule.
#[derive(Debug)]
#[non_exhaustive]
pub struct Execution<T> {
    /// Main's result, or why there is none.
    pub outcome: Result<T, Failure>,
    /// What happened.
    pub trace: Trace,
    /// What it takes to get this execution again.
    pub schedule: Schedule,
    /// Every choice, also those that picked the default.
    pub choices: Vec<Choice>,
    /// What was counted.
    pub stats: Stats,
    /// The tasks that were unfinished when main was done, in spawn order.
    pub pending: Vec<PendingTask>,
    /// What should be looked at although nothing failed.
    pub warnings: Vec<Warning>,
}

impl<T> Execution<T> {
    /// The shortest bytes that give this execution again, through [`Sim::bytes`](crate::Sim::bytes), for the corpus of a fuzzer. A schedule becomes
    /// bytes by being run, because they hold a number for every choice and a schedule knows only those that are not the default.
    ///
    /// What a hostile executor might do is not in them: give the simulation the same [hostility](crate::Sim::hostile).
    pub fn to_bytes(&self) -> Vec<u8> {
        bytes::encode(self.schedule.data(), &self.choices)
    }
}

impl Execution<()> {
    /// The same with what main's output became.
    pub(crate) fn with<T>(self, output: impl FnOnce() -> T) -> Execution<T> {
        let Self { outcome, trace, schedule, choices, stats, pending, warnings } = self;
        Execution { outcome: outcome.map(|()| output()), trace, schedule, choices, stats, pending, warnings }
    }
}

/// What was counted in an execution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Polls of tasks.
    pub steps: u64,
    /// Choice points.
    pub choices: u64,
    /// Choices that stepped another task although the last one was still ready.
    pub preemptions: u64,
    /// Tasks spawned, main included.
    pub tasks: u64,
    /// Virtual time from start to end.
    pub elapsed: Duration,
}

/// A task that was unfinished when main was done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PendingTask {
    /// The task, in this execution.
    pub task: TaskId,
    /// Its identity.
    pub path: TaskPath,
    /// Its name.
    pub name: Arc<str>,
    /// Where it was spawned.
    pub spawned_at: Option<Site>,
    /// What it said it waits for.
    pub waits_for: Option<WaitReason>,
    pub(crate) line: String,
}

impl fmt::Display for PendingTask {
    /// One line: path, name, spawn site, what it waits for.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}
