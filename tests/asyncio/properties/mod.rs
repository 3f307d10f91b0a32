//! The properties of asyncio's constructs, each held under every schedule of a small scenario and named after its number:
//! E the executor, W wait, G gather, A as_completed, O timeout scopes, B wait_for, H shield, K task groups, C cancellation, F reports,
//! S sleep.

mod as_completed;
mod cancellation;
mod gather;
mod generated;
mod task_group;
mod time;
mod timeout;
mod wait;
mod wait_for;

use std::time::Duration;

use reenact::prelude::*;

const SECOND: Duration = Duration::from_secs(1);

/// Seconds since the beginning.
fn t() -> f64 {
    (now() - Instant::ZERO).as_secs_f64()
}

/// Sleeps and returns.
async fn after<T>(seconds: u32, value: T) -> T {
    sleep(seconds * SECOND).await;
    value
}

/// Says how a task ended.
fn end<T: std::fmt::Debug>(result: Result<T, TaskError>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn every_property_has_its_test() {
    let numbers =
        [('w', 1..=6), ('g', 1..=5), ('a', 1..=4), ('o', 1..=5), ('b', 1..=4), ('h', 1..=2), ('k', 1..=6), ('c', 1..=5)];
    let mut wanted: Vec<String> =
        numbers.into_iter().flat_map(|(letter, numbers)| numbers.map(move |number| format!("fn {letter}{number}_"))).collect();
    wanted.extend(["fn e1_", "fn e2_", "fn f3_", "fn s1_"].map(str::to_owned));
    let sources = [
        include_str!("as_completed.rs"),
        include_str!("cancellation.rs"),
        include_str!("gather.rs"),
        include_str!("task_group.rs"),
        include_str!("timeout.rs"),
        include_str!("time.rs"),
        include_str!("wait.rs"),
        include_str!("wait_for.rs"),
        include_str!("../requests.rs"),
    ]
    .concat();
    for name in wanted {
        assert_eq!(sources.matches(&format!("#[test]\n{name}")).count(), 1, "{name}");
    }
}
