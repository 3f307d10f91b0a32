//! `wait_for`.

use std::cell::Cell;
use std::rc::Rc;

use reenact::prelude::*;
use serde_json::{Value, json};

use super::values::{Child, after, asleep, by_hand, cancelled_slowly, ended, ms, seconds, settle, t};
use super::{Difference, check};

pub(super) const DIFFERENCES: &[Difference] =
    &[Difference { id: "wf-timeout-negative-running-task", ours: &[], reason: "a Duration is not negative" }];

/// What the waiter got: asyncio's TimeoutError is `["timeout"]`.
fn got(result: Result<Child, WaitForError>) -> Value {
    match result {
        Ok(Ok(value)) => json!(["ok", value]),
        Ok(Err(error)) => json!(["error", error]),
        Err(WaitForError::Elapsed) => json!(["timeout"]),
        Err(WaitForError::Cancelled) => json!(["cancelled"]),
        Err(WaitForError::Panicked(panic)) => json!(["error", panic.message()]),
    }
}

/// Whether a task has ended of which only the waiter has the handle: it has dropped its guard.
struct Guard(Rc<Cell<bool>>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

/// A body with a guard inside.
fn guarded(body: impl Future<Output = Child>) -> (Rc<Cell<bool>>, impl Future<Output = Child>) {
    let dropped = Rc::new(Cell::new(false));
    let guard = Guard(dropped.clone());
    let guarded = async move {
        let _guard = guard;
        body.await
    };
    (dropped, guarded)
}

/// How the task ended: the waiter hears of a deadline only if the task ended cancelled.
fn of_task(result: &Value, dropped: &Cell<bool>) -> &'static str {
    match dropped.get() {
        false => "pending",
        true if result[0] == "timeout" => "cancelled",
        true => "done",
    }
}

/// Ignores cancellation and ends at 0.2; notes when.
async fn stubborn(exits: Rc<Cell<Option<f64>>>) -> Child {
    let end = Instant::ZERO + ms(200);
    while catch_cancel(sleep_until(end)).await.is_err() {}
    exits.set(Some(t()));
    Ok(Value::Null)
}

#[test]
fn wf_cancelled_waits_for_stubborn_task() {
    check("wf-cancelled-waits-for-stubborn-task", || async {
        let exits = Rc::new(Cell::new(None));
        let task = spawn(stubborn(exits.clone()));
        let w = spawn(wait_for(task, ms(400)));
        settle().await;
        w.cancel();
        assert!(w.await.is_err());
        let w_end = t();
        sleep(ms(1_000)).await;
        json!({"T_exit": [exits.get()], "W_end_t": w_end})
    });
}

#[test]
fn wf_timeout_waits_for_stubborn_task() {
    check("wf-timeout-waits-for-stubborn-task", || async {
        let exits = Rc::new(Cell::new(None));
        let task = spawn(stubborn(exits.clone()));
        let result = wait_for(task, ms(100)).await;
        json!({"T_exit": [exits.get()], "r": got(result), "t": t()})
    });
}

#[test]
fn wf_zero_not_started() {
    check("wf-zero-not-started", || async {
        let started = Rc::new(Cell::new(false));
        let note = started.clone();
        let fresh = spawn(async move {
            note.set(true);
            asleep(0).await
        });
        let result = wait_for(fresh, ms(0)).await;
        json!({"r": got(result), "started": started.get()})
    });
}

#[test]
fn wf_timeout_zero_running_task() {
    check("wf-timeout-zero-running-task", || async {
        let (cleaned, work) = guarded(asleep(10_000));
        let task = spawn(work);
        settle().await;
        let start = now();
        let r = got(wait_for(task, ms(0)).await);
        json!({"r": r, "T": of_task(&r, &cleaned), "cleaned": cleaned.get(), "dt": seconds(now() - start)})
    });
}

#[test]
fn wf_timeout() {
    check("wf-timeout", || async {
        let (cleaned, work) = guarded(asleep(1_000_000));
        let task = spawn(work);
        let r = got(wait_for(task, ms(100)).await);
        json!({"r": r, "T": of_task(&r, &cleaned), "t": t(), "cleaned": cleaned.get()})
    });
}

#[test]
fn wf_waits_for_cleanup() {
    check("wf-waits-for-cleanup", || async {
        let (cleaned, work) = guarded(cancelled_slowly(500));
        let task = spawn(work);
        let r = got(wait_for(task, ms(100)).await);
        json!({"r": r, "T": of_task(&r, &cleaned), "t": t()})
    });
}

#[test]
fn wf_waits_for_cleanup_timeout_zero() {
    check("wf-waits-for-cleanup-timeout-zero", || async {
        let (cleaned, work) = guarded(cancelled_slowly(500));
        let task = spawn(work);
        settle().await;
        let start = now();
        let r = got(wait_for(task, ms(0)).await);
        json!({"r": r, "T": of_task(&r, &cleaned), "dt": seconds(now() - start)})
    });
}

#[test]
fn wf_exception_in_cleanup_wins() {
    check("wf-exception-in-cleanup-wins", || async {
        let task = spawn(async {
            let _ = catch_cancel(sleep(ms(200))).await;
            Err("Foo")
        });
        let result = wait_for(task, ms(100)).await;
        json!({"r": got(result), "t": t()})
    });
}

/// Cancels whoever waits for a task that is blocked for ever; both have ended afterwards.
async fn cancel_the_waiter<F>(wait: impl FnOnce(Task<Child>) -> F) -> Value
where
    F: Future + 'static,
    F::Output: 'static,
{
    let (_set, blocked) = by_hand();
    let (dropped, work) = guarded(blocked);
    let w = spawn(wait(spawn(work)));
    settle().await;
    assert!(w.cancel());
    let w_end = ended(w.await.map(|_| Ok(Value::Null)));
    settle().await;
    json!({"W": w_end, "T": if dropped.get() { "cancelled" } else { "pending" }})
}

#[test]
fn wf_cancel_the_waiter_timeout_none() {
    // Without a deadline there is nothing to bound: the handle that cancels the task when it is dropped is awaited.
    check("wf-cancel-the-waiter-timeout-None", || cancel_the_waiter(Task::cancel_on_drop));
}

#[test]
fn wf_cancel_the_waiter_timeout_60_0() {
    check("wf-cancel-the-waiter-timeout-60.0", || cancel_the_waiter(|task| wait_for(task, ms(60_000))));
}

#[test]
fn wf_cancel_suppressed_value() {
    check("wf-cancel-suppressed-value", || async {
        let task = spawn(async {
            match catch_cancel(asleep(10_000)).await {
                Ok(result) => result,
                Err(_) => Ok(json!(42)),
            }
        });
        json!({"r": got(wait_for(task, ms(100)).await)})
    });
}

#[test]
fn wf_shield_timeout() {
    check("wf-shield-timeout", || async {
        // T's result comes by hand: its handle is the shield's.
        let (send, mut result) = futures::channel::oneshot::channel::<Child>();
        let work = async move {
            let _ = send.send(after(100, "done").await);
        };
        let shielded = spawn(async {
            shield(work).await;
            Ok(Value::Null)
        });
        let waited = got(wait_for(shielded, ms(10)).await);
        let of_task = if result.try_recv().unwrap().is_none() { "pending" } else { "done" };
        let then = result.await.unwrap().map(|value| json!(["ok", value]));
        json!({"r": waited, "T": of_task, "then": then.unwrap(), "t": t()})
    });
}
