//! Tasks and their cancellation: `create_task`, `Task`, `Task.cancel`.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures::FutureExt;
use reenact::prelude::*;
use reenact::task;
use serde_json::{Value, json};

use super::values::{Slot, after, asleep, by_hand, ended, join, ms, reports, settle, state, t};
use super::{Difference, check, check_reports};

pub(super) const DIFFERENCES: &[Difference] = &[
    Difference {
        id: "task-inner-future-cancelled",
        ours: &[r#"{"T": "error:CancelledError", "F": "cancelled", "cancelling": 0}"#],
        reason: "that an awaited task was cancelled is a value, and what becomes of the awaiter is for it to say",
    },
    Difference {
        id: "task-cancel-caught-returns",
        ours: &[r#"{"F2_at_once": "pending", "T": "ok:42", "T_cancelled": false}"#],
        reason: "cancel only requests: what the task awaits is dropped at its next step, not inside the call",
    },
    Difference {
        id: "task-awaits-itself",
        ours: &[r#"{"T": "error:task 0.0 awaits itself: it can never end"}"#],
        reason: "a task that awaits itself is a mistake that panics",
    },
    Difference {
        id: "task-retrieved-exception-not-reported",
        ours: &[r#"{"reports": ["cancelled when done"]}"#],
        reason: "an error value is never reported, a panic is unless somebody looked at it; to cancel an ended task does nothing, \
                 and mark_seen says that it was seen",
    },
    Difference {
        id: "task-destroyed-pending-reported",
        ours: &[r#"{"reports": ["1 task was unfinished when main was done"], "all_tasks": 2}"#],
        reason: "tasks are owned by the execution and not by their handles: an unfinished one lives until main is done",
    },
];

#[test]
fn task_cancel_sleep() {
    check("task-cancel-sleep", || async {
        let mut task = spawn(after(10_000, 12));
        settle().await;
        task.cancel();
        let end = ended((&mut task).await);
        json!({"T": end, "again": task.cancel(), "t": t()})
    });
}

#[test]
fn task_cancelling_counts() {
    check("task-cancelling-counts", || async {
        let task = spawn(asleep(10_000));
        let (mut counts, mut returned) = (vec![task.cancelling()], Vec::new());
        for _ in 0..2 {
            returned.push(task.cancel());
            counts.push(task.cancelling());
        }
        json!({"c": counts, "r": returned, "T": ended(task.await)})
    });
}

#[test]
fn task_uncancel() {
    check("task-uncancel", || async {
        // Twice, since a result is taken once: its end, and its end after a late uncancel.
        let (mut after1, mut ends) = (Vec::new(), Vec::new());
        for late in [false, true] {
            let task = spawn(async {
                if let Ok(result) = catch_cancel(asleep(10_000)).await {
                    return result;
                }
                task::uncancel();
                asleep(10_000).await
            });
            sleep(ms(10)).await;
            task.cancel();
            sleep(ms(10)).await;
            after1.push((task.cancelling(), task.is_finished()));
            task.cancel();
            let done = wait([task]).await.done.by_spawn();
            if late {
                done[0].uncancel();
            }
            ends.push(state(&done[0]));
        }
        assert_eq!(after1[0], after1[1]);
        json!({"after1": after1[0], "end": ends[0], "still": ends[1]})
    });
}

#[test]
fn task_cancel_between_yields() {
    check("task-cancel-between-yields", || async {
        let (signal, signalled) = futures::channel::oneshot::channel();
        let mut task = spawn(async {
            signal.send(()).unwrap();
            yield_now().await;
            yield_now().await;
            Ok(json!(12))
        });
        signalled.await.unwrap();
        task.cancel();
        let end = ended((&mut task).await);
        json!({"T": end, "again": task.cancel()})
    });
}

#[test]
fn task_inner_future_cancelled() {
    check("task-inner-future-cancelled", || async {
        let (_set, future) = by_hand();
        let f = Slot::new(RefCell::new(Some(spawn(future))));
        let inner = f.clone();
        let ends = Rc::new(RefCell::new(String::new()));
        let note = ends.clone();
        let task = spawn(async move {
            let result = join(inner).await;
            let cancelled = result.as_ref().is_err_and(TaskError::is_cancelled);
            note.replace(ended(result));
            if cancelled { Err("CancelledError") } else { Ok(Value::Null) }
        });
        settle().await;
        f.borrow().as_ref().unwrap().cancel();
        settle().await;
        json!({"T": state(&task), "F": *ends.borrow(), "cancelling": task.cancelling()})
    });
}

#[test]
fn task_cancel_caught_returns() {
    check("task-cancel-caught-returns", || async {
        let ((f1, first), (f2, second)) = (by_hand(), by_hand());
        let task = spawn(async {
            first.await?;
            match catch_cancel(second).await {
                Ok(result) => result,
                Err(_) => Ok(json!(42)),
            }
        });
        f1.send(Ok(Value::Null)).unwrap();
        settle().await;
        task.cancel();
        let at_once = if f2.is_canceled() { "cancelled" } else { "pending" };
        let end = task.await;
        let cancelled = matches!(end, Err(TaskError::Cancelled));
        json!({"F2_at_once": at_once, "T": ended(end), "T_cancelled": cancelled})
    });
}

#[test]
fn task_cancel_ignored_continues() {
    check("task-cancel-ignored-continues", || async {
        let ((f1, first), (_f2, second), (f3, third)) = (by_hand(), by_hand(), by_hand());
        let task = spawn(async {
            first.await?;
            if let Ok(result) = catch_cancel(second).await {
                return result;
            }
            third.await
        });
        f1.send(Ok(Value::Null)).unwrap();
        settle().await;
        task.cancel();
        settle().await;
        let f3_cancelled = f3.is_canceled();
        f3.send(Ok(json!(42))).unwrap();
        settle().await;
        json!({"T": state(&task), "F3_cancelled": f3_cancelled, "cancelling": task.cancelling()})
    });
}

#[test]
fn task_cancel_self_hits_next_await() {
    check("task-cancel-self-hits-next-await", || async {
        let own = Rc::new(Cell::new(None::<task::TaskRef>));
        let shared = own.clone();
        let task = spawn(async move {
            shared.take().unwrap().cancel();
            after(100_000, 12).await
        });
        own.set(Some(task.task_ref()));
        json!({"T": ended(task.await), "t": t()})
    });
}

#[test]
fn task_cancel_beats_ready_result() {
    check("task-cancel-beats-ready-result", || async {
        let (set, future) = by_hand();
        let f = future.boxed_local().shared();
        let task = spawn(f.clone());
        settle().await;
        set.send(Ok(json!(1))).unwrap();
        task.cancel();
        json!({"T": ended(task.await), "F": ended(Ok(f.await))})
    });
}

#[test]
fn task_cancel_sleeping_at() {
    check("task-cancel-sleeping-at", || async {
        let task = spawn(asleep(5_000_000));
        let canceller = task.task_ref();
        let _cancelling = spawn(async move {
            sleep(ms(100)).await;
            canceller.cancel();
        });
        json!({"r": ended(task.await), "t": t(), "live_timers": task::census().timers})
    });
}

#[test]
fn task_cancel_passes_through_calls() {
    check("task-cancel-passes-through-calls", || async {
        let (f, future) = by_hand();
        let proof = Rc::new(Cell::new(0));
        let add = |n: u32| {
            let proof = proof.clone();
            move || proof.set(proof.get() + n)
        };
        let (add_1, add_100) = (add(1), add(100));
        let inner = async move {
            match catch_cancel(future).await {
                Ok(result) => result,
                Err(cancelled) => {
                    add_1();
                    resume_cancel(cancelled).await
                }
            }
        };
        let task = spawn(async move {
            if catch_cancel(inner).await.is_err() {
                add_100();
            }
            Ok(Value::Null)
        });
        settle().await;
        task.cancel();
        let end = ended(task.await);
        json!({"proof": proof.get(), "F": if f.is_canceled() { "cancelled" } else { "pending" }, "T": end})
    });
}

#[test]
fn task_awaits_itself() {
    let body = || async {
        let own = Slot::default();
        let shared = own.clone();
        own.replace(Some(spawn(async { join(shared).await.unwrap() })));
        settle().await;
        let task = own.take().unwrap();
        json!({"T": state(&task)})
    };
    check_reports("task-awaits-itself", body, |value, _| value.clone());
}

#[test]
fn task_current() {
    check("task-current", || async {
        let main = task::current().id().to_string() == "0";
        let child = spawn(async { task::current().id() });
        let id = child.id();
        json!({"same": [main, child.await.unwrap() == id]})
    });
}

#[test]
fn task_retrieved_exception_not_reported() {
    let body = || async {
        let fails = |how: &'static str| spawn(async move { panic!("{how}") });
        let (read, awaited, cancelled, marked): (Task<()>, Task<()>, Task<()>, Task<()>) =
            (fails("read"), fails("awaited"), fails("cancelled when done"), fails("marked"));
        settle().await;
        assert!(read.try_result().unwrap().is_err());
        assert!(awaited.await.is_err());
        assert!(!cancelled.cancel());
        marked.mark_seen();
        Value::Null
    };
    check_reports("task-retrieved-exception-not-reported", body, |_, warnings| json!({"reports": reports(warnings)}));
}

#[test]
fn task_destroyed_pending_reported() {
    let body = || async {
        let (set, future) = by_hand();
        // Only the task refers to what it awaits.
        drop(spawn(async move {
            let result = future.await;
            drop(set);
            result
        }));
        settle().await;
        json!(task::census().tasks)
    };
    let outcome = |tasks: &Value, warnings: &[_]| json!({"reports": reports(warnings), "all_tasks": tasks});
    check_reports("task-destroyed-pending-reported", body, outcome);
}

#[test]
fn task_does_not_start_inside_create() {
    check("task-does-not-start-inside-create", || async {
        let log = Rc::new(RefCell::new(Vec::new()));
        let shared = log.clone();
        let task = spawn(async move { shared.borrow_mut().push("T") });
        log.borrow_mut().push("main");
        task.await.unwrap();
        json!({"log": *log.borrow()})
    });
}
