//! `as_completed`.

use reenact::prelude::*;
use reenact::task;
use serde_json::{Value, json};

use super::values::{Child, after, answer, by_hand, ended, ms, state, t};
use super::{Difference, check};

pub(super) const DIFFERENCES: &[Difference] = &[
    Difference {
        id: "asc-timeout-every-remaining-raises",
        ours: &[r#"{"r": [["ok", "a"], ["timeout"]], "t": 0.5}"#],
        reason: "the stream yields Elapsed once and ends; into_pending hands over the rest",
    },
    Difference {
        id: "asc-second-handle-first",
        ours: &[],
        reason: "there is one next at a time: it borrows the stream exclusively",
    },
    Difference {
        id: "asc-duplicates",
        ours: &[r#"{"r": ["ham", "ham", "spam"]}"#],
        reason: "futures are moved in and have no identity by which to find duplicates: two clones of one future are two children",
    },
    Difference { id: "asc-invalid-arg", ours: &[], reason: "a single future is no iterator: it does not compile" },
];

/// What the consumer got from a stream with a deadline.
fn got(item: Result<Child, Elapsed>) -> Value {
    match item {
        Ok(child) => answer(Ok(child)),
        Err(_) => json!(["timeout"]),
    }
}

#[test]
fn asc_async_order() {
    check("asc-async-order", || async {
        let mut stream = as_completed([after(150, "c"), after(10, "a"), after(10, "b")]);
        let mut all = Vec::new();
        while let Some(value) = stream.next().await {
            all.push(value.unwrap().as_str().unwrap().to_owned());
        }
        let last = all.pop();
        all.sort();
        json!({"first_two": all, "last": last, "t": t()})
    });
}

#[test]
fn asc_async_yields_the_original_tasks() {
    check("asc-async-yields-the-original-tasks", || async {
        let ((a, fa), (c, fc)) = (by_hand(), by_hand());
        type Input = std::pin::Pin<Box<dyn Future<Output = Child>>>;
        let (b, d) = (spawn(after(10, "b")), spawn(after(20, "d")));
        let inputs: [Input; 4] =
            [Box::pin(fa), Box::pin(async { b.await.unwrap() }), Box::pin(fc), Box::pin(async { d.await.unwrap() })];
        // Which input a result is of is said by its index; inputs 1 and 3 are the tasks.
        let mut stream = as_completed(inputs).settled();
        a.send(Ok(json!("a"))).unwrap();
        c.send(Ok(json!("c"))).unwrap();
        let (mut same, mut n) = (Vec::new(), 0);
        while let Some((index, result)) = stream.next().await {
            let value = result.unwrap().unwrap();
            assert_eq!(value, ["a", "b", "c", "d"][index]);
            n += 1;
            if index % 2 == 1 {
                same.push(value);
            }
        }
        json!({"same": same, "n": n})
    });
}

#[test]
fn asc_timeout_plain() {
    check("asc-timeout-plain", || async {
        let mut stream = as_completed([after(100, "a"), after(150, "b")]).timeout(ms(120));
        let mut r = Vec::new();
        while let Some(item) = stream.next().await {
            r.push(got(item));
        }
        let at = t();
        let b = stream.into_pending().by_spawn().remove(0);
        json!({"r": r, "t": at, "B": state(&b), "B_end": ended(b.await)})
    });
}

#[test]
fn asc_timeout_every_remaining_raises() {
    check("asc-timeout-every-remaining-raises", || async {
        let children = [after(100, "a"), after(1_000, "b"), after(2_000, "c"), after(3_000, "d")];
        let mut stream = as_completed(children).timeout(ms(500));
        let mut r = Vec::new();
        while let Some(item) = stream.next().await {
            r.push(got(item));
        }
        json!({"r": r, "t": t()})
    });
}

#[test]
fn asc_unused_timeout() {
    check("asc-unused-timeout", || async {
        let mut stream = as_completed([after(10, "a")]).timeout(ms(1_000));
        let mut r = Vec::new();
        while let Some(item) = stream.next().await {
            r.push(got(item));
        }
        json!({"r": r, "t": t(), "live_timers": task::census().timers})
    });
}

#[test]
fn asc_duplicates() {
    use futures::FutureExt;
    check("asc-duplicates", || async {
        let c = async { "ham" }.boxed_local().shared();
        let d = async { "spam" }.boxed_local().shared();
        let mut stream = as_completed([c.clone(), c, d]);
        let mut r = Vec::new();
        while let Some(value) = stream.next().await {
            r.push(value);
        }
        r.sort_unstable();
        json!({"r": r})
    });
}

#[test]
fn asc_cancelled_child_delivers_cancelled() {
    check("asc-cancelled-child-delivers-cancelled", || async {
        let children = [spawn(after(5_000, "a")), spawn(after(200, "b"))];
        let a = children[0].task_ref();
        let main = spawn(async {
            let mut stream = as_completed(children);
            let mut r = Vec::new();
            while let Some(result) = stream.next().await {
                r.push(answer(result));
            }
            r
        });
        sleep(ms(100)).await;
        a.cancel();
        let end = main.await;
        let main_cancelled = matches!(end, Err(TaskError::Cancelled));
        json!({"r": end.unwrap(), "main_cancelled": main_cancelled})
    });
}

#[test]
fn asc_consumer_cancelled_children_run_on() {
    check("asc-consumer-cancelled-children-run-on", || async {
        // The child says what it ended with.
        let (send, result) = futures::channel::oneshot::channel();
        let child = async move {
            let _ = send.send(after(200, "a").await);
        };
        let outer = spawn(async {
            as_completed([child]).next().await;
            Ok(Value::Null)
        });
        sleep(ms(100)).await;
        outer.cancel();
        let outer = ended(outer.await);
        json!({"outer": outer, "A": ended(Ok(result.await.unwrap())), "t": t()})
    });
}
