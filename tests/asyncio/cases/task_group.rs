//! `task_group`, which is what asyncio calls `TaskGroup`.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use reenact::prelude::*;
use reenact::task::{self, Builder};
use serde_json::{Value, json};

use super::values::{ms, settle, t};
use super::{Difference, check};

pub(super) const DIFFERENCES: &[Difference] = &[Difference {
    id: "tg-no-spawn-after-abort",
    ours: &[r#"{"spawn": "cancelled", "r": ["group", ["ZeroDivisionError"]]}"#],
    reason: "to spawn in a group that takes no more children is no mistake of the program: the child counts as cancelled",
}];

type Error = String;

/// What left the group: `["ok", value]` or `["group", [errors]]`.
fn left<T: Into<Value>>(result: Result<T, GroupError<Error>>) -> Value {
    match result {
        Ok(value) => json!(["ok", value.into()]),
        Err(error) => json!(["group", kinds(error)]),
    }
}

/// The errors, sorted.
fn kinds(error: GroupError<Error>) -> Vec<Error> {
    let mut errors = error.errors;
    errors.sort();
    errors
}

/// The same, each once.
fn distinct_kinds(error: GroupError<Error>) -> Vec<Error> {
    let mut errors = kinds(error);
    errors.dedup();
    errors
}

/// The error of a group as an error of the group around it.
fn nested(error: GroupError<Error>) -> Error {
    format!("group({})", kinds(error).join(","))
}

async fn fails_after(milliseconds: u64, error: &str) -> Result<(), Error> {
    if milliseconds > 0 {
        sleep(ms(milliseconds)).await;
    }
    Err(error.to_owned())
}

async fn sleeps(milliseconds: u64) -> Result<(), Error> {
    sleep(ms(milliseconds)).await;
    Ok(())
}

/// Sleeps, and fails when it is cancelled.
async fn fails_when_cancelled(error: &str) -> Result<(), Error> {
    let _ = catch_cancel(sleep(ms(10_000))).await;
    Err(error.to_owned())
}

/// Sleeps for long, and notes when it is cancelled.
async fn notes_cancel(cancelled: Rc<Cell<u32>>) -> Result<(), Error> {
    if let Err(request) = catch_cancel(sleep(ms(5_000))).await {
        cancelled.set(cancelled.get() + 1);
        resume_cancel::<()>(request).await;
    }
    Ok(())
}

/// How a task ended that returns nothing.
fn end(result: &Result<Result<(), task_error::ChildFailed>, TaskError>) -> &'static str {
    match result {
        Ok(Ok(())) => "ok",
        Ok(Err(_)) => "error",
        Err(TaskError::Cancelled) => "cancelled",
        Err(TaskError::Panicked(_)) => "panicked",
    }
}

mod task_error {
    pub(super) use reenact::combinators::ChildFailed;
}

#[test]
fn tg_two_children() {
    check("tg-two-children", || async {
        let sum = task_group(async |group| {
            let after = |milliseconds, value| async move {
                sleep(ms(milliseconds)).await;
                Ok::<i32, Error>(value)
            };
            let (a, b) = (group.spawn(after(100, 42)), group.spawn(after(200, 11)));
            Ok::<_, Error>((a.await.unwrap().unwrap(), b.await.unwrap().unwrap()))
        })
        .await;
        let (a, b) = sum.unwrap();
        json!({"A": a, "B": b, "t": t()})
    });
}

#[test]
fn tg_child_error_cancels_body() {
    check("tg-child-error-cancels-body", || async {
        let (d, body) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
        let result = task_group(async |group| {
            for _ in 0..3 {
                group.spawn(fails_after(100, "ZeroDivisionError"));
            }
            group.spawn(notes_cancel(d.clone()));
            notes_cancel(body.clone()).await
        })
        .await;
        let error = result.unwrap_err();
        assert!((1..=3).contains(&error.errors.len()));
        json!({"kinds": distinct_kinds(error), "body_cancelled": body.get() == 1, "D_cancelled": d.get() == 1, "t": t()})
    });
}

#[test]
fn tg_outer_cancel_while_waiting() {
    check("tg-outer-cancel-while-waiting", || async {
        let count = Rc::new(Cell::new(0));
        let counted = count.clone();
        let task = spawn(task_group(async move |group| {
            for _ in 0..5 {
                group.spawn(notes_cancel(counted.clone()));
            }
            Ok(())
        }));
        sleep(ms(100)).await;
        task.cancel();
        let result = task.await;
        json!({"T": if result.is_err() { "cancelled" } else { "done" }, "n": count.get(), "t": t()})
    });
}

#[test]
fn tg_outer_cancel_but_children_fail() {
    check("tg-outer-cancel-but-children-fail", || async {
        let task = spawn(async {
            let result = task_group(async |group| {
                for _ in 0..5 {
                    group.spawn(fails_when_cancelled("ZeroDivisionError"));
                }
                sleeps(10_000).await
            });
            let result = left(result.await);
            json!({"r": result, "cancelling": task::cancelling()})
        });
        sleep(ms(100)).await;
        task.cancel();
        task.await.unwrap()
    });
}

#[test]
fn tg_body_error_after_await() {
    check("tg-body-error-after-await", || async {
        let tasks = Rc::new(RefCell::new(Vec::new()));
        let result = task_group(async |group| {
            tasks.borrow_mut().extend([group.spawn(sleeps(1_000)), group.spawn(sleeps(2_000))]);
            fails_after(100, "ZeroDivisionError").await
        });
        let result = left(result.await);
        let [a, b] = tasks.take().try_into().unwrap();
        json!({"r": result, "A": end(&a.await), "B": end(&b.await), "t": t()})
    });
}

#[test]
fn tg_body_error_at_once() {
    check("tg-body-error-at-once", || async {
        let tasks = Rc::new(RefCell::new(Vec::new()));
        let result = task_group(async |group| {
            tasks.borrow_mut().extend([group.spawn(sleeps(1_000)), group.spawn(sleeps(2_000))]);
            fails_after(0, "ZeroDivisionError").await
        });
        let result = left(result.await);
        let [a, b] = tasks.take().try_into().unwrap();
        json!({"r": result, "A": end(&a.await), "B": end(&b.await), "t": t()})
    });
}

/// A group around a group with five children that fail when they are cancelled, and perhaps a child of its own.
async fn two_groups(outer_child: bool) -> Value {
    let task = spawn(async move {
        let result = task_group(async |outer| {
            if outer_child {
                outer.spawn(sleeps(10_000));
            }
            let inner = task_group(async |group| {
                for _ in 0..5 {
                    group.spawn(fails_when_cancelled("ZeroDivisionError"));
                }
                sleeps(10_000).await
            });
            inner.await.map_err(nested)
        });
        left(result.await)
    });
    sleep(ms(100)).await;
    task.cancel();
    json!({"r": task.await.unwrap()})
}

#[test]
fn tg_nested_outer_cancel_inner_errors() {
    check("tg-nested-outer-cancel-inner-errors", || two_groups(false));
}

#[test]
fn tg_nested_with_outer_child() {
    check("tg-nested-with-outer-child", || two_groups(true));
}

#[test]
fn tg_nested_outer_child_fails() {
    check("tg-nested-outer-child-fails", || async {
        let result = task_group(async |outer| {
            outer.spawn(fails_after(100, "ValueError"));
            let inner = task_group(async |group| {
                group.spawn(fails_after(10_000, "ValueError"));
                Ok(())
            });
            inner.await.map_err(nested)
        });
        json!({"r": left(result.await), "t": t()})
    });
}

#[test]
fn tg_body_swallows_then_raises_other() {
    check("tg-body-swallows-then-raises-other", || async {
        let task = spawn(task_group(async |_| fails_when_cancelled("MyExc").await));
        sleep(ms(100)).await;
        task.cancel();
        json!({"r": left(task.await.unwrap())})
    });
}

#[test]
fn tg_base_exceptions_group() {
    check("tg-base-exceptions-group", || async {
        let result = task_group(async |group| {
            group.spawn(fails_after(100, "ZeroDivisionError"));
            fails_when_cancelled("MyBase").await
        });
        json!({"r": left(result.await)})
    });
}

#[test]
fn tg_outer_cancel_children_normal() {
    check("tg-outer-cancel-children-normal", || async {
        let task = spawn(task_group(async |group| {
            group.spawn(sleeps(100));
            group.spawn(sleeps(200));
            Ok(())
        }));
        sleep(ms(50)).await;
        task.cancel();
        let result = task.await;
        json!({"T": if result.is_err() { "cancelled" } else { "done" }, "t": t()})
    });
}

#[test]
fn tg_finished_children_are_released() {
    check("tg-finished-children-are-released", || async {
        let looked = Cell::new((0, 0));
        let before = task::census();
        let result = task_group(async |group| {
            for n in 1..=10 {
                group.spawn(sleeps(300));
                sleep(ms(100)).await;
                if n == 6 {
                    assert_eq!(task::census().tasks - before.tasks, group.len());
                    looked.set((group.len(), 0));
                }
            }
            sleep(ms(1_350)).await;
            looked.set((looked.get().0, group.len()));
            assert_eq!(task::census().tasks, before.tasks);
            Ok::<(), Error>(())
        });
        result.await.unwrap();
        let (at_6, end) = looked.get();
        json!({"live_at_6_below_5": at_6 < 5, "live_end": end})
    });
}

#[test]
fn tg_task_name() {
    check("tg-task-name", || async {
        let name = task_group(async |group| {
            let task = group.spawn_with(Builder::new().name("yolo"), async { Ok(task::current().name().to_owned()) });
            Ok::<_, Error>(task.await.unwrap().unwrap())
        });
        json!({"name": name.await.unwrap()})
    });
}

#[test]
fn tg_no_spawn_after_abort() {
    check("tg-no-spawn-after-abort", || async {
        let spawned = Rc::new(Cell::new(""));
        let result = task_group(async |group| {
            group.spawn(fails_after(1, "ZeroDivisionError"));
            let (inner, spawned) = (group.clone(), spawned.clone());
            group.spawn(async move {
                let request = catch_cancel(sleep(ms(1_000))).await.unwrap_err();
                spawned.set(end(&inner.spawn(async { panic!("it never starts") }).await));
                resume_cancel::<Result<(), Error>>(request).await
            });
            Ok::<(), Error>(())
        });
        let result = left(result.await.map(|()| Value::Null));
        json!({"spawn": spawned.get(), "r": result})
    });
}

#[test]
fn tg_resource_raises_in_exit() {
    check("tg-resource-raises-in-exit", || async {
        let task = spawn(async {
            let result = task_group(async |group| {
                group.spawn(fails_after(0, "C"));
                // The resource's release fails whether or not its body is cancelled.
                let _ = catch_cancel(sleep(ms(1_000))).await;
                Err::<(), Error>("C".to_owned())
            });
            let result = left(result.await);
            json!({"r": result, "cancelling": task::cancelling()})
        });
        task.await.unwrap()
    });
}

#[test]
fn tg_cancel_count_restored_after_child_error() {
    check("tg-cancel-count-restored-after-child-error", || async {
        let task = spawn(async {
            let result = task_group(async |group| {
                group.spawn(fails_after(0, "R"));
                Ok(())
            });
            assert!(result.await.is_err());
            settle().await;
            json!({"cancelling": task::cancelling()})
        });
        task.await.unwrap()
    });
}

#[test]
fn tg_nested_both_abort() {
    check("tg-nested-both-abort", || async {
        let seen = Rc::new(RefCell::new(json!({})));
        let inside = seen.clone();
        let task = spawn(async move {
            let outer = task_group(async |outer| {
                let inner = task_group(async |group| {
                    group.spawn(fails_after(0, "RuntimeError"));
                    outer.spawn(fails_after(0, "ValueError"));
                    Ok::<(), Error>(())
                });
                if let Err(error) = inner.await {
                    inside.borrow_mut()["inner_kinds"] = json!(kinds(error));
                }
                Ok(())
            });
            let outer_kinds = kinds(outer.await.unwrap_err());
            inside.borrow_mut()["outer_kinds"] = json!(outer_kinds);
            inside.borrow_mut()["after"] = json!(task::cancelling());
        });
        task.await.unwrap();
        seen.take()
    });
}

#[test]
fn tg_empty() {
    check("tg-empty", || async {
        let result = task_group(async |_| Ok::<(), Error>(())).await;
        json!({"r": left(result.map(|()| Value::Null)), "t": t()})
    });
}
