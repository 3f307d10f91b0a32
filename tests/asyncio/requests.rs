//! [C3]: a cancel request is never lost, also in the very instant in which what the task awaits is done.

use std::fmt::Debug;
use std::rc::Rc;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use reenact::combinators::Group;
use reenact::prelude::*;

use crate::support::every_schedule;

const SECOND: Duration = Duration::from_secs(1);

/// The body awaits something that is done after a second. In that instant its task is cancelled. If the request was accepted the
/// task ends cancelled: no await of the body swallows it, and behind the body there is one more.
fn never_lost<F>(construct: &str, body: impl Fn() -> F) -> u64
where
    F: Future<Output: Debug> + 'static,
{
    let schedules = every_schedule(|| async {
        let awaited = body();
        let task = spawn(async move {
            let _ = awaited.await;
            yield_now().await;
        });
        sleep(SECOND).await;
        let accepted = task.cancel();
        let end = task.await;
        assert_eq!(accepted, end.is_err(), "{construct}: {end:?}");
    });
    println!("{construct}: {schedules} schedules");
    schedules
}

async fn done<T>(value: T) -> T {
    sleep(SECOND).await;
    value
}

#[test]
fn c3_a_request_in_the_instant_of_completion_is_never_lost() {
    let mut schedules = 0;
    schedules += never_lost("sleep", || done(()));
    schedules += never_lost("a task", || async { spawn(done(())).await.is_ok() });
    schedules += never_lost("wait", || async { wait([spawn(done(()))]).await.done.len() });
    schedules += never_lost("wait with a deadline", || async { wait([spawn(done(()))]).timeout(SECOND).await.done.len() });
    schedules += never_lost("gather", || gather([done(1), done(2)]));
    schedules += never_lost("try_gather", || try_gather([done(Ok(1)), done(Err("broken"))]));
    schedules += never_lost("gather, settled", || gather([done(1), done(2)]).settled());
    schedules += never_lost("as_completed", || async {
        let mut stream = as_completed([done(1), done(2)]);
        (stream.next().await, stream.next().await)
    });
    schedules += never_lost("as_completed with a deadline", || async {
        let mut stream = as_completed([done(1)]).timeout(SECOND);
        stream.next().await.is_some()
    });
    schedules += never_lost("timeout", || timeout(SECOND, done(())));
    schedules += never_lost("timeout_scope", || timeout_scope(SECOND, async |_| done(()).await));
    schedules += never_lost("timeout_scope over something else", || async {
        let task = spawn(done(()));
        timeout_scope(SECOND, async |_| task.await.is_ok()).await
    });
    schedules += never_lost("wait_for", || async { wait_for(spawn(done(())), 2 * SECOND).await.is_ok() });
    schedules += never_lost("wait_for at its deadline", || async { wait_for(spawn(done(())), SECOND).await.is_ok() });
    schedules += never_lost("shield", || async { shield(done(())).await });
    schedules += never_lost("race", || race([done(1), done(2)]));
    schedules += never_lost("task_group", || {
        task_group(async |group: Group<()>| {
            group.spawn(done(Ok(())));
            Ok::<(), ()>(())
        })
    });
    schedules += never_lost("task_group with a failing child", || {
        task_group(async |group| {
            group.spawn(done(Ok(())));
            group.spawn(done(Err::<(), _>("broken")));
            done(Ok::<(), _>(())).await
        })
    });
    println!("{schedules} schedules in all");
}

#[test]
fn nor_in_what_other_crates_wait_with() {
    let mut schedules = 0;
    schedules += never_lost("a queue", || async {
        let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
        spawn(async move { done(sender.send(1).await).await.is_ok() });
        receiver.recv().await
    });
    schedules += never_lost("a lock", || async {
        let lock = Rc::new(tokio::sync::Mutex::new(()));
        let held = lock.clone();
        spawn(async move {
            let _guard = held.lock().await;
            done(()).await;
        });
        yield_now().await;
        drop(lock.lock().await);
    });
    schedules += never_lost("an event", || async {
        let event = Rc::new(tokio::sync::Notify::new());
        let set = event.clone();
        spawn(async move {
            done(()).await;
            set.notify_one();
        });
        event.notified().await;
    });
    schedules += never_lost("a condition", || async {
        let (set, mut condition) = tokio::sync::watch::channel(false);
        spawn(async move {
            done(()).await;
            set.send(true)
        });
        condition.wait_for(|set| *set).await.is_ok()
    });
    println!("{schedules} schedules in all");
}

/// The same for scopes inside what polls several futures in one task: the body catches the request, then there is nothing more
/// to lose.
fn caught_or_cancelled<F>(construct: &str, body: impl Fn() -> F) -> u64
where
    F: Future<Output = bool> + 'static,
{
    let schedules = every_schedule(|| async {
        let task = spawn(body());
        sleep(SECOND).await;
        if task.cancel() {
            let end = task.await;
            // Told, ended, or its value stood because it returned in the very step of delivery.
            assert!(matches!(end, Ok(_) | Err(TaskError::Cancelled)), "{construct}: {end:?}");
            if let Ok(told) = end {
                assert!(told, "{construct}");
            }
        }
    });
    println!("{construct}: {schedules} schedules");
    schedules
}

#[test]
fn nor_in_scopes_inside_joins_selects_and_unordered_sets() {
    let told = |seconds: u32| async move { catch_cancel(sleep(seconds * SECOND)).await.is_err() };
    let mut schedules = 0;
    schedules += caught_or_cancelled("join!", move || async move { futures::join!(told(1), told(2)).1 });
    schedules += caught_or_cancelled("select!", move || async move {
        reenact::select! {
            told = told(2) => told,
            told = told(3) => told,
        }
    });
    schedules += caught_or_cancelled("FuturesUnordered", move || async move {
        let all: FuturesUnordered<_> = [told(2), told(3)].into_iter().collect();
        all.collect::<Vec<bool>>().await == [true, true]
    });
    schedules += caught_or_cancelled("a scope that was polled once and left", move || async move {
        let mut left = Box::pin(told(5));
        assert!(futures::poll!(&mut left).is_pending());
        told(2).await
    });
    schedules += caught_or_cancelled("a scope that was moved to another task", move || async move {
        let mut moved = Box::pin(told(5));
        assert!(futures::poll!(&mut moved).is_pending());
        let elsewhere = spawn(moved);
        let told = told(2).await;
        !elsewhere.await.unwrap() && told
    });
    println!("{schedules} schedules in all");
}
