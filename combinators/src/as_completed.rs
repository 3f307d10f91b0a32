//! [`as_completed`].

use std::future::{Future, poll_fn};
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_core::Stream;
use reenact_sim::task::{Builder, Task, TaskError, Until, Watch};
use reenact_sim::time::{Sleep, now, sleep_until};

use crate::outcome;
use crate::task_set::TaskSet;
use crate::timeout::Elapsed;

/// Runs futures concurrently as tasks and yields their values one by one **in the order in which they finish**.
///
/// A `Stream`, with a [`next`](AsCompleted::next) of its own for whoever has no `StreamExt` at hand. The futures are spawned
/// here, at the call, in argument order.
///
/// # Guarantees for every schedule
///
/// * (A1) Each child is yielded exactly once.
/// * (A2) In completion order.
/// * (A3) The k-th as soon as k children have ended, before slower ones do; the consumer takes no step in between.
/// * (A4) Nothing is cancelled, neither by a timeout nor by dropping the stream: unfinished children run on, detached, unless
///   [`into_pending`](AsCompleted::into_pending) hands them over.
/// * Where panics are delivered, the panic of a child goes on in the consumer when its turn comes.
///
/// # Compared to others
///
/// asyncio's `as_completed` yields awaitables, and does not order children that had ended before the call.
/// `FuturesUnordered` polls its futures inside the consuming task and stops them when it is dropped.
///
/// # Panics
///
/// Outside an execution.
///
/// ```
/// use reenact_combinators::as_completed;
/// use reenact_sim::{Sim, time};
/// use std::time::Duration;
///
/// let execution = Sim::new().run(|| async {
///     let mut phases = as_completed([3, 1, 2].map(|n| async move {
///         time::sleep(Duration::from_secs(n)).await;
///         n
///     }));
///     let mut order = Vec::new();
///     while let Some(n) = phases.next().await {
///         order.push(n);
///     }
///     order
/// });
/// assert_eq!(execution.outcome?, [1, 2, 3]);
/// # Ok::<(), reenact_sim::Failure>(())
/// ```
#[track_caller]
pub fn as_completed<I>(futures: I) -> AsCompleted<<I::Item as Future>::Output>
where
    I: IntoIterator,
    I::Item: Future + 'static,
    <I::Item as Future>::Output: 'static,
{
    let site = Location::caller();
    let mut watch = Watch::new();
    let mut tasks = Vec::new();
    for future in futures {
        let task = Builder::new().spawned_at(site).spawn(future);
        watch.add(&task);
        tasks.push(Some(task));
    }
    AsCompleted { tasks, watch, yielded: 0 }
}

/// The stream of [`as_completed`].
#[derive(Debug)]
#[must_use = "nobody learns of the children unless the stream is consumed"]
pub struct AsCompleted<T> {
    /// `None` once yielded.
    tasks: Vec<Option<Task<T>>>,
    watch: Watch,
    yielded: usize,
}

impl<T: 'static> AsCompleted<T> {
    /// Yields `(index, how the task ended)` instead of values: which argument it is, and a panic or a cancellation as a value.
    pub fn settled(self) -> Settled<T> {
        Settled { stream: self }
    }

    /// Yields `Ok` until the deadline, counted from this call. At the first attempt after it, unless every child was yielded, yields
    /// `Err(Elapsed)` once and ends. What has ended by the deadline but was not yielded is not yielded any more.
    ///
    /// # Panics
    ///
    /// Outside an execution; if the deadline is past the end of virtual time.
    #[track_caller]
    pub fn timeout(self, duration: Duration) -> WithTimeout<Self> {
        WithTimeout { stream: self, sleep: Some(sleep_until(now() + duration)) }
    }

    /// The value of the next child to finish, or `None` when all were yielded. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<T> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// The tasks that were not yielded, ended or not.
    pub fn into_pending(self) -> TaskSet<T> {
        self.tasks.into_iter().flatten().collect()
    }

    /// The next task to end, with its index.
    fn poll_task(&mut self, cx: &mut Context<'_>) -> Poll<Option<(usize, Task<T>)>> {
        if self.yielded == self.tasks.len() {
            return Poll::Ready(None);
        }
        if self.watch.poll(cx, Until::count(self.yielded + 1)).is_pending() {
            return Poll::Pending;
        }
        let Some(index) = self.watch.nth(self.yielded) else { return Poll::Pending };
        self.yielded += 1;
        Poll::Ready(self.tasks[index].take().map(|task| (index, task)))
    }
}

impl<T: 'static> Stream for AsCompleted<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.poll_task(cx).map(|next| next.map(|(_, task)| outcome::value(&task, "as_completed")))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.tasks.len() - self.yielded;
        (left, Some(left))
    }
}

/// The stream of [`AsCompleted::settled`].
#[derive(Debug)]
#[must_use = "nobody learns of the children unless the stream is consumed"]
pub struct Settled<T> {
    stream: AsCompleted<T>,
}

impl<T: 'static> Settled<T> {
    /// As [`AsCompleted::timeout`].
    ///
    /// # Panics
    ///
    /// As [`AsCompleted::timeout`].
    #[track_caller]
    pub fn timeout(self, duration: Duration) -> WithTimeout<Self> {
        WithTimeout { stream: self, sleep: Some(sleep_until(now() + duration)) }
    }

    /// How the next child to end did, and which argument it is; `None` when all were yielded.
    pub async fn next(&mut self) -> Option<(usize, Result<T, TaskError>)> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }

    /// The tasks that were not yielded, ended or not.
    pub fn into_pending(self) -> TaskSet<T> {
        self.stream.into_pending()
    }
}

impl<T: 'static> Stream for Settled<T> {
    type Item = (usize, Result<T, TaskError>);

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.stream.poll_task(cx);
        next.map(|next| next.map(|(index, task)| (index, task.try_result().unwrap_or(Err(TaskError::Cancelled)))))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.size_hint()
    }
}

/// A stream of [`as_completed`] with a deadline.
#[derive(Debug)]
#[must_use = "nobody learns of the children unless the stream is consumed"]
pub struct WithTimeout<S> {
    stream: S,
    /// `None` once the stream has ended.
    sleep: Option<Sleep>,
}

impl<S: Stream + Unpin> WithTimeout<S> {
    /// The next item, `Err(Elapsed)` once the deadline was reached, or `None` after that or when all were yielded.
    pub async fn next(&mut self) -> Option<Result<S::Item, Elapsed>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl<T: 'static> WithTimeout<AsCompleted<T>> {
    /// The tasks that were not yielded, ended or not.
    pub fn into_pending(self) -> TaskSet<T> {
        self.stream.into_pending()
    }
}

impl<T: 'static> WithTimeout<Settled<T>> {
    /// The tasks that were not yielded, ended or not.
    pub fn into_pending(self) -> TaskSet<T> {
        self.stream.into_pending()
    }
}

impl<S: Stream + Unpin> Stream for WithTimeout<S> {
    type Item = Result<S::Item, Elapsed>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { stream, sleep } = &mut *self;
        let Some(timer) = sleep else { return Poll::Ready(None) };
        // A completion in the step of the deadline still counts, as with `timeout`; later ones stay with the rest.
        let late = now() > timer.deadline() && stream.size_hint().0 > 0;
        if !late {
            match Pin::new(stream).poll_next(cx) {
                Poll::Ready(None) => {
                    *sleep = None;
                    return Poll::Ready(None);
                }
                Poll::Ready(item) => return Poll::Ready(item.map(Ok)),
                Poll::Pending => {}
            }
        }
        if timer.is_elapsed() || Pin::new(timer).poll(cx).is_ready() {
            *sleep = None;
            return Poll::Ready(Some(Err(Elapsed::new())));
        }
        Poll::Pending
    }
}
