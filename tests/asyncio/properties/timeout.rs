//! [O1] to [O5]: `timeout_scope`, and what `timeout` shares with it.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;

use reenact::prelude::*;
use reenact::task;

use super::{SECOND, after, end, t};
use crate::support::{every_schedule, outcomes};

#[test]
fn o1_the_body_is_left_at_the_deadline_plus_its_clean_up() {
    every_schedule(|| async {
        assert!(timeout_scope(2 * SECOND, async |_| after(5, ()).await).await.is_err());
        assert_eq!(t(), 2.0);
        let cleaned = timeout_scope(2 * SECOND, async |_| {
            let Err(cancelled) = catch_cancel(sleep(5 * SECOND)).await else { return };
            sleep(SECOND).await;
            resume_cancel(cancelled).await
        });
        assert!(cleaned.await.is_err());
        assert_eq!(t(), 5.0);
        assert!(timeout(2 * SECOND, after(5, ())).await.is_err());
        assert_eq!(t(), 7.0);
    });
}

#[test]
fn o2_as_long_as_it_has_not_expired_it_has_changed_nothing() {
    every_schedule(|| async {
        let told = Rc::new(Cell::new(0));
        let body = timeout_scope(3 * SECOND, async |deadline| {
            told.set(u32::from(catch_cancel(sleep(2 * SECOND)).await.is_err()));
            deadline.expired()
        });
        assert_eq!((body.await, told.get(), t(), task::cancelling()), (Ok(false), 0, 2.0, 0));
        // Moved away in time, and taken away.
        let body = timeout_scope(SECOND, async |deadline| {
            sleep(SECOND / 2).await;
            assert!(deadline.reschedule(now() + 5 * SECOND));
            sleep(2 * SECOND).await;
            assert!(deadline.reschedule(None));
            sleep(10 * SECOND).await;
            deadline.expired()
        });
        assert_eq!(body.await, Ok(false));
    });
}

#[test]
fn o3_elapsed_leaves_only_the_scope_whose_own_deadline_came_and_of_nested_ones_the_outermost() {
    every_schedule(|| async {
        let nested = timeout_scope(SECOND, async |_| {
            let inner = timeout_scope(SECOND, async |_| after(5, ()).await).await;
            unreachable!("the outer scope has ended this: {inner:?}")
        });
        let left: Result<(), Elapsed> = nested.await;
        assert_eq!((left.is_err(), t()), (true, 1.0));
        let inner_only = timeout_scope(5 * SECOND, async |_| timeout_scope(SECOND, async |_| after(5, ()).await).await).await;
        assert_eq!((inner_only.unwrap().is_err(), t()), (true, 2.0));
        // A value that is returned after the deadline is a value.
        let value = timeout_scope(SECOND, async |deadline| {
            assert!(catch_cancel(sleep(5 * SECOND)).await.is_err());
            assert!(deadline.expired() && !deadline.reschedule(now() + SECOND));
            "all the same"
        });
        assert_eq!((value.await, t()), (Ok("all the same"), 3.0));
    });
}

#[test]
fn o4_a_request_from_outside_is_never_converted_and_never_lost() {
    // Before the scope, in its instant, while its body cleans up after it, and the deadline while the body cleans up after the request.
    for at in [0, 1, 2] {
        for scope_first in [false, true] {
            every_schedule(|| async move {
                let task = spawn(async move {
                    let scope = timeout_scope(SECOND, async move |_| {
                        let Err(cancelled) = catch_cancel(sleep(10 * SECOND)).await else { return };
                        // The clean-up is itself cut short by whatever comes second.
                        sleep((if scope_first { 2 } else { 5 }) * SECOND).await;
                        resume_cancel(cancelled).await
                    });
                    let _ = scope.await;
                    sleep(10 * SECOND).await;
                });
                sleep(at * SECOND).await;
                assert!(task.cancel());
                assert_eq!(end(task.await), "task was cancelled");
            });
        }
    }
    let due_already = every_schedule(|| async {
        let task = spawn(async {
            let _ = timeout_scope(Duration::ZERO, async |_| sleep(SECOND).await).await;
            sleep(SECOND).await;
        });
        task.cancel();
        assert_eq!(end(task.await), "task was cancelled");
    });
    assert!(due_already > 0);
}

#[test]
fn o5_no_timer_remains() {
    every_schedule(|| async {
        let _ = timeout_scope(5 * SECOND, async |_| after(1, ()).await).await;
        assert_eq!(task::census().timers, 0);
        let _ = timeout_scope(SECOND, async |_| std::future::pending::<()>().await).await;
        assert_eq!(task::census().timers, 0);
        let _ = timeout(5 * SECOND, after(1, ())).await;
        assert_eq!(task::census().timers, 0);
        let mut dropped = std::pin::pin!(Some(timeout_scope(5 * SECOND, async |_| std::future::pending::<()>().await)));
        std::future::poll_fn(|cx| {
            assert!(dropped.as_mut().as_pin_mut().unwrap().poll(cx).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
        assert_eq!(task::census().timers, 1);
        dropped.set(None);
        assert_eq!(task::census().timers, 0);
    });
}

#[test]
fn at_a_tie_with_another_task_both_outcomes_exist() {
    // The deadline and the sender's timer come in one instant. Once the scope's task is ready because of the deadline its
    // request comes first, whoever else has sent something.
    let seen = outcomes(|| async {
        let (sender, receiver) = futures::channel::oneshot::channel();
        spawn(async move {
            sleep(SECOND).await;
            let _ = sender.send(());
        });
        timeout(SECOND, receiver).await.is_ok()
    });
    assert_eq!(seen, BTreeSet::from([false, true]));
}
