//! [W1] to [W6].

use std::collections::BTreeSet;

use reenact::prelude::*;
use reenact::task;

use super::{SECOND, after, t};
use crate::support::{every_schedule, outcomes};

#[test]
fn w1_done_and_pending_partition_the_input_and_done_is_what_has_ended_at_the_return() {
    let seen = outcomes(|| async {
        let tasks = [1, 2, 2, 3].map(|n| spawn(after(n, n)));
        let waited = wait(tasks).timeout(2 * SECOND).await;
        let (done, pending) = (waited.done.by_spawn(), waited.pending.by_spawn());
        assert_eq!(done.len() + pending.len(), 4);
        assert!(done.iter().all(Task::is_finished) && !pending.iter().any(Task::is_finished));
        done.len()
    });
    // Neither of the two that end in the instant of the deadline, one of them, both.
    assert_eq!(seen, BTreeSet::from([1, 2, 3]));
}

#[test]
fn w2_without_a_timeout_the_condition_of_return_when_holds() {
    every_schedule(|| async {
        let all = wait([1, 2].map(|n| spawn(after(n, n)))).await;
        assert!(all.pending.is_empty());
        let first = wait([1, 1, 2].map(|n| spawn(after(n, n)))).until(ReturnWhen::FirstCompleted).await;
        assert!(!first.done.is_empty());
        let fails = |n: u32, error| spawn(after(n, error));
        let failed = wait_try([fails(1, Ok(())), fails(2, Err("broken")), fails(3, Ok(()))]);
        let failed = failed.until(ReturnWhen::FirstException).await;
        assert_eq!((failed.done.len(), failed.pending.len()), (2, 1));
        let error = failed.done.by_completion().pop().unwrap().await.unwrap();
        assert_eq!(error, Err("broken"));
        let cancelled = fails(2, Ok(()));
        cancelled.cancel();
        let none = wait_try([cancelled, fails(1, Ok(()))]).until(ReturnWhen::FirstException).await;
        assert!(none.pending.is_empty());
    });
}

#[test]
fn w3_with_a_timeout_it_returns_by_the_deadline_and_earlier_only_if_the_condition_holds() {
    every_schedule(|| async {
        for (slowest, expected) in [(1, 1.0), (2, 2.0), (5, 2.0)] {
            let start = t();
            let waited = wait([1, slowest].map(|n| spawn(after(n, n)))).timeout(2 * SECOND).await;
            assert_eq!(t() - start, expected);
            assert!(waited.pending.is_empty() || expected == 2.0);
        }
    });
}

#[test]
fn w4_no_child_is_changed_by_waiting_by_the_timeout_or_by_cancelling_the_waiter() {
    every_schedule(|| async {
        let (one, two) = (spawn(after(3, "one")), spawn(after(4, "two")));
        let waiter = spawn(async move {
            let waited = wait([one, two]).timeout(SECOND).await;
            let both = waited.pending.by_spawn();
            assert!(both.iter().all(|task| task.cancelling() == 0));
            wait(both).await
        });
        sleep(2 * SECOND).await;
        waiter.cancel();
        assert!(waiter.await.is_err());
        // They run on, detached, to the end that they would have had.
        assert_eq!(task::census().tasks, 3);
        sleep_until(Instant::ZERO + 4 * SECOND).await;
        yield_now().await;
        sleep(SECOND).await;
        assert_eq!((task::census().tasks, t()), (1, 5.0));
    });
}

#[test]
fn w5_it_returns_at_the_first_instant_at_which_the_condition_holds() {
    every_schedule(|| async {
        let waited = wait([2, 1, 3].map(|n| spawn(after(n, n)))).until(ReturnWhen::FirstCompleted).await;
        assert_eq!(t(), 1.0);
        let rest = wait(waited.pending).await;
        assert_eq!((t(), rest.done.len()), (3.0, 2));
        assert!(wait(rest.done).await.pending.is_empty());
        assert_eq!(t(), 3.0);
    });
}

#[test]
fn w6_no_timer_and_no_registration_remains() {
    every_schedule(|| async {
        let task = spawn(after(1, ()));
        yield_now().await;
        let waited = wait([task]).timeout(100 * SECOND).await;
        assert_eq!((waited.done.len(), task::census().timers, task::census().watches), (1, 0, 0));
        let (sender, receiver) = futures::channel::oneshot::channel::<()>();
        let blocked = spawn(receiver);
        let waiter = spawn(async { drop(wait([blocked]).timeout(SECOND).await) });
        yield_now().await;
        waiter.cancel();
        let _ = waiter.await;
        assert_eq!((task::census().timers, task::census().watches), (0, 0));
        drop(sender);
    });
}
