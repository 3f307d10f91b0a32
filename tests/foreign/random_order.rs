//! Randomness that crates bring along, which no schedule controls: that it is real, that an exploration says so, and what to
//! write instead.

use std::collections::BTreeSet;
use std::hash::{BuildHasherDefault, DefaultHasher};

use futures::FutureExt;
use reenact::prelude::*;

/// Runs one schedule 64 times: everything that the program returns.
fn results_of_one_schedule<F: Future>(body: impl Fn() -> F) -> BTreeSet<F::Output>
where
    F::Output: Ord,
{
    let runs = (0..64).map(|_| Sim::new().replay(&"r1:".parse().unwrap()).run(&body).outcome.unwrap());
    runs.collect()
}

/// A failure that depends on 64 draws comes out differently when it is run again.
#[track_caller]
fn is_found_out<F: Future<Output = u32>>(draw: impl Fn() -> F) {
    let failure = Explorer::new()
        .executions(1_000)
        .run(|| async {
            let mut drawn = Vec::new();
            for _ in 0..64 {
                drawn.push(draw().await);
            }
            reenact::println!("{drawn:?}");
            panic!("{drawn:?}");
        })
        .failure
        .unwrap();
    assert_eq!(failure.kind, FailureKind::Nondeterminism);
    assert!(failure.message.contains("select! without `biased`"), "{failure}");
    assert!(failure.message.contains("the order of a HashMap"), "{failure}");
}

async fn tokio_select() -> u32 {
    tokio::select! {
        _ = async {} => 0,
        _ = async {} => 1,
    }
}

async fn tokio_select_biased() -> u32 {
    tokio::select! {
        biased;
        _ = async {} => 0,
        _ = async {} => 1,
    }
}

async fn futures_select() -> u32 {
    futures::select! {
        _ = async {}.boxed_local().fuse() => 0,
        _ = async {}.boxed_local().fuse() => 1,
    }
}

async fn futures_select_biased() -> u32 {
    futures::select_biased! {
        _ = async {}.boxed_local().fuse() => 0,
        _ = async {}.boxed_local().fuse() => 1,
    }
}

/// The first key of a map of eight, in the map's own order.
#[allow(clippy::disallowed_types, reason = "its order is what this is about")]
async fn hash_map() -> u32 {
    let map: std::collections::HashMap<u32, ()> = (0..8).map(|key| (key, ())).collect();
    *map.keys().next().unwrap()
}

#[allow(clippy::disallowed_types, reason = "with a fixed hasher its order is always the same")]
async fn hash_map_with_a_fixed_hasher() -> u32 {
    let map: std::collections::HashMap<u32, (), BuildHasherDefault<DefaultHasher>> = (0..8).map(|key| (key, ())).collect();
    *map.keys().next().unwrap()
}

/// In which order three tasks wake that wait for the same watch.
async fn tokio_watch() -> u32 {
    let (sender, receiver) = tokio::sync::watch::channel(());
    let log = crate::Log::default();
    let waiters = [1, 2, 3].map(|n| {
        let (mut receiver, log) = (receiver.clone(), log.clone());
        spawn(async move {
            receiver.changed().await.unwrap();
            log.add(n);
        })
    });
    yield_now().await;
    sender.send(()).unwrap();
    gather(waiters).await;
    log.take().into_iter().fold(0, |order, n| 10 * order + n)
}

async fn tokio_notify() -> u32 {
    let notify = std::rc::Rc::new(tokio::sync::Notify::new());
    let log = crate::Log::default();
    let waiters = [1, 2, 3].map(|n| {
        let (notify, log) = (notify.clone(), log.clone());
        spawn(async move {
            notify.notified().await;
            log.add(n);
        })
    });
    yield_now().await;
    notify.notify_waiters();
    gather(waiters).await;
    log.take().into_iter().fold(0, |order, n| 10 * order + n)
}

#[test]
fn a_watch_of_tokio_wakes_in_random_order_and_notify_does_not() {
    assert!(results_of_one_schedule(tokio_watch).len() > 1);
    assert_eq!(results_of_one_schedule(tokio_notify), BTreeSet::from([123]));
}

#[test]
fn select_of_tokio_is_random_and_biased_is_not() {
    assert_eq!(results_of_one_schedule(tokio_select), BTreeSet::from([0, 1]));
    assert_eq!(results_of_one_schedule(tokio_select_biased), BTreeSet::from([0]));
}

#[test]
fn select_of_futures_is_random_and_select_biased_is_not() {
    assert_eq!(results_of_one_schedule(futures_select), BTreeSet::from([0, 1]));
    assert_eq!(results_of_one_schedule(futures_select_biased), BTreeSet::from([0]));
}

#[test]
fn the_order_of_a_hash_map_is_random_and_with_a_fixed_hasher_it_is_not() {
    assert!(results_of_one_schedule(hash_map).len() > 1);
    assert_eq!(results_of_one_schedule(hash_map_with_a_fixed_hasher).len(), 1);
}

#[test]
fn a_failure_that_hangs_on_a_random_order_is_reported_as_that() {
    is_found_out(tokio_select);
    is_found_out(futures_select);
    is_found_out(hash_map);
    is_found_out(tokio_watch);
}

/// Some of the executions that pass are run twice as well.
#[test]
fn a_random_order_is_reported_although_nothing_fails() {
    let report = Explorer::new().executions(1_000).run(|| async {
        for _ in 0..64 {
            reenact::println!("{}", tokio_select().await);
        }
    });
    assert_eq!(report.failure.unwrap().kind, FailureKind::Nondeterminism);
    let report = Explorer::new().executions(1_000).run(|| async {
        for _ in 0..64 {
            reenact::println!("{}", tokio_select_biased().await);
        }
    });
    assert!(report.failure.is_none(), "{report}");
}

/// A branch order that the scheduler picks is explored and replayed like any other choice.
#[test]
fn the_first_branch_may_be_a_choice_of_the_schedule() {
    let drawn = || async {
        let (left, right) = (std::pin::pin!(async { 0 }), std::pin::pin!(async { 1 }));
        if choose(2) == 0 {
            tokio::select! { biased; value = left => value, value = right => value }
        } else {
            tokio::select! { biased; value = right => value, value = left => value }
        }
    };
    let mut results = BTreeSet::new();
    let report = Explorer::new().scheduler(SchedulerKind::Exhaustive { preemptions: None }).visit(drawn, |execution| {
        results.insert(*execution.outcome.as_ref().unwrap());
        std::ops::ControlFlow::Continue(())
    });
    assert_eq!((report.executions, results), (2, BTreeSet::from([0, 1])));
}
