//! Settings of one execution: limits, and what its end may look like.

use std::time::Duration;

use crate::hostility::Hostility;

/// What happens at a limit.
///
/// A number by itself means [`Fail`](Self::Fail): `max_steps(1_000)` is `max_steps(Limit::Fail(1_000))`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit<N> {
    /// There is no limit.
    Unlimited,
    /// The execution fails when more than this is used.
    Fail(N),
    /// The execution ends when more than this is used, and an exploration goes on with the next one: the execution
    /// counts as incomplete, not as failed.
    Stop(N),
}

impl From<u64> for Limit<u64> {
    fn from(number: u64) -> Self {
        Self::Fail(number)
    }
}

impl From<Duration> for Limit<Duration> {
    fn from(duration: Duration) -> Self {
        Self::Fail(duration)
    }
}

impl<N: Copy> Limit<N> {
    pub(crate) fn value(self) -> Option<N> {
        match self {
            Self::Unlimited => None,
            Self::Fail(value) | Self::Stop(value) => Some(value),
        }
    }
}

/// What it means for an execution that tasks are unfinished when main is done.
///
/// They are reported in [`Execution::pending`](crate::Execution::pending) in any case, and dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PendingAtExit {
    /// Nothing.
    Ignore,
    /// A warning, printed once per test.
    #[default]
    Warn,
    /// A failure.
    Fail,
}

/// What a panic in a task does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TaskPanics {
    /// It fails the execution (as in shuttle and loom).
    #[default]
    Fail,
    /// It is handed to whoever awaits the task, as [`TaskError::Panicked`](crate::task::TaskError::Panicked) (as in
    /// tokio). A panic that nobody looked at is reported as a warning.
    Deliver,
}

/// The limits of an execution, each of them an option.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) steps: Limit<u64>,
    /// Steps without the clock moving.
    pub(crate) steps_per_instant: Limit<u64>,
    pub(crate) virtual_time: Limit<Duration>,
    /// Unfinished tasks at a time.
    pub(crate) tasks: Limit<u64>,
    /// Events that a full trace keeps.
    pub(crate) trace_events: usize,
}

/// Steps before a livelock that are looked at more closely.
const LAST_STEPS: u64 = 16;

impl Limits {
    const DEFAULT: Self = Self {
        steps: Limit::Fail(100_000_000),
        steps_per_instant: Limit::Fail(100_000_000),
        virtual_time: Limit::Unlimited,
        tasks: Limit::Fail(16_000_000),
        trace_events: 1_000_000,
    };

    /// The number of steps at which a limit is reached.
    pub(crate) fn reached_at(&self, steps_at_clock: u64) -> u64 {
        let total = self.steps.value().unwrap_or(u64::MAX);
        let instant = self.steps_per_instant.value().map_or(u64::MAX, |limit| steps_at_clock.saturating_add(limit));
        total.min(instant)
    }

    /// The number of steps at which the loop has to be left next: somewhat before a failure for too many steps, so that its
    /// last steps are looked at.
    pub(crate) fn next_check(&self, steps_at_clock: u64) -> u64 {
        let reached = self.reached_at(steps_at_clock);
        match (self.steps, self.steps_per_instant) {
            (Limit::Stop(_), _) | (_, Limit::Stop(_)) => reached,
            _ => reached.saturating_sub(LAST_STEPS).max(reached.min(steps_at_clock + 1)),
        }
    }
}

/// Settings of one execution, whoever starts it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) limits: Limits,
    pub(crate) pending_at_exit: PendingAtExit,
    pub(crate) task_panics: TaskPanics,
    pub(crate) hostility: Hostility,
    /// Whether somebody wants to know where in the source tasks wait. Only where everything is recorded.
    pub(crate) await_points: bool,
}

impl Settings {
    pub(crate) const DEFAULT: Self = Self {
        limits: Limits::DEFAULT,
        pending_at_exit: PendingAtExit::Warn,
        task_panics: TaskPanics::Fail,
        hostility: Hostility::NONE,
        await_points: false,
    };
}
