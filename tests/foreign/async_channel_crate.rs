//! `async-channel`.

use reenact::prelude::*;

use crate::{Log, assert_complete_and_in_order, every_seed_replays, tasks};

#[test]
fn every_message_reaches_one_of_the_receivers() {
    every_seed_replays("async-channel", || async {
        let (sender, receiver) = async_channel::bounded(1);
        let log = Log::default();
        let receivers = [0, 1].map(|_| {
            let (receiver, log) = (receiver.clone(), log.clone());
            spawn(async move {
                let mut count = 0;
                while let Ok(message) = receiver.recv().await {
                    log.add(message);
                    count += 1;
                }
                count
            })
        });
        tasks(3, move |n| {
            let sender = sender.clone();
            async move {
                for message in 0..3 {
                    sender.send(10 * n + message).await.unwrap();
                }
            }
        })
        .await;
        let [first, second] = receivers;
        assert_eq!(first.await.unwrap() + second.await.unwrap(), 9);
        let received = log.take();
        // Two receivers: a message may be taken first and told second.
        let mut sorted = received.clone();
        sorted.sort_unstable();
        assert_complete_and_in_order(&sorted, 3, 3);
        received
    });
}

#[test]
fn a_closed_channel_is_emptied_before_it_ends() {
    every_seed_replays("async-channel close", || async {
        let (sender, receiver) = async_channel::unbounded();
        let sent = spawn(async move {
            let mut sent = Vec::new();
            for n in 0..6u32 {
                if sender.send(n).await.is_err() {
                    break;
                }
                sent.push(n);
                yield_now().await;
            }
            sent
        });
        let closer = receiver.clone();
        let closing = spawn(async move {
            yield_now().await;
            yield_now().await;
            closer.close();
        });
        let mut received = Vec::new();
        while let Ok(n) = receiver.recv().await {
            received.push(n);
        }
        closing.await.unwrap();
        assert_eq!(sent.await.unwrap(), received);
        received
    });
}
