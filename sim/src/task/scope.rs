//! [`cancel_scope`]: a part of a task that can be cancelled by itself.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use pin_project_lite::pin_project;

use crate::kernel::{self, Kernel, ScopeKey, ScopeKind};

/// Runs a future as a part of its task to which cancel requests can be addressed by themselves.
///
/// This is what `timeout_scope` and `task_group` are built on; anyio and trio call it a cancel scope. A request made with
/// [`ScopeHandle::cancel`] is delivered when the scope is polled next, before its future is: every innermost
/// [`catch_cancel`](super::catch_cancel) scope inside yields `Err(Cancelled)` and may clean up, return a value all the same, or pass the
/// request on with [`resume_cancel`](super::resume_cancel) up to this scope. Where there is none inside, the future is dropped on the spot.
///
/// Yields the future's value, or `Err(ScopeCancelled)` if its own request ended it. A request for the task, or for a scope further out,
/// passes through; if such a one was caught inside and was still being handled when this scope ended its future, it is
/// passed on and not lost.
///
/// ```
/// use reenact_sim::{Sim, task, time};
/// use std::time::Duration;
///
/// let execution = Sim::new().run(|| async {
///     let scope = task::cancel_scope(time::sleep(Duration::from_secs(10)));
///     let handle = scope.handle();
///     task::spawn(async move {
///         time::sleep(Duration::from_secs(1)).await;
///         handle.cancel();
///     });
///     (scope.await.is_err(), time::now().to_string())
/// });
/// assert_eq!(execution.outcome?, (true, "1s".to_owned()));
/// # Ok::<(), reenact_sim::Failure>(())
/// ```
pub fn cancel_scope<F: Future>(future: F) -> CancelScope<F> {
    CancelScope { inner: Some(future), scope: Registration::new(), shared: SharedState(Rc::default()), ended: false }
}

pin_project! {
    /// The future of [`cancel_scope`].
    #[derive(Debug)]
    #[must_use = "a scope does nothing until it is awaited"]
    pub struct CancelScope<F> {
        #[pin]
        inner: Option<F>,
        scope: Registration,
        shared: SharedState,
        ended: bool,
    }
}

/// Cancels a [`CancelScope`] from wherever it is.
#[derive(Clone, Debug)]
pub struct ScopeHandle {
    state: Rc<State>,
}

#[derive(Debug, Default)]
struct State {
    requested: Cell<bool>,
    ended: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

/// What the scope shares with its handles; says so when it is dropped.
#[derive(Debug)]
struct SharedState(Rc<State>);

impl Drop for SharedState {
    fn drop(&mut self) {
        self.0.end();
    }
}

impl State {
    fn end(&self) {
        self.ended.set(true);
        drop(self.waker.take());
    }
}

impl ScopeHandle {
    /// Requests that the scope ends; `false` if it has ended already. Its task steps, and the request is delivered there.
    pub fn cancel(&self) -> bool {
        if self.state.ended.get() {
            return false;
        }
        self.state.requested.set(true);
        let waker = self.state.waker.borrow().clone();
        if let Some(waker) = waker {
            waker.wake();
        }
        true
    }

    /// Whether the scope has ended: its future is done or dropped.
    pub fn has_ended(&self) -> bool {
        self.state.ended.get()
    }
}

impl<F> CancelScope<F> {
    /// A handle to cancel the scope with, from inside, from outside, from another task.
    pub fn handle(&self) -> ScopeHandle {
        ScopeHandle { state: self.shared.0.clone() }
    }

    /// Requests that the scope ends, on the part of whoever is about to poll it: wakes nobody, since the request is delivered
    /// in that poll.
    pub fn cancel(&self) {
        self.shared.0.requested.set(true);
    }
}

impl<F: Future> Future for CancelScope<F> {
    type Output = Result<F::Output, ScopeCancelled>;

    /// # Panics
    ///
    /// Outside the step of a task; after it was ready.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        assert!(!*this.ended, "a cancel scope was polled after it was ready");
        let state = &this.shared.0;
        kernel::with(|kernel| {
            let key = this.scope.enter(kernel, ScopeKind::Target);
            let delivering = state.requested.take() | kernel.take_requested_again(key);
            let dropped = delivering && kernel.deliver_to_scope(key) == 0;
            if !dropped {
                let polled = match this.inner.as_mut().as_pin_mut() {
                    Some(inner) => kernel.inside_scope(key, || inner.poll(cx)),
                    None => Poll::Pending,
                };
                if let Poll::Ready(output) = polled {
                    *this.ended = true;
                    state.end();
                    this.inner.set(None);
                    this.scope.leave();
                    return Poll::Ready(Ok(output));
                }
                let came_back = kernel.take_mark(key).is_some();
                if !came_back && (!delivering || kernel.taken_below(key)) {
                    if state.requested.get() || kernel.is_requested_again(key) {
                        // From inside, in this very poll.
                        cx.waker().wake_by_ref();
                    }
                    let former = state.waker.replace(Some(cx.waker().clone()));
                    drop(former);
                    return Poll::Pending;
                }
            }
            state.end();
            let unhandled = kernel.drop_inside(key, None, || this.inner.set(None));
            this.scope.leave();
            match unhandled {
                Some(request) => {
                    kernel.resume_request(request);
                    Poll::Pending
                }
                None => {
                    *this.ended = true;
                    Poll::Ready(Err(ScopeCancelled(())))
                }
            }
        })
    }
}

/// A cancel scope was cancelled by its own request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScopeCancelled(());

impl fmt::Display for ScopeCancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cancel scope was cancelled")
    }
}

impl std::error::Error for ScopeCancelled {}

/// A scope's place in the tree, left when this is dropped.
#[derive(Debug)]
pub(super) struct Registration(Option<ScopeKey>);

impl Registration {
    pub(super) const fn new() -> Self {
        Self(None)
    }

    /// The scope is being polled.
    pub(super) fn enter(&mut self, kernel: &Kernel, kind: ScopeKind) -> ScopeKey {
        let key = kernel.poll_scope(self.0, kind);
        self.0 = Some(key);
        key
    }

    /// The scope's future is done or dropped.
    pub(super) fn leave(&mut self) {
        if let Some(key) = self.0.take() {
            kernel::with(|kernel| kernel.leave_scope(key));
        }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.leave();
    }
}
