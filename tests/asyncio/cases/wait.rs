//! `wait`, and `wait_try` where an error makes a difference.

use reenact::prelude::*;
use reenact::task;
use serde_json::{Value, json};

use super::values::{Child, after, asleep, ended, fails_after, ms, named, names, reports, seconds, settle, state, t};
use super::{Difference, check, check_reports};

pub(super) const DIFFERENCES: &[Difference] = &[
    Difference {
        id: "wait-empty",
        ours: &[r#"{"r": ["ok", [[], []]]}"#],
        reason: "an empty input is no mistake: both sets are empty, at once",
    },
    Difference {
        id: "wait-partition-at-resume",
        ours: &[
            r#"{"done": ["A"], "pending": ["B"]}"#,
            r#"{"done": ["B"], "pending": ["A"]}"#,
            r#"{"done": ["A", "B"], "pending": []}"#,
        ],
        reason: "the three outcomes are asyncio's; another one is that of fifo order, because the end of a task makes its waiter \
                 ready at once and not through two further callbacks",
    },
    Difference { id: "wait-negative-timeout", ours: &[], reason: "a Duration is not negative" },
    Difference {
        id: "wait-does-not-mark-errors-as-seen",
        ours: &[r#"{"ALL_COMPLETED": 1, "FIRST_COMPLETED": 1, "FIRST_EXCEPTION": 1}"#],
        reason: "an error value is never reported, a panic is: and one that nobody looked at is always reported, also if it was \
                 what FirstException waited for",
    },
];

#[test]
fn wait_all() {
    check("wait-all", || async {
        let (a, b) = (named("A", asleep(100)), named("B", asleep(150)));
        let waited = wait([b, a]).await;
        let (done, pending, at) = (waited.done.by_spawn(), waited.pending.by_spawn(), t());
        let first = names(&done);
        let again = wait(done).await;
        json!({
            "done": first, "pending": names(&pending), "t": at, "again_done": names(&again.done.by_spawn()), "again_t": t(),
        })
    });
}

#[test]
fn wait_empty() {
    check("wait-empty", || async {
        let waited = wait(Vec::<Task<Child>>::new()).await;
        json!({"r": ["ok", [names(&waited.done.by_spawn()), names(&waited.pending.by_spawn())]]})
    });
}

#[test]
fn wait_first_completed() {
    check("wait-first-completed", || async {
        let (a, b) = (named("A", asleep(10_000)), named("B", asleep(100)));
        let waited = wait([b, a]).until(ReturnWhen::FirstCompleted).await;
        let (done, pending, at) = (waited.done.by_spawn(), waited.pending.by_spawn(), t());
        let (done_names, pending_names, a_then) = (names(&done), names(&pending), state(&pending[0]));
        let both = wait(done.into_iter().chain(pending)).await.done.by_spawn();
        json!({
            "done": done_names, "pending": pending_names, "t": at, "A_then": a_then, "A_end": state(&both[0]), "t_end": t(),
        })
    });
}

#[test]
fn wait_partition_at_resume() {
    check("wait-partition-at-resume", || async {
        let yields = |times: usize| async move {
            for _ in 0..times {
                yield_now().await;
            }
            Ok(Value::Null)
        };
        let (a, b) = (named("A", yields(1)), named("B", yields(2)));
        let waited = wait([b, a]).until(ReturnWhen::FirstCompleted).await;
        json!({"done": names(&waited.done.by_spawn()), "pending": names(&waited.pending.by_spawn())})
    });
}

#[test]
fn wait_first_exception_now() {
    check("wait-first-exception-now", || async {
        let (a, b) = (named("A", asleep(10_000)), named("B", async { Err("E") }));
        let waited = wait_try([b, a]).until(ReturnWhen::FirstException).await;
        let (done, pending) = (waited.done.by_spawn(), waited.pending.by_spawn());
        json!({"done": names(&done), "pending": names(&pending), "t": t(), "A": state(&pending[0])})
    });
}

#[test]
fn wait_first_exception_none_raised() {
    check("wait-first-exception-none-raised", || async {
        let waited = wait_try([spawn(asleep(100)), spawn(asleep(200))]).until(ReturnWhen::FirstException).await;
        json!({"done": waited.done.len(), "pending": waited.pending.len(), "t": t()})
    });
}

#[test]
fn wait_first_completed_by_cancel() {
    check("wait-first-completed-by-cancel", || async {
        let (a, b) = (named("A", asleep(5_000)), named("B", asleep(200)));
        let canceller = a.task_ref();
        let waiter = spawn(async {
            let waited = wait([a, b]).until(ReturnWhen::FirstCompleted).await;
            json!({"done": names(&waited.done.by_spawn()), "pending": names(&waited.pending.by_spawn()), "t": t()})
        });
        sleep(ms(100)).await;
        canceller.cancel();
        waiter.await.unwrap()
    });
}

#[test]
fn wait_timeout() {
    check("wait-timeout", || async {
        let (a, b) = (named("A", asleep(100)), named("B", asleep(150)));
        let waited = wait([b, a]).timeout(ms(110)).await;
        let at = t();
        let (done, mut pending) = (waited.done.by_spawn(), waited.pending.by_spawn());
        let pending_names = names(&pending);
        let end = pending.remove(0).await;
        json!({
            "done": names(&done), "pending": pending_names, "t": at,
            "B_cancelled": matches!(end, Err(TaskError::Cancelled)), "B_end": ended(end),
        })
    });
}

#[test]
fn wait_timeout_tie_waiter_armed_first() {
    check("wait-timeout-tie-waiter-armed-first", || async {
        let (a, b) = (named("A", asleep(100)), named("B", asleep(150)));
        let waited = wait([b, a]).timeout(ms(100)).await;
        json!({"done": names(&waited.done.by_spawn()), "pending": names(&waited.pending.by_spawn()), "t": t()})
    });
}

#[test]
fn wait_iterator_input() {
    check("wait-iterator-input", || async {
        let waited = wait([150, 100].into_iter().map(|n| spawn(asleep(n)))).await;
        json!({"done": waited.done.len(), "t": t()})
    });
}

#[test]
fn wait_all_already_done_takes_no_time() {
    check("wait-all-already-done-takes-no-time", || async {
        let (a, b) = (spawn(after(0, 1)), spawn(fails_after(0, "E")));
        settle().await;
        let waited = wait([a, b]).timeout(ms(0)).await;
        json!({"done": waited.done.len(), "pending": waited.pending.len(), "t": t()})
    });
}

#[test]
fn wait_timeout_zero_pending() {
    check("wait-timeout-zero-pending", || async {
        let a = spawn(asleep(1_000));
        settle().await;
        let start = now();
        let waited = wait([a]).timeout(ms(0)).await;
        let (done, pending) = (waited.done.len(), waited.pending.by_spawn());
        json!({"done": done, "pending": pending.len(), "dt": seconds(now() - start), "A": state(&pending[0])})
    });
}

#[test]
fn wait_bounded_by_finish_before_timeout() {
    check("wait-bounded-by-finish-before-timeout", || async {
        wait([spawn(asleep(100))]).timeout(ms(100_000)).await;
        json!({"t": t(), "live_timers": task::census().timers})
    });
}

#[test]
fn wait_does_not_mark_errors_as_seen() {
    const MODES: [(&str, ReturnWhen); 3] = [
        ("ALL_COMPLETED", ReturnWhen::AllCompleted),
        ("FIRST_COMPLETED", ReturnWhen::FirstCompleted),
        ("FIRST_EXCEPTION", ReturnWhen::FirstException),
    ];
    let body = || async {
        for (name, until) in MODES {
            let fails = spawn(async move { panic!("{name}") });
            drop(wait([fails, spawn(asleep(1_000))]).until(until).await);
        }
        Value::Null
    };
    check_reports("wait-does-not-mark-errors-as-seen", body, |_, warnings| {
        let seen = reports(warnings);
        let count = |name: &str| seen.iter().filter(|report| *report == name).count();
        MODES.iter().map(|(name, _)| ((*name).to_owned(), json!(count(name)))).collect()
    });
}
