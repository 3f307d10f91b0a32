//! [`catch_cancel`] and [`resume_cancel`]: cancellation that can be caught, cleaned up after, and passed on.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::kernel::{self, Request, ScopeKey};
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
    CatchCancel { inner: Some(future), scope: Registration(None) }
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

/// The scope's place in the tree, left when this is dropped.
#[derive(Debug)]
struct Registration(Option<ScopeKey>);

impl Drop for Registration {
    fn drop(&mut self) {
        if let Some(key) = self.0.take() {
            kernel::with(|kernel| kernel.leave_scope(key));
        }
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
            let key = kernel.poll_scope(this.scope.0);
            this.scope.0 = Some(key);
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
                    *this.scope = Registration(None);
                    return Poll::Ready(Ok(output));
                }
                // A resume_cancel inside may have passed its request on to this scope.
                Ok(Poll::Pending) => kernel.take_mark(key),
                Err(request) => Some(request),
            };
            match caught {
                Some(request) => {
                    kernel.inside_scope(key, || this.inner.set(None));
                    *this.scope = Registration(None);
                    Poll::Ready(Err(Cancelled { request }))
                }
                None => {
                    kernel.keep_scope_waker(key, cx.waker());
                    Poll::Pending
                }
            }
        })
    }
}

/// A cancel request that was caught. It can be passed on with [`resume_cancel`], once, in its task.
#[must_use = "a caught cancellation is over when this is dropped; to pass it on await resume_cancel"]
pub struct Cancelled {
    request: Request,
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

/// Passes a caught cancellation on to the enclosing [`catch_cancel`] scope; past the outermost one the task ends cancelled.
///
/// What `raise` in an `except CancelledError:` block is in asyncio. The future never returns: whoever it is passed on to
/// drops it.
///
/// # Panics
///
/// When awaited in another task than the one that was cancelled.
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
    ResumeCancel { request: cancelled.request, never: PhantomData }
}

/// The future of [`resume_cancel`].
#[must_use = "a cancellation is passed on only when this is awaited"]
pub struct ResumeCancel<T> {
    request: Request,
    never: PhantomData<fn() -> T>,
}

impl<T> fmt::Debug for ResumeCancel<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResumeCancel")
    }
}

impl<T> Future for ResumeCancel<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<T> {
        kernel::with(|kernel| {
            if kernel.current_word() != Some(self.request.task) {
                let of = kernel.numbers(self.request.task).map(|(number, _)| TaskId::new(number).to_string());
                panic!(
                    "resume_cancel was awaited in another task than the one that was cancelled ({}): a Cancelled belongs to \
                     its task",
                    of.unwrap_or_else(|| "which is gone".into())
                );
            }
            kernel.resume_request(self.request);
            Poll::Pending
        })
    }
}
