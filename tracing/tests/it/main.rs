//! The layer, held to what it promises.

mod counts;
mod pictures;
mod spans;

use reenact_sim::{Explorer, SchedulerKind, Trace};
use tracing::subscriber::{DefaultGuard, set_default};
use tracing_subscriber::prelude::*;

/// The layer for this thread, so that tests that run at the same time need not agree about levels.
fn install() -> DefaultGuard {
    set_default(tracing_subscriber::registry().with(reenact_tracing::layer()))
}

fn exhaustive() -> Explorer {
    Explorer::new().scheduler(SchedulerKind::Exhaustive { preemptions: None })
}

/// What was said, without the target, which is the module of these tests.
fn said(trace: &Trace) -> Vec<String> {
    trace.log().map(|line| line.without_target().to_string()).collect()
}
