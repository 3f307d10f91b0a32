//! [`wait_for`].

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use reenact_sim::task::{Task, TaskError, TaskPanic};
use reenact_sim::time::{Sleep, now, sleep_until};

/// Bounds the time that a task may take: cancels it at the deadline **and waits for its end**.
///
/// The deadline is fixed here, at the call; the timer is armed at the first poll.
///
/// # Guarantees for every schedule
///
/// * (B1) When it is ready, the task has ended.
/// * (B2) Cancelling the waiter loses no request: dropping an unfinished `wait_for` requests cancel of the task.
/// * (B3) It takes no longer than the deadline and the task's own clean-up.
/// * (B4) [`Elapsed`](WaitForError::Elapsed) means that the task ended by the request. A value means that the task
///   returned it, possibly after catching the request: then the value wins.
/// * With a duration of zero, a task that has ended yields its result; any other one is cancelled at once, and never starts if it
///   had not.
///
/// # Compared to others
///
/// asyncio's `wait_for`. tokio's `timeout` over a handle detaches the task instead of ending it.
///
/// # Panics
///
/// Outside an execution; if the deadline is past the end of virtual time.
///
/// ```
/// use reenact_combinators::{WaitForError, wait_for};
/// use reenact_sim::{Sim, task, time};
/// use std::time::Duration;
///
/// let second = Duration::from_secs(1);
/// let execution = Sim::new().run(|| async move {
///     let work = task::spawn(async move {
///         let _ = task::catch_cancel(time::sleep(10 * second)).await;
///         time::sleep(2 * second).await;
///         "cleaned up"
///     });
///     let polite = wait_for(work, second).await;
///     let rude = wait_for(task::spawn(time::sleep(10 * second)), second).await;
///     (polite.unwrap(), matches!(rude, Err(WaitForError::Elapsed)), time::now().to_string())
/// });
/// assert_eq!(execution.outcome?, ("cleaned up", true, "4s".to_owned()));
/// # Ok::<(), reenact_sim::Failure>(())
/// ```
#[track_caller]
pub fn wait_for<T>(task: Task<T>, duration: Duration) -> WaitFor<T> {
    WaitFor { task: Some(task), sleep: sleep_until(now() + duration), elapsed: false }
}

/// Why [`wait_for`] has no value.
#[derive(Debug)]
pub enum WaitForError {
    /// The deadline came, and the task ended by the request.
    Elapsed,
    /// Somebody else cancelled the task before the deadline.
    Cancelled,
    /// The task panicked, where panics are delivered.
    Panicked(TaskPanic),
}

impl fmt::Display for WaitForError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Elapsed => f.write_str("deadline has elapsed"),
            Self::Cancelled => f.write_str("task was cancelled"),
            Self::Panicked(panic) => write!(f, "task panicked: {}", panic.message()),
        }
    }
}

impl std::error::Error for WaitForError {}

/// The future of [`wait_for`].
#[derive(Debug)]
#[must_use = "wait_for does nothing until it is awaited"]
pub struct WaitFor<T> {
    /// `None` once it was ready.
    task: Option<Task<T>>,
    sleep: Sleep,
    /// The deadline was reached and cancel requested.
    elapsed: bool,
}

impl<T: 'static> Future for WaitFor<T> {
    type Output = Result<T, WaitForError>;

    /// # Panics
    ///
    /// After it was ready.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let Some(task) = &mut this.task else { panic!("wait_for was polled after it was ready") };
        if let Poll::Ready(result) = Pin::new(&mut *task).poll(cx) {
            this.task = None;
            this.sleep = sleep_until(now());
            return Poll::Ready(result.map_err(|error| match error {
                TaskError::Cancelled if this.elapsed => WaitForError::Elapsed,
                TaskError::Cancelled => WaitForError::Cancelled,
                TaskError::Panicked(panic) => WaitForError::Panicked(panic),
            }));
        }
        if !this.elapsed && (this.sleep.is_elapsed() || Pin::new(&mut this.sleep).poll(cx).is_ready()) {
            this.elapsed = true;
            task.cancel();
        }
        Poll::Pending
    }
}

impl<T> Drop for WaitFor<T> {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.cancel();
        }
    }
}
