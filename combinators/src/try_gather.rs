//! [`try_gather`].

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use reenact_sim::task::{Builder, Task, TaskError, Until, Watch};

use crate::outcome;

/// Runs futures that may fail concurrently as tasks; collects their values in argument order, or the first error.
///
/// # Guarantees for every schedule
///
/// * (G1) On `Ok`, the n-th value is that of the n-th argument.
/// * (G2) `Ok` at the instant in which the last child ends; `Err` at the instant of the first failure, by completion. (G4) Of two
///   failures in one instant, either may be the one.
/// * (G3) **The siblings of a failed child run on**, and their later errors are dropped. To stop them use a task group.
/// * Dropping an unfinished `try_gather` requests cancel of each unfinished child, once.
///
/// # Compared to others
///
/// This is asyncio's `gather` without `return_exceptions`. `futures::try_join_all` drops the siblings at the first error.
///
/// ```
/// use reenact_combinators::try_gather;
/// use reenact_sim::{Sim, time};
/// use std::time::Duration;
///
/// let execution = Sim::new().run(|| async {
///     let fetch = |n: u64| async move {
///         time::sleep(Duration::from_secs(n)).await;
///         if n == 2 { Err("timed out") } else { Ok(n) }
///     };
///     (try_gather([fetch(3), fetch(1)]).await, try_gather([fetch(3), fetch(2)]).await)
/// });
/// assert_eq!(execution.outcome?, (Ok(vec![3, 1]), Err("timed out")));
/// # Ok::<(), reenact_sim::Failure>(())
/// ```
#[track_caller]
pub fn try_gather<F: TryFutures>(futures: F) -> TryGather<F> {
    TryGather { futures: Some(futures), site: Location::caller(), children: TryChildren { tasks: None, watch: Watch::new() } }
}

/// Futures of one type that return `Result`: `Vec`, array, iterator.
pub trait TryFutures {
    /// What a future returns when it succeeds.
    type Value: 'static;
    /// What it returns when it fails.
    type Error: 'static;

    /// Spawns the futures in argument order.
    fn spawn(self, site: &'static Location<'static>) -> Vec<Task<Result<Self::Value, Self::Error>>>;
}

impl<I, T: 'static, E: 'static> TryFutures for I
where
    I: IntoIterator,
    I::Item: Future<Output = Result<T, E>> + 'static,
{
    type Value = T;
    type Error = E;

    fn spawn(self, site: &'static Location<'static>) -> Vec<Task<Result<T, E>>> {
        self.into_iter().map(|future| Builder::new().spawned_at(site).spawn(future)).collect()
    }
}

/// The future of [`try_gather`].
#[must_use = "try_gather does nothing until it is awaited"]
pub struct TryGather<F: TryFutures> {
    futures: Option<F>,
    site: &'static Location<'static>,
    children: TryChildren<F::Value, F::Error>,
}

/// Spawned children, cancelled when this is dropped unless they were let go.
struct TryChildren<T, E> {
    tasks: Option<Vec<Task<Result<T, E>>>>,
    watch: Watch,
}

impl<T, E> Drop for TryChildren<T, E> {
    fn drop(&mut self) {
        for task in self.tasks.iter().flatten() {
            task.cancel();
        }
    }
}

impl<F: TryFutures> Unpin for TryGather<F> {}

impl<F: TryFutures> Future for TryGather<F> {
    type Output = Result<Vec<F::Value>, F::Error>;

    /// # Panics
    ///
    /// After it was ready; with the panic of a child, where panics are delivered.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let TryChildren { tasks, watch } = &mut this.children;
        if let Some(futures) = this.futures.take() {
            let spawned = futures.spawn(this.site);
            for task in &spawned {
                watch.add_fallible(task);
            }
            *tasks = Some(spawned);
        }
        let all = watch.len();
        if watch.poll(cx, Until::count_or_failure(all)).is_pending() {
            return Poll::Pending;
        }
        // Let go: whatever has not ended runs on.
        let Some(tasks) = tasks.take() else { panic!("try_gather was polled after it was ready") };
        if watch.has_failed() {
            let failed = |n: &usize| tasks[*n].has_failed(Result::is_err);
            if let Some(first) = watch.finished().into_iter().find(failed) {
                match tasks[first].try_result() {
                    Some(Ok(Err(error))) => return Poll::Ready(Err(error)),
                    Some(Err(TaskError::Panicked(panic))) => panic.resume(),
                    _ => {}
                }
            }
        }
        Poll::Ready(tasks.iter().map(|task| outcome::value(task, "try_gather")).collect())
    }
}

impl<F: TryFutures> fmt::Debug for TryGather<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TryGather").field("children", &self.children.watch.len()).finish_non_exhaustive()
    }
}
