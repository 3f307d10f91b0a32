//! `tokio::select!` with `biased;`, outside any runtime.

use reenact::prelude::*;
use tokio::sync::{mpsc, oneshot};

use crate::{assert_complete_and_in_order, every_seed_replays};

#[test]
fn biased_select_takes_the_first_ready_branch_and_loses_no_message() {
    every_seed_replays("tokio::select! biased", || async {
        let (left, mut from_left) = mpsc::channel(1);
        let (right, mut from_right) = mpsc::channel(1);
        let senders = [(0, left), (10, right)].map(|(first, sender)| {
            spawn(async move {
                for n in first..first + 3 {
                    sender.send(n).await.unwrap();
                }
            })
        });
        let mut received = Vec::new();
        loop {
            tokio::select! {
                biased;
                Some(message) = from_left.recv() => received.push(message),
                Some(message) = from_right.recv() => received.push(message),
                else => break,
            }
        }
        gather(senders).await;
        assert_complete_and_in_order(&received, 2, 3);
        received
    });
}

#[test]
fn the_branches_not_taken_are_dropped() {
    every_seed_replays("tokio::select! loser", || async {
        let workers = [0, 1, 2].map(|n| {
            let (sender, receiver) = oneshot::channel();
            let (mut loses, dropped) = oneshot::channel::<()>();
            let worker = spawn(async move {
                tokio::select! {
                    biased;
                    value = receiver => value.ok(),
                    () = async { sleep(Duration::from_millis(5)).await; drop(dropped) } => None,
                }
            });
            drop(spawn(async move {
                sleep(Duration::from_millis(u64::from(choose(2)) * 5)).await;
                let _ = sender.send(n);
            }));
            spawn(async move {
                // Whoever has lost is gone, and the winner's value has arrived or nobody takes it any more.
                loses.closed().await;
                worker.await.unwrap()
            })
        });
        gather(workers).await.into_iter().map(Result::unwrap).collect::<Vec<_>>()
    });
}
