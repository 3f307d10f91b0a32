//! [`TraceEvent`]: everything that can happen in an execution.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::{LogLine, ResourceId, Site, TaskId};
use crate::instant::Instant;
use crate::schedule::Choice;

/// One thing that happened. The time of an event is that of the last [`ClockMoved`](Self::ClockMoved) before it.
#[derive(Clone, Debug, PartialEq)]
pub enum TraceEvent {
    /// A task was created; it is ready.
    Spawned {
        /// The new task.
        task: TaskId,
        /// Who spawned it; `None` for main.
        parent: Option<TaskId>,
    },
    /// A choice point was answered.
    Choice {
        /// Which choice of the execution, counted from 0.
        index: u64,
        /// The answer.
        choice: Choice,
        /// The task that will step, if the choice was between tasks.
        task: Option<TaskId>,
    },
    /// A task is polled once; what follows up to the next step happened in it.
    Stepped {
        /// The task.
        task: TaskId,
    },
    /// A task became ready. Waking a task that is ready already is no event.
    Woken {
        /// The task.
        task: TaskId,
        /// Who woke it.
        by: WokenBy,
    },
    /// A timer was set.
    TimerArmed {
        /// The timers of an execution, counted from 0.
        timer: u64,
        /// When it will fire.
        deadline: Instant,
    },
    /// A timer reached its deadline.
    TimerFired {
        /// Its number.
        timer: u64,
    },
    /// A timer was removed before its deadline, because its sleep was dropped.
    TimerDropped {
        /// Its number.
        timer: u64,
    },
    /// Nothing was ready, so the clock jumped to the earliest deadline.
    ClockMoved {
        /// The new time.
        to: Instant,
    },
    /// The program printed a line with `reenact::println!`.
    Output {
        /// The text, without the end of line.
        text: Arc<str>,
    },
    /// The program said something to its log; see [`log`](fn@crate::log).
    Logged {
        /// What it said.
        line: Arc<LogLine>,
    },
    /// A step read or wrote a shared resource.
    Accessed {
        /// The resource's name.
        resource: Arc<str>,
        /// Whether it was read or written.
        kind: AccessKind,
    },
    /// Somebody asked a task to end.
    CancelRequested {
        /// The task asked.
        task: TaskId,
    },
    /// The request reached its task: its scopes were marked, or, where there was none, its future was dropped.
    CancelDelivered {
        /// The task.
        task: TaskId,
        /// How many `catch_cancel` scopes were marked.
        scopes: u32,
    },
    /// A request for a cancel scope inside a task reached it: the `catch_cancel` scopes below were marked, or, where there was
    /// none, its future was dropped.
    ScopeCancelled {
        /// The task.
        task: TaskId,
        /// How many `catch_cancel` scopes were marked.
        scopes: u32,
    },
    /// A task panicked.
    Panicked {
        /// The task.
        task: TaskId,
        /// The panic's message.
        message: Arc<str>,
    },
    /// A task ended.
    Finished {
        /// The task.
        task: TaskId,
        /// How it ended.
        ending: Ending,
    },
    /// The executor did what only a hostile one does.
    Hostile {
        /// The task to which it did it.
        task: TaskId,
        /// What it did.
        act: HostileAct,
    },
    /// Events that are not kept, because the trace is longer than it may be.
    LeftOut {
        /// How many.
        events: u64,
        /// The time at which what follows them happened.
        until: Instant,
    },
    /// Main was done and the last steps were taken, and this task had not ended.
    PendingAtExit {
        /// The task.
        task: TaskId,
    },
}

/// Who made a task ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WokenBy {
    /// The step of a task, often its own.
    Task(TaskId),
    /// A timer that fired.
    Timer,
    /// Another thread of the process: nondeterminism that no schedule controls.
    Thread(Arc<str>),
}

/// What a hostile executor did; see [`Hostility`](crate::Hostility).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HostileAct {
    /// The task became ready although nobody woke it.
    SpuriousPoll,
    /// From now on each poll of the task brings another waker, and those of earlier polls do nothing.
    FreshWakers,
    /// The task was woken, and the wake will arrive later.
    LateWake,
    /// A late wake arrives.
    LateWakeArrives,
}

/// How a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ending {
    /// Its future returned a value.
    Returned,
    /// A cancel request ended it.
    Cancelled,
    /// It panicked.
    Panicked,
}

/// Whether a resource was read or written. Two accesses depend on each other if one of them is a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccessKind {
    /// Looked at only.
    Read,
    /// Changed, or looked at and changed.
    Write,
}

/// What an unfinished task waits for, as far as its last step told.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaitReason {
    /// The end of another task.
    Task(TaskId),
    /// The clock.
    Until {
        /// The deadline.
        deadline: Instant,
        /// Where the sleep was made.
        site: Site,
    },
    /// A shared resource, with [`Resource::waiting`](crate::Resource::waiting).
    Resource {
        /// Its name.
        name: Arc<str>,
        /// Its identity.
        id: ResourceId,
    },
    /// What a future said with [`waiting_for`](crate::task::waiting_for).
    Label(Cow<'static, str>),
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Returned => "returned",
            Self::Cancelled => "cancelled",
            Self::Panicked => "panicked",
        })
    }
}

impl fmt::Display for AccessKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Read => "reads",
            Self::Write => "writes",
        })
    }
}
