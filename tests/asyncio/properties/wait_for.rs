//! [B1] to [B4] and [H1], [H2]: `wait_for` and `shield`.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;

use reenact::prelude::*;

use super::{SECOND, after, end, t};
use crate::support::{every_schedule, outcomes};

/// Sleeps; when it is cancelled cleans up for a second, and then passes the request on or returns.
async fn cleans_up(seconds: u32, passes_on: bool, ended: Rc<Cell<bool>>) -> &'static str {
    let slept = catch_cancel(sleep(seconds * SECOND)).await;
    if slept.is_err() {
        sleep(SECOND).await;
    }
    ended.set(true);
    match slept {
        Ok(()) => "slept",
        Err(cancelled) if passes_on => resume_cancel(cancelled).await,
        Err(_) => "cleaned up",
    }
}

#[test]
fn b1_the_task_has_ended_when_wait_for_is_left() {
    every_schedule(|| async {
        for (seconds, passes_on) in [(1, true), (2, true), (5, true), (5, false)] {
            let ended = Rc::new(Cell::new(false));
            let _ = wait_for(spawn(cleans_up(seconds, passes_on, ended.clone())), 2 * SECOND).await;
            assert!(ended.get());
        }
    });
    // Also by a cancel request for the waiter.
    every_schedule(|| async {
        let ended = Rc::new(Cell::new(false));
        let noted = ended.clone();
        let waiter = spawn(async move { wait_for(spawn(cleans_up(5, true, noted)), 20 * SECOND).await });
        sleep(SECOND).await;
        waiter.cancel();
        assert!(waiter.await.is_err());
        assert_eq!((ended.get(), t()), (true, 2.0));
    });
}

#[test]
fn b2_a_request_for_the_waiter_goes_on_whatever_the_task_returns() {
    every_schedule(|| async {
        let task = spawn(cleans_up(5, false, Rc::default()));
        let waiter = spawn(async move {
            let _ = wait_for(task, SECOND).await;
            sleep(10 * SECOND).await;
        });
        // In the instant of the deadline.
        sleep(SECOND).await;
        assert!(waiter.cancel());
        assert_eq!(end(waiter.await), "task was cancelled");
        // The task is cancelled once by the deadline and once more by the request, which hits its clean-up; or by the request alone.
        assert!([1.0, 2.0].contains(&t()));
    });
}

#[test]
fn b3_it_takes_no_longer_than_the_deadline_and_the_clean_up() {
    every_schedule(|| async {
        let _ = wait_for(spawn(cleans_up(50, true, Rc::default())), 2 * SECOND).await;
        assert_eq!(t(), 3.0);
        let _ = wait_for(spawn(after(50, ())), 2 * SECOND).await;
        assert_eq!(t(), 5.0);
    });
}

#[test]
fn b4_elapsed_means_that_the_task_ended_cancelled_and_a_value_that_it_returned() {
    let seen = outcomes(|| async {
        let ended = Rc::new(Cell::new(false));
        let at_the_deadline = wait_for(spawn(after(2, "done")), 2 * SECOND).await;
        let refused = wait_for(spawn(cleans_up(5, false, ended.clone())), SECOND).await;
        assert_eq!(refused.unwrap(), "cleaned up");
        let gave_in = wait_for(spawn(cleans_up(5, true, ended)), SECOND).await;
        assert!(matches!(gave_in, Err(WaitForError::Elapsed)));
        match at_the_deadline {
            Ok(value) => value,
            Err(WaitForError::Elapsed) => "elapsed",
            Err(_) => "something else",
        }
    });
    assert_eq!(seen, BTreeSet::from(["done", "elapsed"]));
}

#[test]
fn h1_no_cancel_of_the_awaiter_reaches_shielded_work() {
    every_schedule(|| async {
        let ended = Rc::new(Cell::new(0.0));
        let note = ended.clone();
        let awaiter = spawn(shield(async move {
            assert!(catch_cancel(sleep(3 * SECOND)).await.is_ok());
            note.set(t());
        }));
        sleep(SECOND).await;
        awaiter.cancel();
        assert!(awaiter.await.is_err());
        assert_eq!((t(), ended.get()), (1.0, 0.0));
        sleep(5 * SECOND).await;
        assert_eq!(ended.get(), 3.0);
    });
}

#[test]
fn h2_awaited_a_shield_yields_what_the_work_does_when_it_does() {
    every_schedule(|| async {
        assert_eq!((shield(after(2, "done")).await, t()), ("done", 2.0));
    });
}
