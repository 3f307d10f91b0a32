//! `run_until_complete`, `close` and `run`: what a loop does is an execution here, from main's first step to the dropping of what
//! is left.

use std::cell::RefCell;
use std::rc::Rc;

use reenact::prelude::*;
use serde_json::{Value, json};

use super::values::{Child, asleep, ms, reports, state, t};
use super::{Difference, check_reports, compare};

pub(super) const DIFFERENCES: &[Difference] = &[
    Difference { id: "loop-stop-early", ours: &[], reason: "nothing stops an execution before main is done" },
    Difference {
        id: "loop-other-tasks-keep-state-between-runs",
        ours: &[r#"{"B1": "pending", "B2": "gone", "t": 2.0}"#],
        reason: "each run is an execution with tasks and a clock of its own: what is unfinished at its end is dropped",
    },
    Difference { id: "loop-close", ours: &[], reason: "there is no loop that outlives its run and would have to be closed" },
    Difference {
        id: "loop-close-with-pending",
        ours: &[r#"{"reports": ["1 task was unfinished when main was done"], "finally_ran_by_close": true, "log": ["cleanup"]}"#],
        reason: "the end of an execution reports what is unfinished and drops it, and so runs its destructors",
    },
    Difference {
        id: "run-reports-leftover-errors",
        ours: &[r#"{"r": 123, "reports": ["1 task was unfinished when main was done"]}"#],
        reason: "what is unfinished when main is done is reported and dropped, not cancelled and awaited",
    },
];

#[test]
fn loop_other_tasks_keep_state_between_runs() {
    let first = Sim::new().run(|| async {
        let b = spawn(asleep(1_000));
        spawn(asleep(100)).await.unwrap().unwrap();
        (state(&b), b)
    });
    let (b1, b) = first.outcome.unwrap();
    let second = Sim::new().run(|| async {
        sleep(ms(2_000)).await;
        let b2 = if b.is_finished() && b.try_result().is_none() { "gone" } else { "there" };
        json!({"B1": b1, "B2": b2, "t": t()})
    });
    compare("loop-other-tasks-keep-state-between-runs", &second.outcome.unwrap());
}

struct Finally<F: FnMut()>(F);

impl<F: FnMut()> Drop for Finally<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[test]
fn loop_close_with_pending() {
    let log = Rc::new(RefCell::new(Vec::new()));
    let body = || async {
        log.borrow_mut().clear();
        let shared = log.clone();
        let _task = spawn(async move {
            let _finally = Finally(|| shared.borrow_mut().push("cleanup"));
            asleep(10_000).await
        });
        sleep(ms(100)).await;
        assert!(log.borrow().is_empty());
        Value::Null
    };
    check_reports("loop-close-with-pending", body, |_, warnings| {
        // The execution is over.
        let log = log.borrow().clone();
        json!({"reports": reports(warnings), "finally_ran_by_close": !log.is_empty(), "log": log})
    });
}

#[test]
fn run_reports_leftover_errors() {
    let body = || async {
        let _leftover = spawn(async {
            match catch_cancel(asleep(100)).await {
                Ok(result) => result,
                Err(_) => Child::Err("ZeroDivisionError"),
            }
        });
        yield_now().await;
        json!(123)
    };
    check_reports("run-reports-leftover-errors", body, |r, warnings| json!({"r": r, "reports": reports(warnings)}));
}
