//! `tokio::sync`, outside any runtime: Notify, Semaphore, Mutex, RwLock, Barrier.

use std::rc::Rc;

use reenact::prelude::*;
use tokio::sync::{Barrier, Mutex, Notify, RwLock, Semaphore};

use crate::{Inside, Log, every_seed_replays, tasks};

#[test]
fn notify_one_wakes_one_and_a_permit_waits_for_the_next() {
    every_seed_replays("tokio::sync::Notify", || async {
        let (notify, log) = (Rc::new(Notify::new()), Log::default());
        let waiters = [0, 1, 2].map(|n| {
            let (notify, log) = (notify.clone(), log.clone());
            spawn(async move {
                notify.notified().await;
                log.add(n);
            })
        });
        for sent in 1..=3 {
            notify.notify_one();
            // Until it has arrived: two permits that nobody waits for are one.
            while log.0.borrow().len() < sent {
                yield_now().await;
            }
            assert_eq!(log.0.borrow().len(), sent);
        }
        gather(waiters).await;
        log.take()
    });
}

#[test]
fn semaphore_never_gives_more_permits_than_it_has() {
    every_seed_replays("tokio::sync::Semaphore", || async {
        let (semaphore, inside, log) = (Rc::new(Semaphore::new(2)), Inside::default(), Log::default());
        let (all, order) = (semaphore.clone(), log.clone());
        tasks(5, move |n| {
            let (semaphore, inside, log) = (semaphore.clone(), inside.clone(), log.clone());
            async move {
                let permit = semaphore.acquire().await.unwrap();
                log.add(n);
                inside.visit(2).await;
                drop(permit);
            }
        })
        .await;
        assert_eq!(all.available_permits(), 2);
        order.take()
    });
}

#[test]
fn mutex_excludes() {
    every_seed_replays("tokio::sync::Mutex", || async {
        let (mutex, inside, log) = (Rc::new(Mutex::new(0)), Inside::default(), Log::default());
        let (counter, order) = (mutex.clone(), log.clone());
        tasks(4, move |n| {
            let (mutex, inside, log) = (mutex.clone(), inside.clone(), log.clone());
            async move {
                for _ in 0..2 {
                    let mut guard = mutex.lock().await;
                    let seen = *guard;
                    inside.visit(1).await;
                    *guard = seen + 1;
                    log.add(n);
                }
            }
        })
        .await;
        assert_eq!(*counter.lock().await, 8);
        order.take()
    });
}

#[test]
fn rwlock_lets_readers_in_together_and_writers_alone() {
    every_seed_replays("tokio::sync::RwLock", || async {
        let (lock, log) = (Rc::new(RwLock::new(0)), Log::default());
        let order = log.clone();
        tasks(4, move |n| {
            let (lock, log) = (lock.clone(), log.clone());
            async move {
                if n < 2 {
                    let mut value = lock.write().await;
                    *value += 1;
                    yield_now().await;
                    *value += 1;
                } else {
                    let value = lock.read().await;
                    yield_now().await;
                    assert_eq!(*value % 2, 0, "a reader saw a writer's half");
                    log.add(10 * n + *value);
                }
            }
        })
        .await;
        order.take()
    });
}

/// Of two: a barrier is made of a watch, and several that wait would wake in tokio's own random order (see `random_order`).
#[test]
fn barrier_lets_nobody_go_before_all_are_there() {
    every_seed_replays("tokio::sync::Barrier of two", || async {
        let (barrier, log) = (Rc::new(Barrier::new(2)), Log::default());
        let order = log.clone();
        tasks(2, move |n| {
            let (barrier, log) = (barrier.clone(), log.clone());
            async move {
                for round in 1..=3 {
                    yield_now().await;
                    log.add(n);
                    let leads = barrier.wait().await.is_leader();
                    assert!(log.0.borrow().iter().filter(|what| **what < 10).count() >= 2 * round);
                    log.add(if leads { 10 + n } else { 20 + n });
                }
            }
        })
        .await;
        let order = order.take();
        assert_eq!(order.iter().filter(|what| **what / 10 == 1).count(), 3);
        order
    });
}
