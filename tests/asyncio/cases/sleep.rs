//! `sleep`.

use std::cell::Cell;
use std::rc::Rc;

use reenact::prelude::*;
use serde_json::json;

use super::values::t;
use super::{Difference, check};

pub(super) const DIFFERENCES: &[Difference] =
    &[Difference { id: "sleep-nan", ours: &[], reason: "a Duration is always a number" }];

#[test]
fn sleep_zero_lets_others_run() {
    check("sleep-zero-lets-others-run", || async {
        let counter = Rc::new(Cell::new(0));
        let shared = counter.clone();
        let _increment = spawn(async move { shared.set(shared.get() + 1) });
        let before = counter.get();
        sleep(Duration::ZERO).await;
        let after = counter.get();
        json!({"before": before, "after": after, "end": counter.get() + 10})
    });
}

#[test]
fn sleep_zero_takes_no_time() {
    check("sleep-zero-takes-no-time", || async {
        for _ in 0..1_000 {
            sleep(Duration::ZERO).await;
        }
        json!({"t": t()})
    });
}
