//! `tokio::sync`, outside any runtime: its channels.

use std::rc::Rc;

use reenact::prelude::*;
use tokio::sync::{broadcast, mpsc, oneshot, watch};

use crate::{Log, assert_complete_and_in_order, every_seed_replays, tasks};

#[test]
fn mpsc_loses_no_message() {
    every_seed_replays("tokio::sync::mpsc", || async {
        let (sender, mut receiver) = mpsc::channel(1);
        let senders = spawn(tasks(3, move |n| {
            let sender = sender.clone();
            async move {
                for message in 0..3 {
                    sender.send(10 * n + message).await.unwrap();
                }
            }
        }));
        let mut received = Vec::new();
        while let Some(message) = receiver.recv().await {
            received.push(message);
        }
        senders.await.unwrap();
        assert_complete_and_in_order(&received, 3, 3);
        received
    });
}

/// tokio's budget is of its own runtime's tasks: without one, a thousand messages are received in as many calls.
#[test]
fn a_thousand_ready_messages_are_received_without_a_pause() {
    let execution = Sim::new().run(|| async {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        (0..1_000).for_each(|n| sender.send(n).unwrap());
        for n in 0..1_000 {
            assert_eq!(receiver.recv().await, Some(n));
        }
    });
    execution.outcome.unwrap();
    assert_eq!(execution.stats.steps, 1);
}

#[test]
fn oneshot_delivers_or_says_that_nobody_will() {
    every_seed_replays("tokio::sync::oneshot", || async {
        let order = Log::default();
        let log = order.clone();
        tasks(4, move |n| {
            let log = log.clone();
            async move {
                let (sender, receiver) = oneshot::channel();
                let task = spawn(async move {
                    yield_now().await;
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
fn broadcast_shows_every_receiver_every_message_or_says_how_many_it_missed() {
    every_seed_replays("tokio::sync::broadcast", || async {
        let (sender, _) = broadcast::channel(2);
        let seen = Rc::new(std::cell::RefCell::new(vec![Vec::new(); 2]));
        let receivers: Vec<_> = (0..2usize)
            .map(|n| {
                let (mut receiver, seen) = (sender.subscribe(), seen.clone());
                spawn(async move {
                    let (mut next, mut missed) = (0, 0);
                    loop {
                        match receiver.recv().await {
                            Ok(message) => {
                                assert_eq!(message, next, "in order, and none left out in silence");
                                next += 1;
                                seen.borrow_mut()[n].push(message);
                            }
                            Err(broadcast::error::RecvError::Lagged(count)) => {
                                next += count;
                                missed += count;
                            }
                            Err(broadcast::error::RecvError::Closed) => break,
                        }
                    }
                    assert_eq!(seen.borrow()[n].len() as u64 + missed, 6);
                })
            })
            .collect();
        for message in 0..6u64 {
            sender.send(message).unwrap();
            yield_now().await;
        }
        drop(sender);
        for receiver in receivers {
            receiver.await.unwrap();
        }
        seen.take()
    });
}

/// One receiver that waits: with several, the order in which they wake is tokio's own random choice (see `random_order`).
#[test]
fn watch_goes_forward_and_ends_with_the_last_value() {
    every_seed_replays("tokio::sync::watch", || async {
        let (sender, mut receiver) = watch::channel(0u32);
        let watcher = spawn(async move {
            let mut seen = vec![*receiver.borrow_and_update()];
            while receiver.changed().await.is_ok() {
                let value = *receiver.borrow_and_update();
                assert!(value > *seen.last().unwrap());
                seen.push(value);
            }
            assert_eq!(*receiver.borrow(), 6);
            seen
        });
        let sender = Rc::new(sender);
        tasks(2, move |_| {
            let sender = sender.clone();
            async move {
                for _ in 0..3 {
                    sender.send_modify(|value| *value += 1);
                    yield_now().await;
                }
            }
        })
        .await;
        watcher.await.unwrap()
    });
}
