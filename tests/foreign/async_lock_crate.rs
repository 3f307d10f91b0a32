//! `async-lock` without its default feature `std`: with it, Mutex, RwLock and Barrier look at the wall clock and change their
//! strategy after 0.5 ms.

use std::rc::Rc;

use async_lock::{Barrier, Mutex, RwLock, Semaphore};
use reenact::prelude::*;

use crate::{Inside, Log, every_seed_replays, tasks};

#[test]
fn mutex_excludes() {
    every_seed_replays("async_lock::Mutex", || async {
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
    every_seed_replays("async_lock::RwLock", || async {
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

#[test]
fn semaphore_never_gives_more_permits_than_it_has() {
    every_seed_replays("async_lock::Semaphore", || async {
        let (semaphore, inside, log) = (Rc::new(Semaphore::new(2)), Inside::default(), Log::default());
        let order = log.clone();
        tasks(5, move |n| {
            let (semaphore, inside, log) = (semaphore.clone(), inside.clone(), log.clone());
            async move {
                let permit = semaphore.acquire().await;
                log.add(n);
                inside.visit(2).await;
                drop(permit);
            }
        })
        .await;
        order.take()
    });
}

#[test]
fn barrier_lets_nobody_go_before_all_are_there() {
    every_seed_replays("async_lock::Barrier", || async {
        let (barrier, log) = (Rc::new(Barrier::new(3)), Log::default());
        let order = log.clone();
        tasks(3, move |n| {
            let (barrier, log) = (barrier.clone(), log.clone());
            async move {
                yield_now().await;
                log.add(n);
                let leads = barrier.wait().await.is_leader();
                assert!(log.0.borrow().len() >= 3);
                log.add(if leads { 10 + n } else { 20 + n });
            }
        })
        .await;
        let order = order.take();
        assert_eq!(order[3..].iter().filter(|what| **what / 10 == 1).count(), 1);
        order
    });
}
