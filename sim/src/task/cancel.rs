//! [`catch_cancel`] and [`resume_cancel`]: cancellation that can be caught, cleaned up after, and passed on.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::scope::Registration;
use crate::kernel::{self, Kernel, Request, ScopeKind, TaskWord};
use crate::outside;
use crate::trace::TaskId;

/// Runs a future; if its task is cancelled meanwhile, drops the future and yields `Err(Cancelled)`.
///
/// What `try: ... except CancelledError:` is in asyncio: after `Err` the task goes on, may clean up with further awaits,
/// may pass the cancellation on with [`resume_cancel`], or may return a value, which then is the task's result.
///
/// The request is delivered at the task's next step, before the inner future is polled: a value that has become ready in
/// the meantime is not delivered any more. Scopes may be nested, and several may be polled side by side (in `join!`,
/// `select!`, `FuturesUnordered`): the request goes to every innermost one, and each yields `Err` when it is polled next. If
/// none of them is polled in the step of delivery the task's future is dropped. Dropping a scope drops its inner future.
///
/// ```
/// use reenact_sim::{Sim, task, time};
/// use std::time::Duration;
///
/// let execution = Sim::new().run(|| async {
///     let task = task::spawn(async {
///         match task::catch_cancel(time::sleep(Duration::from_secs(10))).await {
///             Ok(()) => "slept well",
///             Err(_cancelled) => "cleaned up",
///         }
///     });
///     time::sleep(Duration::from_secs(1)).await;
///     task.cancel();
///     task.await
/// });
/// assert_eq!(execution.outcome?.unwrap(), "cleaned up");
/// # Ok::<(), reenact_sim::Failure>(())
/// ```
pub fn catch_cancel<F: Future>(future: F) -> CatchCancel<F> {
    CatchCancel { inner: Some(future), scope: Registration::new() }
}

pin_project! {
    /// The future of [`catch_cancel`].
    #[derive(Debug)]
    #[must_use = "a scope does nothing until it is awaited"]
    pub struct CatchCancel<F> {
        #[pin]
        inner: Option<F>,
        scope: Registration,
    }
}

impl<F: Future> Future for CatchCancel<F> {
    type Output = Result<F::Output, Cancelled>;

    /// # Panics
    ///
    /// Outside the step of a task; after it was ready.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        assert!(this.inner.is_some(), "catch_cancel was polled after it was ready");
        kernel::with(|kernel| {
            let key = this.scope.enter(kernel, ScopeKind::Catch);
            let polled = match kernel.take_mark(key) {
                Some(request) => Err(request),
                None => match this.inner.as_mut().as_pin_mut() {
                    Some(inner) => Ok(kernel.inside_scope(key, || inner.poll(cx))),
                    None => Ok(Poll::Pending),
                },
            };
            let caught = match polled {
                Ok(Poll::Ready(output)) => {
                    this.inner.set(None);
                    this.scope.leave();
                    return Poll::Ready(Ok(output));
                }
                // A resume_cancel inside may have passed its request on to this scope.
                Ok(Poll::Pending) => kernel.take_mark(key),
                Err(request) => Some(request),
            };
            let Some(request) = caught else {
                kernel.keep_scope_waker(key, cx.waker());
                return Poll::Pending;
            };
            let request = kernel.drop_inside(key, Some(request), || this.inner.set(None)).unwrap_or(request);
            this.scope.leave();
            Poll::Ready(Err(Cancelled { request }))
        })
    }
}

/// A cancel request that was caught. It can be passed on with [`resume_cancel`], once, in its task.
#[must_use = "a caught cancellation is over when this is dropped; to pass it on await resume_cancel"]
pub struct Cancelled {
    request: Request,
}

impl Cancelled {
    /// Makes the request once more: whoever it was addressed to gets it again at its next step. For whoever has something to return
    /// first, and must not swallow a request that is not its own.
    pub fn request_again(self) {
        kernel::with(|kernel| kernel.request_again(self.request));
    }

    /// The one of two caught requests that is addressed further out. It stands for both: what it ends contains what the
    /// other one ends.
    pub fn outer(self, other: Self) -> Self {
        let request = kernel::with(|kernel| kernel.outer_request(self.request, other.request));
        if request == self.request { self } else { other }
    }
}

impl Drop for Cancelled {
    fn drop(&mut self) {
        kernel::with(|kernel| kernel.request_dropped(self.request));
    }
}

impl fmt::Debug for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cancelled")
    }
}

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cancelled")
    }
}

impl std::error::Error for Cancelled {}

/// Passes a caught cancellation on to the enclosing [`catch_cancel`] scope; past the outermost one the task ends cancelled, or
/// the [`cancel_scope`](super::cancel_scope) that the request was addressed to.
///
/// What `raise` in an `except CancelledError:` block is in asyncio. The future never returns: whoever it is passed on to
/// drops it.
///
/// # Panics
///
/// When awaited in another task than the one that was cancelled, or outside the cancel scope that was.
///
/// ```
/// use reenact_sim::{Sim, task, time};
/// use std::time::Duration;
///
/// let execution = Sim::new().run(|| async {
///     let task = task::spawn(async {
///         if let Err(cancelled) = task::catch_cancel(time::sleep(Duration::from_secs(10))).await {
///             reenact_sim::println!("cleaning up");
///             task::resume_cancel::<()>(cancelled).await;
///         }
///     });
///     task::yield_now().await;
///     task.cancel();
///     task.await.unwrap_err().is_cancelled()
/// });
/// assert_eq!(execution.outcome?, true);
/// # Ok::<(), reenact_sim::Failure>(())
/// ```
pub fn resume_cancel<T>(cancelled: Cancelled) -> ResumeCancel<T> {
    ResumeCancel { cancelled: Some(cancelled), never: PhantomData }
}

/// The future of [`resume_cancel`].
#[must_use = "a cancellation is passed on only when this is awaited"]
pub struct ResumeCancel<T> {
    /// `None` once passed on.
    cancelled: Option<Cancelled>,
    never: PhantomData<fn() -> T>,
}

impl<T> fmt::Debug for ResumeCancel<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResumeCancel")
    }
}

impl<T> Future for ResumeCancel<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<T> {
        let Some(cancelled) = self.cancelled.take() else { return Poll::Pending };
        let request = cancelled.request;
        kernel::with(|kernel| {
            if !kernel.is_of_current(request) {
                let of = kernel.numbers(request.task).map(|(number, _)| TaskId::new(number).to_string());
                panic!(
                    "resume_cancel was awaited in another task than the one that was cancelled ({}): a Cancelled belongs to \
                     its task",
                    of.unwrap_or_else(|| "which is gone".into())
                );
            }
            kernel.resume_request(request);
            Poll::Pending
        })
    }
}

impl<T> Unpin for ResumeCancel<T> {}

/// How many cancel requests were made to the running task and not taken back; see [`Task::cancelling`](super::Task::cancelling).
///
/// # Panics
///
/// Outside the step of a task.
#[track_caller]
pub fn cancelling() -> u32 {
    of_current("reenact::task::cancelling", |kernel, word| kernel.cancelling(word))
}

/// Takes back one cancel request made to the running task, and returns how many are left; see
/// [`Task::uncancel`](super::Task::uncancel).
///
/// # Panics
///
/// Outside the step of a task.
#[track_caller]
pub fn uncancel() -> u32 {
    of_current("reenact::task::uncancel", |kernel, word| kernel.uncancel(word))
}

#[track_caller]
fn of_current(function: &str, body: impl FnOnce(&Kernel, TaskWord) -> u32) -> u32 {
    outside::check(function);
    kernel::with(|kernel| match kernel.current_word() {
        Some(word) => body(kernel, word),
        None => panic!("{function} was called outside the step of a task"),
    })
}
