//! [`task_group`].

mod child;
mod error;
mod group;

use std::future::{Future, poll_fn};
use std::pin::pin;

use reenact_sim::task::{cancel_scope, catch_cancel, resume_cancel};

pub use child::ChildFailed;
pub use error::GroupError;
pub use group::Group;
use group::Leave;

/// Runs a body that spawns children, and waits until **every child has ended**, whatever happens.
///
/// The body gets the [`Group`] to spawn into; children may have it, too. It runs inside the awaiting task, from the first poll on. Body
/// and children return `Result<_, E>`.
///
/// # Guarantees for every schedule
///
/// * (K1) When it is ready, every child has ended, and none runs afterwards.
/// * (K2) `Err` exactly if the body or a child has ended with an error, and every error that happened is in the [`GroupError`] once, in
///   completion order.
/// * (K3) The first error cancels the rest: every unfinished child and the body, at the awaiter's next step. Children that fail before that, or
///   while they clean up, are in the error, too. A child that was cancelled is no error.
/// * (K4), (K5) A cancel request for the awaiter, or for something further out, is never lost: the children are cancelled and waited for; then the
///   request goes on. If there are errors they are returned, and the request is made again, to be delivered at the awaiter's next step. A
///   further request does not cut the waiting short.
/// * (K6) After the first error no new child starts, nor after the group is done: [`Group::spawn`] drops the future.
/// * **Dropped** before it is ready, it requests cancel of each unfinished child, once; they end at their next step, and may clean up.
/// * Where panics are delivered, a panic counts as the first error does, and goes on in the awaiter when every child has ended.
///
/// # Compared to others
///
/// asyncio's `TaskGroup`. tokio's `JoinSet` stops its tasks when it is dropped, and reports errors one by one; it does not cancel the
/// siblings of a task that failed. `futures::try_join_all` drops the siblings on the spot.
///
/// ```
/// use reenact_combinators::task_group;
/// use reenact_sim::{Sim, time};
/// use std::time::Duration;
///
/// async fn fetch(n: u64) -> Result<u64, String> {
///     time::sleep(Duration::from_secs(n)).await;
///     if n == 3 { Err(format!("{n} is down")) } else { Ok(n) }
/// }
///
/// let execution = Sim::new().run(|| async {
///     let sum = task_group(async |group| {
///         let (one, two) = (group.spawn(fetch(1)), group.spawn(fetch(2)));
///         Ok::<_, String>(one.await.unwrap().unwrap() + two.await.unwrap().unwrap())
///     })
///     .await;
///     let failed = task_group(async |group| {
///         for n in 1..10 {
///             group.spawn(fetch(n));
///         }
///         Ok::<(), String>(())
///     })
///     .await;
///     (sum.unwrap(), failed.unwrap_err().errors, time::now().to_string())
/// });
/// assert_eq!(execution.outcome?, (3, vec!["3 is down".to_owned()], "5s".to_owned()));
/// # Ok::<(), reenact_sim::Failure>(())
/// ```
#[must_use = "a task group does nothing until it is awaited"]
pub fn task_group<F, Fut, R, E>(body: F) -> impl Future<Output = Result<R, GroupError<E>>>
where
    F: FnOnce(Group<E>) -> Fut,
    Fut: Future<Output = Result<R, E>>,
    E: 'static,
{
    let group = Group::new();
    let body = body(group.clone());
    run(group, body)
}

async fn run<R, E: 'static>(group: Group<E>, body: impl Future<Output = Result<R, E>>) -> Result<R, GroupError<E>> {
    let leave = Leave(&group);
    let mut request = None;
    let ended = {
        let mut body = pin!(cancel_scope(body));
        catch_cancel(poll_fn(|cx| {
            if group.wait_for_failure(cx) {
                group.abort();
                body.cancel();
            }
            body.as_mut().poll(cx)
        }))
        .await
    };
    let value = match ended {
        Ok(Ok(Ok(value))) => Some(value),
        Ok(Ok(Err(error))) => {
            group.body_failed(error);
            None
        }
        // Its own request, after a failure.
        Ok(Err(_)) => None,
        Err(cancelled) => {
            group.abort();
            request = Some(cancelled);
            None
        }
    };
    loop {
        let ended = catch_cancel(poll_fn(|cx| {
            if group.wait_for_failure(cx) {
                group.abort();
            }
            group.poll_ended(cx)
        }));
        match ended.await {
            Ok(()) => break,
            Err(cancelled) => {
                group.abort();
                request = Some(match request {
                    Some(former) => cancelled.outer(former),
                    None => cancelled,
                });
            }
        }
    }
    drop(leave);
    if let Some(panic) = group.take_panic() {
        panic.resume();
    }
    match (group.into_error(), value, request) {
        (Some(error), _, request) => {
            if let Some(cancelled) = request {
                cancelled.request_again();
            }
            Err(error)
        }
        (None, _, Some(cancelled)) => resume_cancel(cancelled).await,
        (None, Some(value), None) => Ok(value),
        (None, None, None) => Err(GroupError::panic_was_taken()),
    }
}
