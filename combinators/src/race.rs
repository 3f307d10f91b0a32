//! [`race`].

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use reenact_sim::choose_one;
use reenact_sim::task::{Builder, Task, Until, Watch};

use crate::outcome;

/// Runs futures concurrently as tasks; the first to end wins, the others are cancelled **and waited for**.
///
/// # Guarantees for every schedule
///
/// * The winner is one of those that have ended when the waiter steps; among several of them it is a choice.
/// * When it is ready, every loser has ended: by the request, or in its own way before it or after catching it.
/// * Children are spawned at the first poll, in argument order. Dropping an unfinished `race` requests cancel of each
///   unfinished child, once.
/// * Where panics are delivered, the panic of a winner goes on in the awaiter once the losers have ended.
///
/// # Compared to others
///
/// `futures::select_all` and `race` of futures-concurrency drop the losers on the spot and pick the first in polling order.
///
/// # Panics
///
/// At the first poll, if there are no futures: nobody could win.
///
/// ```
/// use reenact_combinators::race;
/// use reenact_sim::{Sim, time};
/// use std::time::Duration;
///
/// let execution = Sim::new().run(|| async {
///     race([3, 1, 2].map(|n| async move {
///         time::sleep(Duration::from_secs(n)).await;
///         n
///     }))
///     .await
/// });
/// assert_eq!(execution.outcome?, 1);
/// # Ok::<(), reenact_sim::Failure>(())
/// ```
#[track_caller]
pub fn race<I>(futures: I) -> Race<I>
where
    I: IntoIterator,
    I::Item: Future + 'static,
    <I::Item as Future>::Output: 'static,
{
    Race {
        futures: Some(futures),
        site: Location::caller(),
        children: Contenders { tasks: Vec::new() },
        watch: Watch::new(),
        winner: None,
    }
}

/// The future of [`race`].
#[must_use = "race does nothing until it is awaited"]
pub struct Race<I>
where
    I: IntoIterator,
    I::Item: Future + 'static,
{
    futures: Option<I>,
    site: &'static Location<'static>,
    children: Contenders<<I::Item as Future>::Output>,
    watch: Watch,
    winner: Option<usize>,
}

/// Spawned children, cancelled when this is dropped.
struct Contenders<T> {
    tasks: Vec<Task<T>>,
}

impl<T> Contenders<T> {
    fn cancel(&self) {
        for task in &self.tasks {
            task.cancel();
        }
    }
}

impl<T> Drop for Contenders<T> {
    fn drop(&mut self) {
        self.cancel();
    }
}

impl<I> Unpin for Race<I>
where
    I: IntoIterator,
    I::Item: Future + 'static,
{
}

impl<I> Future for Race<I>
where
    I: IntoIterator,
    I::Item: Future + 'static,
    <I::Item as Future>::Output: 'static,
{
    type Output = <I::Item as Future>::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self { futures, site, children, watch, winner } = &mut *self;
        if let Some(futures) = futures.take() {
            children.tasks = futures.into_iter().map(|future| Builder::new().spawned_at(site).spawn(future)).collect();
            assert!(!children.tasks.is_empty(), "race of no futures: nobody could win");
            for task in &children.tasks {
                watch.add(task);
            }
        }
        if winner.is_none() {
            if watch.poll(cx, Until::count(1)).is_pending() {
                return Poll::Pending;
            }
            let ended = watch.finished();
            *winner = Some(ended[choose_one(ended.len())]);
            children.cancel();
        }
        let (all, Some(winner)) = (children.tasks.len(), *winner) else { return Poll::Pending };
        if watch.poll(cx, Until::count(all)).is_pending() {
            return Poll::Pending;
        }
        let tasks = std::mem::take(&mut children.tasks);
        assert!(!tasks.is_empty(), "race was polled after it was ready");
        Poll::Ready(outcome::value(&tasks[winner], "race"))
    }
}

impl<I> fmt::Debug for Race<I>
where
    I: IntoIterator,
    I::Item: Future + 'static,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Race").field("children", &self.watch.len()).field("winner", &self.winner).finish_non_exhaustive()
    }
}
