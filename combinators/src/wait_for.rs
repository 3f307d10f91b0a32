//! [`wait_for`].

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use reenact_sim::task::{Task, TaskError, TaskPanic, catch_cancel, resume_cancel};
use reenact_sim::time::{Sleep, now, sleep_until};

/// Bounds the time that a task may take: cancels it at the deadline **and waits for its end**.
///
/// The deadline is fixed here, at the call; the timer is armed at the first poll.
///
/// # Guarantees for every schedule
///
/// * (B1) When it is ready, the task has ended.
/// * (B2) A cancel request for the waiter is never lost: it cancels the task, whose end is waited for, and then goes on, whatever the
///   task returned; further requests do not cut the waiting short. Dropping an unfinished `wait_for` requests cancel of the task.
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
#[must_use = "wait_for does nothing until it is awaited"]
pub fn wait_for<T: 'static>(task: Task<T>, duration: Duration) -> impl Future<Output = Result<T, WaitForError>> {
    run(task, sleep_until(now() + duration))
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

async fn run<T: 'static>(task: Task<T>, mut sleep: Sleep) -> Result<T, WaitForError> {
    // If this future is dropped, too.
    let mut task = task.cancel_on_drop();
    let mut elapsed = false;
    let ended = catch_cancel(poll_fn(|cx| {
        if let Poll::Ready(result) = Pin::new(&mut task).poll(cx) {
            return Poll::Ready(result);
        }
        if !elapsed && (sleep.is_elapsed() || Pin::new(&mut sleep).poll(cx).is_ready()) {
            elapsed = true;
            task.cancel();
        }
        Poll::Pending
    }));
    let mut request = match ended.await {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(TaskError::Cancelled)) if elapsed => return Err(WaitForError::Elapsed),
        Ok(Err(TaskError::Cancelled)) => return Err(WaitForError::Cancelled),
        Ok(Err(TaskError::Panicked(panic))) => return Err(WaitForError::Panicked(panic)),
        Err(request) => request,
    };
    drop(sleep);
    task.cancel();
    while let Err(further) = catch_cancel(&mut task).await {
        request = further.outer(request);
    }
    resume_cancel(request).await
}
