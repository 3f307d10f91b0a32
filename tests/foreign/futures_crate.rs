//! `futures`: channels, `select_biased!`, `FuturesUnordered`, `join_all`.

use futures::channel::{mpsc, oneshot};
use futures::stream::FuturesUnordered;
use futures::{FutureExt, SinkExt, StreamExt};
use reenact::prelude::*;

use crate::{assert_complete_and_in_order, every_seed_replays, tasks};

#[test]
fn mpsc_loses_no_message() {
    every_seed_replays("futures::channel::mpsc", || async {
        let (sender, receiver) = mpsc::channel(1);
        let senders = spawn(tasks(3, move |n| {
            let mut sender = sender.clone();
            async move {
                for message in 0..3 {
                    sender.send(10 * n + message).await.unwrap();
                }
            }
        }));
        let received: Vec<u32> = receiver.collect().await;
        senders.await.unwrap();
        assert_complete_and_in_order(&received, 3, 3);
        received
    });
}

#[test]
fn oneshot_delivers_or_says_that_nobody_will() {
    every_seed_replays("futures::channel::oneshot", || async {
        let order = crate::Log::default();
        let log = order.clone();
        tasks(4, move |n| {
            let log = log.clone();
            async move {
                let (sender, receiver) = oneshot::channel();
                let task = spawn(async move {
                    yield_now().await;
                    // Half of them are dropped unsent.
                    if n % 2 == 0 {
                        sender.send(n).unwrap();
                    }
                });
                assert_eq!(receiver.await.ok(), (n % 2 == 0).then_some(n));
                log.add(n);
                task.await.unwrap();
            }
        })
        .await;
        order.take()
    });
}

#[test]
fn select_biased_takes_the_first_ready_branch() {
    every_seed_replays("futures::select_biased!", || async {
        let (mut left, mut from_left) = mpsc::channel(1);
        let (mut right, mut from_right) = mpsc::channel(1);
        let senders = [
            spawn(async move {
                for n in [0, 1, 2] {
                    left.send(n).await.unwrap()
                }
            }),
            spawn(async move {
                for n in [10, 11, 12] {
                    right.send(n).await.unwrap()
                }
            }),
        ];
        let mut received = Vec::new();
        loop {
            received.push(futures::select_biased! {
                message = from_left.select_next_some() => message,
                message = from_right.select_next_some() => message,
                complete => break,
            });
        }
        gather(senders).await;
        assert_complete_and_in_order(&received, 2, 3);
        received
    });
}

#[test]
fn futures_unordered_gives_each_result_once() {
    every_seed_replays("FuturesUnordered", || async {
        let mut unordered = FuturesUnordered::new();
        for n in 0..5u32 {
            let (sender, receiver) = oneshot::channel();
            drop(spawn(async move {
                yield_now().await;
                sender.send(n).unwrap();
            }));
            // A task of its own on the other side, a plain future in the set.
            unordered.push(receiver.map(move |received| {
                assert_eq!(received, Ok(n));
                n
            }));
        }
        let mut order = Vec::new();
        while let Some(n) = unordered.next().await {
            order.push(n);
        }
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, [0, 1, 2, 3, 4]);
        order
    });
}

/// Above 30 futures `join_all` keeps them in a set that polls only what was woken.
#[test]
fn join_all_of_more_than_30_futures_keeps_argument_order() {
    every_seed_replays("join_all of 40", || async {
        let turn = crate::Log::default();
        let joined = futures::future::join_all((0..40u32).map(|n| {
            let turn = turn.clone();
            let (sender, receiver) = oneshot::channel();
            drop(spawn(async move { sender.send(n).unwrap() }));
            async move {
                let received = receiver.await.unwrap();
                turn.add(n);
                received
            }
        }));
        assert_eq!(joined.await, (0..40).collect::<Vec<_>>());
        turn.take()
    });
}
