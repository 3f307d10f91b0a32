//! `shield`.

use std::cell::Cell;
use std::rc::Rc;

use reenact::prelude::*;
use serde_json::{Value, json};

use super::values::{Child, answer, by_hand, ended, settle, state};
use super::{Difference, check};

pub(super) const DIFFERENCES: &[Difference] = &[Difference {
    id: "gather-of-shields",
    ours: &[r#"{"G_exc": "CancelledError", "G_cancelled": true, "i": ["cancelled", "cancelled"], "c": ["pending", "pending"]}"#],
    reason: "a gather is no future with an outcome of its own: it is dropped with the task that is cancelled, and that task \
             ends cancelled",
}];

#[test]
fn shield_result() {
    check("shield-result", || async {
        let (f, future) = by_hand();
        let o = spawn(async { shield(future).await });
        settle().await;
        f.send(Ok(json!(42))).unwrap();
        json!({"r": answer(o.await)})
    });
}

#[test]
fn shield_exception() {
    check("shield-exception", || async {
        let (f, future) = by_hand();
        let o = spawn(async { shield(future).await });
        settle().await;
        f.send(Err("RuntimeError")).unwrap();
        json!({"O": ended(o.await)})
    });
}

#[test]
fn shield_inner_cancelled() {
    check("shield-inner-cancelled", || async {
        let (_set, future) = by_hand();
        let task = spawn(future);
        let f = task.task_ref();
        let o = spawn(async { shield(task).await });
        settle().await;
        f.cancel();
        json!({"O": ended(o.await.unwrap())})
    });
}

#[test]
fn shield_of_gather() {
    check("shield-of-gather", || async {
        let (c1, first) = by_hand();
        let (c2, second) = by_hand();
        let g: Shared<Option<Child>> = Shared::new(None);
        let note = g.clone();
        let gathered = async move {
            let values = try_gather([first, second]).await;
            note.set(Some(values.map(Value::from)));
        };
        let o = spawn(async {
            shield(gathered).await;
            Ok(Value::Null)
        });
        settle().await;
        o.cancel();
        settle().await;
        c1.send(Ok(json!(1))).unwrap();
        c2.send(Ok(json!(2))).unwrap();
        settle().await;
        json!({"O": state(&o), "G": ended(Ok(g.get().unwrap()))})
    });
}

#[test]
fn gather_of_shields() {
    check("gather-of-shields", || async {
        let (c1, first) = by_hand();
        let (c2, second) = by_hand();
        // Each awaits its shield, and notes that it was dropped before the shield was ready.
        let shields = [(); 2].map(|()| Rc::new(Cell::new("pending")));
        let guarded = |future, n: usize| {
            let dropped = OnDrop(shields[n].clone());
            async move {
                let result: Child = shield(future).await;
                drop(dropped);
                result
            }
        };
        let children = [guarded(first, 0), guarded(second, 1)];
        let g = spawn(async { try_gather(children).await.map(Value::from) });
        settle().await;
        g.cancel();
        settle().await;
        let g_cancelled = matches!(g.await, Err(TaskError::Cancelled));
        let g_exc = if g_cancelled { "CancelledError" } else { "none" };
        let i = shields.map(|shield| shield.get());
        let c = [c1, c2].map(|sender| if sender.is_canceled() { "cancelled" } else { "pending" });
        json!({"G_exc": g_exc, "G_cancelled": g_cancelled, "i": i, "c": c})
    });
}

struct OnDrop(Rc<Cell<&'static str>>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.set("cancelled");
    }
}
