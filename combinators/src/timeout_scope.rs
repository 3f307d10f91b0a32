//! [`timeout_scope`] and [`timeout_scope_at`].

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use pin_project_lite::pin_project;
use reenact_sim::task::{CancelScope, cancel_scope};
use reenact_sim::time::{Instant, Sleep, now, sleep_until, try_now};

use crate::timeout::Elapsed;

/// Bounds the time that a part of a task may take; at the deadline cancels it, **so that it can clean up**.
///
/// The body gets a [`Deadline`] to look at and to move. `None` is no deadline. It is fixed here, at the call; the timer is armed when the body
/// first waits.
///
/// At the deadline a cancel request is delivered inside the body: every innermost [`catch_cancel`](reenact_sim::task::catch_cancel) scope there
/// yields `Err(Cancelled)` and may clean up with further awaits, then pass the request on with
/// [`resume_cancel`](reenact_sim::task::resume_cancel), or return a value. A body without such a scope is dropped on the spot.
///
/// # Guarantees for every schedule
///
/// * (O1) It is ready at the deadline at the latest, plus what the body takes to clean up.
/// * (O2) As long as [`expired`](Deadline::expired) is false the deadline has changed nothing.
/// * (O3) `Err(Elapsed)` means that the body ended by this deadline's own request. A value that the body returns is returned, also after the
///   deadline. At the deadline the request comes first: a value that has become ready in the same instant is not seen by the body any more,
///   unless it did not wait at all.
/// * (O4) A request for the task, or for something further out, is never converted into `Elapsed` and never lost, also not when it was made
///   before the call or comes in the very instant of the deadline.
/// * (O5) No timer remains after it is ready or dropped.
/// * Of nested scopes with one deadline the outermost reports `Elapsed`.
///
/// # Compared to others
///
/// asyncio's `timeout` and `timeout_at`, with requests that are addressed instead of counted; asyncio loses a request that was made before a
/// block whose deadline is due already (gh-134471). [`timeout`](crate::timeout), like tokio's, drops a future that is not ready at the
/// deadline. anyio's `move_on_after` returns as if nothing had happened.
///
/// # Panics
///
/// Outside an execution; if the deadline is past the end of virtual time.
///
/// ```
/// use reenact_combinators::timeout_scope;
/// use reenact_sim::{Sim, task, time};
/// use std::time::Duration;
///
/// let second = Duration::from_secs(1);
/// let execution = Sim::new().run(|| async move {
///     timeout_scope(second, async |deadline| {
///         deadline.reschedule(time::now() + 2 * second);
///         if let Err(cancelled) = task::catch_cancel(time::sleep(10 * second)).await {
///             time::sleep(second).await;
///             reenact_sim::println!("cleaned up at {}", time::now());
///             task::resume_cancel(cancelled).await
///         }
///     })
///     .await
/// });
/// assert!(execution.outcome?.is_err());
/// assert_eq!(execution.trace.output(), ["cleaned up at 3s"]);
/// # Ok::<(), reenact_sim::Failure>(())
/// ```
#[track_caller]
pub fn timeout_scope<F, Fut>(duration: impl Into<Option<Duration>>, body: F) -> TimeoutScope<Fut>
where
    F: FnOnce(Deadline) -> Fut,
    Fut: Future,
{
    #[allow(clippy::manual_map, reason = "within map the caller would be std, which a panic would name")]
    let deadline = match duration.into() {
        Some(duration) => Some(now() + duration),
        None => None,
    };
    timeout_scope_at(deadline, body)
}

/// The same with an instant as the deadline, or `None`. One that has passed counts when the body first waits.
#[track_caller]
pub fn timeout_scope_at<F, Fut>(deadline: impl Into<Option<Instant>>, body: F) -> TimeoutScope<Fut>
where
    F: FnOnce(Deadline) -> Fut,
    Fut: Future,
{
    let state = Rc::new(State {
        phase: Cell::new(Phase::New),
        deadline: Cell::new(deadline.into()),
        sleep: RefCell::new(None),
        waker: RefCell::new(None),
    });
    let body = cancel_scope(body(Deadline { state: state.clone() }));
    TimeoutScope { body, guard: Guard { state } }
}

pin_project! {
    /// The future of [`timeout_scope`].
    #[derive(Debug)]
    #[must_use = "a timeout scope does nothing until it is awaited"]
    pub struct TimeoutScope<F> {
        #[pin]
        body: CancelScope<F>,
        guard: Guard,
    }
}

/// The deadline of a [`timeout_scope`]: to look at, and to move, from inside or from another task.
#[derive(Clone, Debug)]
pub struct Deadline {
    state: Rc<State>,
}

#[derive(Debug)]
struct State {
    phase: Cell<Phase>,
    deadline: Cell<Option<Instant>>,
    sleep: RefCell<Option<Sleep>>,
    /// Of the body, once it waits.
    waker: RefCell<Option<Waker>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The body has not waited yet, so that the deadline does not count.
    New,
    Waiting,
    /// The deadline came and the request was made.
    Expired,
    Finished,
}

impl State {
    fn is_due(&self) -> bool {
        self.phase.get() == Phase::Waiting && try_now().zip(self.deadline.get()).is_some_and(|(now, deadline)| now >= deadline)
    }

    fn disarm(&self) {
        let (sleep, waker) = (self.sleep.take(), self.waker.take());
        drop((sleep, waker));
    }

    /// Arms the timer for a body that waits.
    fn arm(&self) {
        let Some(waker) = self.waker.borrow().clone() else { return };
        if let Some(deadline) = self.deadline.get() {
            let mut sleep = self.sleep.borrow_mut();
            let _ = Pin::new(sleep.get_or_insert_with(|| sleep_until(deadline))).poll(&mut Context::from_waker(&waker));
        }
    }
}

impl Deadline {
    /// Moves the deadline; `None` takes it away. One that has passed counts in this instant. `false` if it is too late: the old one has
    /// expired already, or the body is done.
    pub fn reschedule(&self, deadline: impl Into<Option<Instant>>) -> bool {
        let state = &self.state;
        if matches!(state.phase.get(), Phase::Expired | Phase::Finished) {
            return false;
        }
        state.deadline.set(deadline.into());
        let former = state.sleep.take();
        drop(former);
        state.arm();
        true
    }

    /// When the body is cancelled.
    pub fn when(&self) -> Option<Instant> {
        self.state.deadline.get()
    }

    /// Whether the deadline has come before the body was done. Stays true when the body returned a value all the same.
    pub fn expired(&self) -> bool {
        self.state.phase.get() == Phase::Expired
    }
}

impl<F: Future> Future for TimeoutScope<F> {
    type Output = Result<F::Output, Elapsed>;

    /// # Panics
    ///
    /// After it was ready; outside the step of a task.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let state = &this.guard.state;
        if state.is_due() {
            state.phase.set(Phase::Expired);
            state.disarm();
            this.body.cancel();
        }
        if let Poll::Ready(result) = this.body.poll(cx) {
            this.guard.leave();
            return Poll::Ready(result.map_err(|_| Elapsed::new()));
        }
        if matches!(state.phase.get(), Phase::New | Phase::Waiting) {
            state.phase.set(Phase::Waiting);
            let former = state.waker.replace(Some(cx.waker().clone()));
            drop(former);
            state.arm();
        }
        Poll::Pending
    }
}

/// Leaves no timer behind, and the last word on whether the deadline had come.
#[derive(Debug)]
struct Guard {
    state: Rc<State>,
}

impl Guard {
    fn leave(&self) {
        if self.state.phase.get() != Phase::Expired {
            self.state.phase.set(Phase::Finished);
        }
        self.state.disarm();
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // Somebody further out was faster in the very instant of the deadline.
        if self.state.is_due() {
            self.state.phase.set(Phase::Expired);
        }
        self.leave();
    }
}
