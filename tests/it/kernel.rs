//! Foreign futures on the kernel: combinators and channels of other crates, unmodified.

use std::time::Duration;

use futures::StreamExt;
use futures::channel::{mpsc, oneshot};
use futures::stream::FuturesUnordered;
use reenact::prelude::*;

use crate::support::{every_schedule, fifo};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn channels_of_futures_work() {
    every_schedule(|| async {
        let (mut sender, mut receiver) = mpsc::channel::<u32>(0);
        let producer = spawn(async move {
            for n in 0..3 {
                futures::SinkExt::send(&mut sender, n).await.unwrap();
            }
        });
        let mut got = Vec::new();
        while let Some(n) = receiver.next().await {
            got.push(n);
        }
        producer.await.unwrap();
        assert_eq!(got, [0, 1, 2]);
    });
}

#[test]
fn synchronisation_of_tokio_works() {
    every_schedule(|| async {
        let lock = std::rc::Rc::new(tokio::sync::Mutex::new(0));
        let add = || {
            let lock = lock.clone();
            async move {
                let mut guard = lock.lock().await;
                let seen = *guard;
                yield_now().await;
                *guard = seen + 1;
            }
        };
        gather([add(), add()]).await;
        assert_eq!(*lock.lock().await, 2);
    });
}

#[test]
fn joins_beyond_thirty_use_wakers_of_their_own_and_work() {
    fifo(|| async {
        let sleeps = (1..=100u32).rev().map(|n| async move {
            sleep(n * SECOND).await;
            n
        });
        let values = futures::future::join_all(sleeps).await;
        assert_eq!(values.len(), 100);
        assert_eq!(now(), Instant::ZERO + 100 * SECOND);
        let unordered: FuturesUnordered<_> = (1..=50u32).rev().map(|n| sleep(n * SECOND)).collect();
        assert_eq!(unordered.count().await, 50);
        assert_eq!(now(), Instant::ZERO + 150 * SECOND);
    });
}

#[test]
fn a_thousand_tasks_wait_for_each_other() {
    fifo(|| async {
        let (first, mut previous) = oneshot::channel::<u32>();
        for _ in 0..1_000 {
            let (sender, receiver) = oneshot::channel();
            let before = std::mem::replace(&mut previous, receiver);
            drop(spawn(async move { sender.send(before.await.unwrap() + 1) }));
        }
        first.send(0).unwrap();
        assert_eq!(previous.await, Ok(1_000));
    });
}

#[test]
fn boxed_and_send_bound_futures_can_be_spawned_and_slept_in() {
    fn production() -> std::pin::Pin<Box<dyn Future<Output = u32> + Send>> {
        Box::pin(async {
            sleep(SECOND).await;
            let task = spawn(async { 5 });
            task.await.unwrap()
        })
    }
    assert_eq!(fifo(|| async { spawn(production()).await.unwrap() }), 5);
}

#[test]
fn a_deep_chain_of_spawns_works() {
    fn chain(depth: u32) -> std::pin::Pin<Box<dyn Future<Output = u32>>> {
        Box::pin(async move { if depth == 0 { 0 } else { spawn(chain(depth - 1)).await.unwrap() + 1 } })
    }
    assert_eq!(fifo(|| chain(2_000)), 2_000);
}
