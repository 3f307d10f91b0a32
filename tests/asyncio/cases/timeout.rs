//! `timeout_scope`, which is what asyncio calls `timeout`.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use reenact::combinators::{Deadline, timeout_scope_at};
use reenact::prelude::*;
use reenact::task::{self, TaskRef};
use serde_json::{Value, json};

use super::values::{ended, ms, seconds, settle, t};
use super::{Difference, check};

pub(super) const DIFFERENCES: &[Difference] = &[
    Difference {
        id: "to-nested-same-deadline",
        ours: &[r#"{"inner": "cancelled", "outer": "timeout", "c1": true, "c2": true}"#],
        reason: "asyncio's outcome in fifo order holds under every schedule: the timers of an instant fire before any task steps",
    },
    Difference {
        id: "to-past-sleep-zero",
        ours: &[r#"{"r": ["timeout"], "expired": true, "t": 0.0}"#],
        reason: "asyncio's outcome in fifo order holds under every schedule: a deadline that has passed counts at the next step",
    },
    Difference { id: "to-nested-outer-first", ours: &[], reason: "the clock does not move within a step" },
    Difference { id: "to-nested-both-overdue", ours: &[], reason: "the clock does not move within a step" },
    Difference {
        id: "to-zero-swallows-earlier-cancel",
        ours: &[r#"{"r": ["cancelled"]}"#],
        reason: "a known defect of asyncio (gh-134471): the earlier request is not lost here",
    },
];

/// What left the scope.
fn left<T: Into<Value>>(result: Result<T, Elapsed>) -> Value {
    match result {
        Ok(value) => json!(["ok", value.into()]),
        Err(_) => json!(["timeout"]),
    }
}

/// Keeps the handle of a scope for when the scope is over.
#[derive(Clone, Default)]
struct Kept(Rc<RefCell<Option<Deadline>>>);

impl Kept {
    fn keep(&self, deadline: &Deadline) {
        *self.0.borrow_mut() = Some(deadline.clone());
    }

    fn get(&self) -> Deadline {
        self.0.borrow().clone().unwrap()
    }

    fn expired(&self) -> bool {
        self.get().expired()
    }
}

/// Spawns a body that can cancel its own task.
fn with_own_handle<F: Future<Output: 'static> + 'static>(body: impl FnOnce(Me) -> F) -> Task<F::Output> {
    let me = Me::default();
    let task = spawn(body(me.clone()));
    *me.0.borrow_mut() = Some(task.task_ref());
    task
}

#[derive(Clone, Default)]
struct Me(Rc<RefCell<Option<TaskRef>>>);

impl Me {
    fn cancel(&self) {
        assert!(self.0.borrow().as_ref().unwrap().cancel());
    }
}

#[test]
fn to_at() {
    check("to-at", || async {
        let kept = Kept::default();
        let result = timeout_scope_at(Instant::ZERO + ms(10), async |deadline| {
            kept.keep(&deadline);
            sleep(ms(10_000)).await;
        })
        .await;
        let when = kept.get().when().map(|when| seconds(when - Instant::ZERO));
        json!({"r": left(result), "expired": kept.expired(), "when": when})
    });
}

/// Says `cancelled` unless it is told something else before it is dropped.
struct Leaves(Rc<Cell<&'static str>>);

impl Drop for Leaves {
    fn drop(&mut self) {
        if self.0.get().is_empty() {
            self.0.set("cancelled");
        }
    }
}

#[test]
fn to_nested_same_deadline() {
    check("to-nested-same-deadline", || async {
        let (c1, c2) = (Kept::default(), Kept::default());
        let inner = Rc::new(Cell::new(""));
        let outer = timeout_scope_at(Instant::ZERO + ms(10), async |deadline| {
            c1.keep(&deadline);
            let leaves = Leaves(inner.clone());
            let result = timeout_scope_at(Instant::ZERO + ms(10), async |deadline| {
                c2.keep(&deadline);
                sleep(ms(10_000)).await;
            });
            leaves.0.set(if result.await.is_err() { "timeout" } else { "ok" });
        })
        .await;
        let outer = left(outer.map(|()| Value::Null))[0].clone();
        json!({"inner": inner.get(), "outer": outer, "c1": c1.expired(), "c2": c2.expired()})
    });
}

#[test]
fn to_body_sees_cancelled() {
    check("to-body-sees-cancelled", || async {
        let inside = Cell::new("nothing");
        let result = timeout_scope(ms(10), async |_| {
            if let Err(cancelled) = catch_cancel(sleep(ms(10_000))).await {
                inside.set("cancelled");
                resume_cancel::<()>(cancelled).await;
            }
        })
        .await;
        json!({"inside": inside.get(), "r": left(result)})
    });
}

#[test]
fn to_not_reached() {
    check("to-not-reached", || async {
        let kept = Kept::default();
        let result = timeout_scope(ms(10_000), async |deadline| {
            kept.keep(&deadline);
            sleep(ms(10)).await;
        })
        .await;
        json!({"r": left(result), "expired": kept.expired(), "t": t(), "live_timers": task::census().timers})
    });
}

#[test]
fn to_zero() {
    check("to-zero", || async {
        let kept = Kept::default();
        let result = timeout_scope(Duration::ZERO, async |deadline| {
            kept.keep(&deadline);
            sleep(ms(10_000)).await;
        })
        .await;
        json!({"r": left(result), "expired": kept.expired(), "t": t()})
    });
}

#[test]
fn to_past_sleep_zero() {
    check("to-past-sleep-zero", || async {
        sleep(ms(11_000)).await;
        let start = now();
        let kept = Kept::default();
        let result = timeout_scope_at(Instant::ZERO, async |deadline| {
            kept.keep(&deadline);
            sleep(Duration::ZERO).await;
        })
        .await;
        json!({"r": left(result), "expired": kept.expired(), "t": seconds(now() - start)})
    });
}

#[test]
fn to_zero_no_await() {
    check("to-zero-no-await", || async {
        let kept = Kept::default();
        let result = timeout_scope(Duration::ZERO, async |deadline| {
            kept.keep(&deadline);
            1
        })
        .await;
        json!({"r": left(result), "expired": kept.expired()})
    });
}

#[test]
fn to_error_raised_in_cleanup() {
    check("to-error-raised-in-cleanup", || async {
        let kept = Kept::default();
        let result = timeout_scope(ms(10), async |deadline| {
            kept.keep(&deadline);
            match catch_cancel(sleep(ms(1_000))).await {
                Ok(()) => Ok(()),
                Err(_) => Err("ZeroDivisionError"),
            }
        })
        .await;
        let result = match result {
            Ok(Err(error)) => json!(["error", error]),
            other => json!(format!("{other:?}")),
        };
        json!({"r": result, "expired": kept.expired(), "cancelling": task::cancelling()})
    });
}

#[test]
fn to_foreign_cancel() {
    check("to-foreign-cancel", || async {
        let kept = Kept::default();
        let keep = kept.clone();
        let task = with_own_handle(|me| {
            timeout_scope(ms(10_000), async move |deadline| {
                keep.keep(&deadline);
                me.cancel();
                sleep(ms(10_000)).await;
            })
        });
        let result = match task.await {
            Err(TaskError::Cancelled) => "cancelled",
            _ => "something else",
        };
        json!({"r": result, "expired": kept.expired()})
    });
}

#[test]
fn to_task_itself_not_cancelled() {
    check("to-task-itself-not-cancelled", || async {
        let task = spawn(async {
            assert!(timeout_scope(ms(1), async |_| sleep(ms(10_000)).await).await.is_err());
            sleep(ms(1_000)).await;
            (Ok(Value::Null), task::cancelling())
        });
        let (result, cancelling) = task.await.unwrap();
        json!({"T": ended(Ok(result)), "cancelling": cancelling, "t": t()})
    });
}

#[test]
fn to_reschedule_later_and_earlier() {
    check("to-reschedule-later-and-earlier", || async {
        let start = |at: u64| {
            let kept = Kept::default();
            let keep = kept.clone();
            let task = spawn(async move {
                let result = timeout_scope(ms(at), async move |deadline| {
                    keep.keep(&deadline);
                    sleep(ms(100_000)).await;
                });
                let result = left(result.await);
                json!([result[0], t()])
            });
            (kept, task)
        };
        let ((later, t), (earlier, u), (past, v)) = (start(1_000), start(50_000), start(20_000));
        sleep(ms(500)).await;
        assert!(later.get().reschedule(Instant::ZERO + ms(5_000)));
        assert!(earlier.get().reschedule(Instant::ZERO + ms(600)));
        assert!(past.get().reschedule(Instant::ZERO + ms(100)));
        let (t, u, v) = (t.await.unwrap(), u.await.unwrap(), v.await.unwrap());
        json!({"T": t, "U": u, "V": v})
    });
}

#[test]
fn to_after_handled_cancellation() {
    check("to-after-handled-cancellation", || async {
        let task = with_own_handle(|me| async move {
            me.cancel();
            assert!(catch_cancel(sleep(ms(1_000))).await.is_err());
            let result = timeout_scope(Duration::ZERO, async |_| sleep(ms(1_000)).await).await;
            json!({"r": left(result), "cancelling": task::cancelling()})
        });
        task.await.unwrap()
    });
}

#[test]
fn to_nested_in_cleanup() {
    check("to-nested-in-cleanup", || async {
        let inner = Cell::new("nothing");
        let outer = timeout_scope(ms(10), async |_| {
            let Err(cancelled) = catch_cancel(sleep(ms(1_000))).await else { return };
            if timeout_scope(ms(10), async |_| sleep(ms(10_000)).await).await.is_err() {
                inner.set("timeout");
            }
            resume_cancel(cancelled).await
        })
        .await;
        json!({"inner": inner.get(), "outer": left(outer), "t": t()})
    });
}

#[test]
fn to_zero_swallows_earlier_cancel() {
    check("to-zero-swallows-earlier-cancel", || async {
        let task = with_own_handle(|me| async move {
            me.cancel();
            left(timeout_scope(Duration::ZERO, async |_| sleep(ms(1_000)).await).await)
        });
        settle().await;
        match task.await {
            Ok(value) => json!({"r": value}),
            Err(error) => json!({"r": [if error.is_cancelled() { "cancelled" } else { "error" }]}),
        }
    });
}
