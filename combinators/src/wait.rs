//! [`wait`] and [`wait_try`].

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use reenact_sim::task::{Task, Until, Watch};
use reenact_sim::time::{Sleep, now, sleep_until};

use crate::task_set::{TaskSet, tasks_of};

/// Waits for tasks: for all of them, for the first to end, or for a while. Never cancels, never fails.
///
/// Accepts a `Vec`, an array, any iterator of tasks or a [`TaskSet`], of which no order is drawn.
///
/// # Guarantees for every schedule
///
/// * (W1) `done` and `pending` partition the input, split at the waiter's step: a task is in `done` exactly if it has ended
///   then. It may have ended after whatever made the waiter ready.
/// * (W2) Without a timeout, `pending` is empty ([`AllCompleted`](ReturnWhen::AllCompleted)), or `done` is not
///   ([`FirstCompleted`](ReturnWhen::FirstCompleted)), or one of `done` has failed or `pending` is empty
///   ([`FirstException`](ReturnWhen::FirstException); for `Err` see [`wait_try`]).
/// * (W3), (W5) It is ready at the first instant at which the condition holds or the deadline is reached. An input that satisfies it
///   already, or is empty, is ready at once (asyncio suspends once, and refuses an empty input).
/// * (W4) No task is changed by it: not by the timeout, not by dropping it.
/// * (W6) No timer and no registration remains after it is ready or dropped.
/// * The waiter takes no step before its condition holds.
///
/// Dropping it drops the handles, which detaches the tasks.
///
/// ```
/// use reenact_combinators::wait;
/// use reenact_sim::{Sim, task, time};
/// use std::time::Duration;
///
/// let execution = Sim::new().run(|| async {
///     let phases = [1, 2, 3].map(|n| task::spawn(time::sleep(Duration::from_secs(n))));
///     let waited = wait(phases).timeout(Duration::from_millis(1_500)).await;
///     waited.pending.cancel_all();
///     (waited.done.len(), waited.pending.len())
/// });
/// assert_eq!(execution.outcome?, (1, 2));
/// # Ok::<(), reenact_sim::Failure>(())
/// ```
pub fn wait<T>(tasks: impl IntoIterator<Item = Task<T>>) -> Wait<T> {
    Wait::new(tasks_of(tasks), Watch::add)
}

/// The same for tasks that return `Result`: with [`FirstException`](ReturnWhen::FirstException) an `Err` counts, as a panic does.
///
/// ```
/// use reenact_combinators::{ReturnWhen, wait_try};
/// use reenact_sim::{Sim, task, time};
/// use std::time::Duration;
///
/// let execution = Sim::new().run(|| async {
///     let checks = [1, 2, 3].map(|n| {
///         task::spawn(async move {
///             time::sleep(Duration::from_secs(n)).await;
///             if n == 2 { Err("disk is full") } else { Ok(()) }
///         })
///     });
///     let waited = wait_try(checks).until(ReturnWhen::FirstException).await;
///     (waited.done.len(), waited.pending.len())
/// });
/// assert_eq!(execution.outcome?, (2, 1));
/// # Ok::<(), reenact_sim::Failure>(())
/// ```
pub fn wait_try<T: 'static, E: 'static>(tasks: impl IntoIterator<Item = Task<Result<T, E>>>) -> Wait<Result<T, E>> {
    Wait::new(tasks_of(tasks), Watch::add_fallible)
}

/// When [`wait`] returns, at the latest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReturnWhen {
    /// When all tasks have ended.
    #[default]
    AllCompleted,
    /// When one has ended, in whatever way.
    FirstCompleted,
    /// When one has panicked or, with [`wait_try`], has returned `Err`; or when all have ended. A cancelled task is no exception.
    FirstException,
}

/// What [`wait`] returns.
#[derive(Debug)]
pub struct Waited<T> {
    /// The tasks that have ended.
    pub done: TaskSet<T>,
    /// The tasks that have not.
    pub pending: TaskSet<T>,
}

/// The future of [`wait`].
#[derive(Debug)]
#[must_use = "wait does nothing until it is awaited"]
pub struct Wait<T> {
    tasks: Option<Vec<Task<T>>>,
    watch: Option<Watch>,
    sleep: Option<Sleep>,
    until: ReturnWhen,
    add: fn(&mut Watch, &Task<T>) -> usize,
}

impl<T> Wait<T> {
    fn new(tasks: Vec<Task<T>>, add: fn(&mut Watch, &Task<T>) -> usize) -> Self {
        Self { tasks: Some(tasks), watch: None, sleep: None, until: ReturnWhen::AllCompleted, add }
    }

    /// Returns after this much virtual time at the latest, counted from this call; the timer is armed at the first poll. Zero
    /// lets every ready task step once.
    ///
    /// # Panics
    ///
    /// Outside an execution; if the deadline is past the end of virtual time.
    #[track_caller]
    pub fn timeout(mut self, duration: Duration) -> Self {
        self.sleep = Some(sleep_until(now() + duration));
        self
    }

    /// When to return.
    pub fn until(mut self, until: ReturnWhen) -> Self {
        self.until = until;
        self
    }
}

impl<T> Future for Wait<T> {
    type Output = Waited<T>;

    /// # Panics
    ///
    /// After it was ready.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Waited<T>> {
        let this = &mut *self;
        let Some(tasks) = &this.tasks else { panic!("wait was polled after it was ready") };
        let watch = this.watch.get_or_insert_with(|| {
            let mut watch = Watch::new();
            for task in tasks.iter() {
                (this.add)(&mut watch, task);
            }
            watch
        });
        let until = match this.until {
            ReturnWhen::AllCompleted => Until::count(tasks.len()),
            ReturnWhen::FirstCompleted => Until::count(tasks.len().min(1)),
            ReturnWhen::FirstException => Until::count_or_failure(tasks.len()),
        };
        let waiting = watch.poll(cx, until).is_pending();
        if waiting && !this.sleep.as_mut().is_some_and(|sleep| Pin::new(sleep).poll(cx).is_ready()) {
            return Poll::Pending;
        }
        this.watch = None;
        this.sleep = None;
        let tasks = this.tasks.take().into_iter().flatten();
        let (done, pending): (Vec<_>, Vec<_>) = tasks.partition(Task::is_finished);
        Poll::Ready(Waited { done: done.into_iter().collect(), pending: pending.into_iter().collect() })
    }
}
