//! What a workload asks of an executor.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// How a peer spawns, joins, sleeps and yields.
pub trait Tasks: 'static {
    /// What a task needs to sleep; `()` where that is found by thread.
    type Inside: Send + 'static;
    /// A spawned task.
    type Handle: 'static;

    /// Spawns a task.
    fn spawn<F, Fut>(&self, task: F) -> Self::Handle
    where
        F: FnOnce(Self::Inside) -> Fut + Send + 'static,
        Fut: Future<Output = u64> + Send + 'static;

    /// Waits for a task.
    fn join(handle: Self::Handle) -> impl Future<Output = u64> + 'static;

    /// Sleeps some ms of virtual time. A peer without a clock yields once.
    fn sleep(_inside: Self::Inside, _ms: u64) -> impl Future<Output = ()> + Send + 'static {
        Self::yield_now()
    }

    /// Lets others step.
    fn yield_now() -> impl Future<Output = ()> + Send + 'static {
        yield_now()
    }
}

/// Wakes the task and is pending once: for libraries that have no such future of their own.
#[must_use = "it does nothing until it is awaited"]
#[derive(Debug)]
pub struct YieldNow {
    yielded: bool,
}

/// See [`YieldNow`].
#[inline]
pub fn yield_now() -> YieldNow {
    YieldNow { yielded: false }
}

impl Future for YieldNow {
    type Output = ();

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.yielded {
            return Poll::Ready(());
        }
        self.yielded = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}
