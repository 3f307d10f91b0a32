//! Many executions: on several threads, in parts, and what becomes of the one that fails.

mod deadlock;
mod explanation;
mod guided;
mod isolated;
mod machine;
mod parallel;
mod record;
mod regressions;
mod shrinking;
#[path = "../it/support.rs"]
#[allow(dead_code, reason = "shared with the other tests")]
mod support;
