//! `gather` and `try_gather`. asyncio's `gather` is `try_gather` here; with `return_exceptions` it is `gather(..).settled()`.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures::FutureExt;
use futures::channel::oneshot::Sender;
use reenact::prelude::*;
use serde_json::{Value, json};

use super::values::{Child, Slot, answer, asleep, by_hand, ended, fails_after, join, ms, settle, t};
use super::{Difference, check, check_reports};

pub(super) const DIFFERENCES: &[Difference] = &[
    Difference {
        id: "gather-other-loop",
        ours: &[r#"{"r": "panic"}"#],
        reason: "a handle of another execution is a mistake that panics, not an error value",
    },
    Difference {
        id: "gather-cancel-propagates-despite-return-exceptions",
        ours: &[r#"{"T": ["cancelled"], "t": 0.2}"#],
        reason: "a cancel request carries no message",
    },
    Difference {
        id: "gather-duplicate-gets-two-cancel-requests",
        ours: &[],
        reason: "a future or a handle is moved into gather, so it cannot be two of its arguments; each child is cancelled once",
    },
    Difference {
        id: "gather-return-exceptions-cancel-waits-for-all",
        ours: &[r#"{"outer": "cancelled", "t": 0.1, "B": "cancelled"}"#],
        reason: "a cancelled gather is dropped: it requests cancel of each child and does not wait for them",
    },
];

/// The exception that the awaiter of `try_gather` over tasks gets.
fn exception<T>(result: Result<T, TaskError>) -> &'static str {
    match result {
        Ok(_) => "none",
        Err(TaskError::Cancelled) => "CancelledError",
        Err(TaskError::Panicked(_)) => "panic",
    }
}

/// Whether these by-hand futures are still awaited.
fn awaited(futures: &[&Sender<Child>]) -> Vec<&'static str> {
    futures.iter().map(|future| if future.is_canceled() { "cancelled" } else { "pending" }).collect()
}

#[test]
fn gather_first_exception_propagates() {
    check("gather-first-exception-propagates", || async {
        let ((a, fa), (b, fb), (c, fc), (d, fd), (e, fe)) = (by_hand(), by_hand(), by_hand(), by_hand(), by_hand());
        // What the gather ends with is looked at twice.
        let g = Rc::new(RefCell::new("pending".to_owned()));
        let note = g.clone();
        let gathering = spawn(async move {
            let values = try_gather([fa, fb, fc, fd, fe]).await;
            note.replace(ended(Ok(values.map(Value::from))));
        });
        settle().await;
        a.send(Ok(json!(1))).unwrap();
        b.send(Err("ZeroDivisionError")).unwrap();
        settle().await;
        let (after_b, others) = (g.borrow().clone(), awaited(&[&c, &d, &e]));
        c.send(Ok(json!(3))).unwrap();
        drop(d);
        e.send(Err("RuntimeError")).unwrap();
        gathering.await.unwrap();
        json!({"after_b": after_b, "others_then": others, "end": *g.borrow()})
    });
}

#[test]
fn gather_child_cancelled() {
    check("gather-child-cancelled", || async {
        let ((a, fa), (_b, fb), (c, fc), (d, fd), (e, fe)) = (by_hand(), by_hand(), by_hand(), by_hand(), by_hand());
        let tasks = [fa, fb, fc, fd, fe].map(spawn);
        let second = tasks[1].task_ref();
        let g = spawn(try_gather(tasks));
        settle().await;
        a.send(Ok(json!(1))).unwrap();
        second.cancel();
        settle().await;
        let result = g.try_result().unwrap();
        let g_cancelled = matches!(result, Err(TaskError::Cancelled));
        json!({"g_cancelled": g_cancelled, "exc": exception(result.unwrap()), "others": awaited(&[&c, &d, &e])})
    });
}

#[test]
fn gather_child_cancelled_return_exceptions() {
    check("gather-child-cancelled-return-exceptions", || async {
        let ((a, fa), (b, fb), (c, fc)) = (by_hand(), by_hand(), by_hand());
        let ((d, fd), (e, fe), (f, ff)) = (by_hand(), by_hand(), by_hand());
        let tasks = [fa, fb, fc, fd, fe, ff].map(spawn);
        let (third, fifth) = (tasks[2].task_ref(), tasks[4].task_ref());
        let g = spawn(gather(tasks).settled());
        settle().await;
        a.send(Ok(json!(1))).unwrap();
        b.send(Err("ZeroDivisionError")).unwrap();
        third.cancel();
        settle().await;
        let mid = g.is_finished();
        d.send(Ok(json!(3))).unwrap();
        fifth.cancel();
        f.send(Err("RuntimeError")).unwrap();
        let value = |end: Result<Result<Child, TaskError>, TaskError>| match end.unwrap() {
            Ok(Ok(value)) => value,
            Ok(Err(error)) => json!(error),
            Err(error) => json!(if error.is_cancelled() { "CancelledError" } else { "panic" }),
        };
        let r: Vec<Value> = g.await.unwrap().into_iter().map(value).collect();
        drop((c, e));
        json!({"mid": mid, "r": r})
    });
}

#[test]
fn gather_empty() {
    check("gather-empty", || async {
        let mut gathered = try_gather(Vec::<std::future::Ready<Child>>::new());
        match futures::poll!(&mut gathered) {
            std::task::Poll::Ready(values) => json!({"done_at_once": true, "r": answer(Ok(values.map(Value::from)))}),
            std::task::Poll::Pending => json!({"done_at_once": false}),
        }
    });
}

#[test]
fn gather_duplicates() {
    check("gather-duplicates", || async {
        let runs = Rc::new(Cell::new(0));
        let count = runs.clone();
        let c = async move {
            count.set(count.get() + 1);
            Ok::<_, &str>(json!("abc"))
        };
        // A future that several await is a Shared one.
        let c = c.boxed_local().shared();
        let d = async { Ok(json!("def")) }.boxed_local().shared();
        let values = try_gather([c.clone(), c.clone(), d, c]).await;
        json!({"r": answer(Ok(values.map(Value::from))), "runs": runs.get()})
    });
}

#[test]
fn gather_other_loop() {
    let foreign = Slot::default();
    Sim::new().run(|| async { drop(foreign.replace(Some(spawn(asleep(0))))) }).outcome.unwrap();
    let body = || async {
        let gathering = spawn(try_gather([join(foreign.clone())]));
        let panicked = gathering.await.is_err_and(|error| error.is_panicked());
        json!({"r": if panicked { "panic" } else { "none" }})
    };
    check_reports("gather-other-loop", body, |value, _| value.clone());
}

#[test]
fn gather_second_exception_is_retrieved() {
    let body = || async {
        let ((a, fa), (b, fb)) = (by_hand(), by_hand());
        let inner = |future| async move {
            let _: Child = future.await;
            Err::<Value, _>("RuntimeError")
        };
        let outer = spawn(try_gather([inner(fa), inner(fb)]));
        a.send(Ok(Value::Null)).unwrap();
        settle().await;
        b.send(Ok(Value::Null)).unwrap();
        settle().await;
        json!(ended(outer.await.map(|values| values.map(Value::from))))
    };
    check_reports(
        "gather-second-exception-is-retrieved",
        body,
        |outer, warnings| json!({"outer": outer, "unretrieved_reports": warnings.len()}),
    );
}

#[test]
fn gather_cancel_after_children_done_refused() {
    check("gather-cancel-after-children-done-refused", || async {
        let (f, future) = by_hand();
        let c = spawn(future);
        let g = spawn(async { try_gather([async { c.await.unwrap() }]).await.map(Value::from) });
        settle().await;
        f.send(Ok(json!(42))).unwrap();
        settle().await;
        let returned = g.cancel();
        json!({"cancel_returned": returned, "r": answer(g.await)})
    });
}

#[test]
fn gather_cancel_propagates_despite_return_exceptions() {
    check("gather-cancel-propagates-despite-return-exceptions", || async {
        let task = spawn(async {
            while now() < Instant::ZERO + ms(1_000) {
                let _ = gather([asleep(50)]).settled().await;
            }
            Ok(Value::Null)
        });
        sleep(ms(200)).await;
        task.cancel();
        json!({"T": answer(task.await), "t": t()})
    });
}

#[test]
fn gather_two_fail_same_instant() {
    let body = || async {
        let values = try_gather([fails_after(100, "EA"), fails_after(100, "EB")]).await;
        settle().await;
        answer(Ok(values.map(Value::from)))
    };
    check_reports("gather-two-fail-same-instant", body, |r, warnings| json!({"r": r, "unretrieved": warnings.len()}));
}

#[test]
fn gather_return_exceptions_cancel_waits_for_all() {
    check("gather-return-exceptions-cancel-waits-for-all", || async {
        // A ends at the request, B a second later: it notes what it was about to end with.
        let b_end = Rc::new(Cell::new("pending"));
        let note = b_end.clone();
        let b = async move {
            let cancelled = catch_cancel(asleep(5_000)).await.unwrap_err();
            sleep(ms(1_000)).await;
            note.set("cancelled");
            resume_cancel(cancelled).await
        };
        let outer = spawn(gather((asleep(5_000), b)).settled());
        sleep(ms(100)).await;
        outer.cancel();
        let outer_end = ended(outer.await.map(|_: (_, Result<Child, _>)| Ok(Value::Null)));
        let at = t();
        sleep(ms(1_100)).await;
        json!({"outer": outer_end, "t": at, "B": b_end.get()})
    });
}
