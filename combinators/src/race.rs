//! [`race`].

use std::future::{Future, poll_fn};
use std::panic::Location;

use reenact_sim::choose_one;
use reenact_sim::task::{Builder, Task, Until, Watch, catch_cancel, resume_cancel};

use crate::outcome;

/// Runs futures concurrently as tasks; the first to end wins, the others are cancelled **and waited for**.
///
/// # Guarantees for every schedule
///
/// * The winner is one of those that have ended when the waiter steps; among several of them it is a choice.
/// * When it is ready, every loser has ended: by the request, or in its own way before it or after catching it.
/// * Children are spawned at the first poll, in argument order. Dropping an unfinished `race` requests cancel of each
///   unfinished child, once.
/// * A cancel request for the waiter is never lost: it cancels the children, whose end is waited for, and then goes on. Further
///   requests do not cut the waiting short.
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
#[must_use = "race does nothing until it is awaited"]
pub fn race<I>(futures: I) -> impl Future<Output = <I::Item as Future>::Output>
where
    I: IntoIterator,
    I::Item: Future + 'static,
    <I::Item as Future>::Output: 'static,
{
    run(futures, Location::caller())
}

async fn run<I>(futures: I, site: &'static Location<'static>) -> <I::Item as Future>::Output
where
    I: IntoIterator,
    I::Item: Future + 'static,
    <I::Item as Future>::Output: 'static,
{
    let mut children = Contenders { tasks: Vec::new(), cancelled: false };
    children.tasks.extend(futures.into_iter().map(|future| Builder::new().spawned_at(site).spawn(future)));
    assert!(!children.tasks.is_empty(), "race of no futures: nobody could win");
    let mut watch = Watch::new();
    for task in &children.tasks {
        watch.add(task);
    }
    let (mut winner, mut request) = (None, None);
    match catch_cancel(poll_fn(|cx| watch.poll(cx, Until::count(1)))).await {
        Ok(()) => {
            let ended = watch.finished();
            winner = Some(ended[choose_one(ended.len())]);
        }
        Err(cancelled) => request = Some(cancelled),
    }
    children.cancel();
    while let Err(cancelled) = catch_cancel(poll_fn(|cx| watch.poll(cx, Until::count(children.tasks.len())))).await {
        request = Some(match request {
            Some(former) => cancelled.outer(former),
            None => cancelled,
        });
    }
    match (request, winner) {
        (Some(request), _) => resume_cancel(request).await,
        (None, Some(winner)) => outcome::value(&children.tasks[winner], "race"),
        (None, None) => unreachable!("a race that was not cancelled has a winner"),
    }
}

/// Spawned children, cancelled when this is dropped.
struct Contenders<T> {
    tasks: Vec<Task<T>>,
    cancelled: bool,
}

impl<T> Contenders<T> {
    /// Once, however often it is called.
    fn cancel(&mut self) {
        if !std::mem::replace(&mut self.cancelled, true) {
            for task in &self.tasks {
                task.cancel();
            }
        }
    }
}

impl<T> Drop for Contenders<T> {
    fn drop(&mut self) {
        self.cancel();
    }
}
