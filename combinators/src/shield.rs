//! [`shield`].

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use reenact_sim::task::{Builder, Task};

use crate::outcome;

/// Runs a future as a task that whoever awaits it cannot stop.
///
/// The future is spawned here, at the call.
///
/// # Guarantees for every schedule
///
/// * (H1) Dropping the await, also by cancelling its task, never reaches the work: it runs on, detached, with the outcome and the
///   timing it would have had without an awaiter.
/// * (H2) While it is awaited, it yields what the work returns, at the instant in which it does.
/// * Where panics are delivered, a panic of the work goes on in the awaiter; if nobody awaits any more it is reported.
///
/// # Compared to others
///
/// asyncio's `shield`. In tokio, awaiting `&mut` a `JoinHandle` does the same, as does awaiting a [`Task`] here.
///
/// # Panics
///
/// Outside an execution.
///
/// ```
/// use reenact_combinators::{shield, timeout};
/// use reenact_sim::{Sim, time};
/// use std::time::Duration;
///
/// let second = Duration::from_secs(1);
/// let execution = Sim::new().run(|| async move {
///     let commit = async move {
///         time::sleep(3 * second).await;
///         reenact_sim::println!("committed at {}", time::now());
///     };
///     assert!(timeout(second, shield(commit)).await.is_err());
///     time::sleep(5 * second).await;
/// });
/// assert_eq!(execution.trace.output(), ["committed at 3s"]);
/// ```
#[track_caller]
pub fn shield<F>(future: F) -> Shield<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    Shield { task: Builder::new().spawned_at(Location::caller()).spawn(future) }
}

/// The future of [`shield`].
#[derive(Debug)]
#[must_use = "a shielded future runs without being awaited, but then nobody learns what it returned"]
pub struct Shield<T> {
    task: Task<T>,
}

impl<T: 'static> Future for Shield<T> {
    type Output = T;

    /// # Panics
    ///
    /// After it was ready; with the panic of the work, where panics are delivered.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        Pin::new(&mut self.task).poll(cx).map(|result| outcome::of(result, "shield"))
    }
}
