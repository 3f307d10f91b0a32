//! [`timeout`] and [`timeout_at`].

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;
use reenact_sim::time::{Instant, Sleep, now, sleep_until};

/// Bounds the time that a future may take; drops it at the deadline.
///
/// The deadline is fixed here, at the call; the timer is armed at the first poll.
///
/// # Guarantees for every schedule
///
/// * The future is polled before the clock is looked at: a value that is ready in the very step of the deadline wins, also
///   with a duration of zero.
/// * (O1) It is ready at the deadline at the latest, exactly then if the future is not.
/// * (O2) On `Ok` the timeout has changed nothing. On `Err` the future has been dropped.
/// * (O5) No timer remains after it is ready or dropped.
/// * At a tie with something that another task does at the same instant, both outcomes exist, each under some schedule.
///
/// # Compared to others
///
/// Like tokio's `timeout`. asyncio's `timeout` cancels the body, which may clean up.
///
/// # Panics
///
/// Outside an execution; if the deadline is past the end of virtual time.
///
/// ```
/// use reenact_combinators::timeout;
/// use reenact_sim::{Sim, time};
/// use std::time::Duration;
///
/// let execution = Sim::new().run(|| async {
///     let second = Duration::from_secs(1);
///     let late = timeout(second, time::sleep(2 * second)).await;
///     let tie = timeout(second, time::sleep(second)).await;
///     (late.is_err(), tie.is_ok(), time::now().to_string())
/// });
/// assert_eq!(execution.outcome?, (true, true, "2s".to_owned()));
/// # Ok::<(), reenact_sim::Failure>(())
/// ```
#[track_caller]
pub fn timeout<F: Future>(duration: Duration, future: F) -> Timeout<F> {
    timeout_at(now() + duration, future)
}

/// The same with an instant as the deadline; one that has passed lets the future be polled once.
///
/// # Panics
///
/// Outside an execution.
#[track_caller]
pub fn timeout_at<F: Future>(deadline: Instant, future: F) -> Timeout<F> {
    Timeout { future: Some(future), sleep: sleep_until(deadline) }
}

pin_project! {
    /// The future of [`timeout`] and [`timeout_at`].
    #[derive(Debug)]
    #[must_use = "a timeout does nothing until it is awaited"]
    pub struct Timeout<F> {
        #[pin]
        future: Option<F>,
        #[pin]
        sleep: Sleep,
    }
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    /// # Panics
    ///
    /// After it was ready.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let Some(future) = this.future.as_mut().as_pin_mut() else { panic!("timeout was polled after it was ready") };
        if let Poll::Ready(output) = future.poll(cx) {
            this.future.set(None);
            return Poll::Ready(Ok(output));
        }
        if this.sleep.is_elapsed() || this.sleep.poll(cx).is_ready() {
            this.future.set(None);
            return Poll::Ready(Err(Elapsed::new()));
        }
        Poll::Pending
    }
}

/// The deadline came first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed(());

impl Elapsed {
    pub(crate) const fn new() -> Self {
        Self(())
    }
}

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("deadline has elapsed")
    }
}

impl std::error::Error for Elapsed {}
