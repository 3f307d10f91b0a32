//! `asyncio_wait_timeout.py`, line for line: waiting for a while, and cancelling what is not done.
//!
//! The program text says "canceled" and "canceling" where the document's transcript says "cancelled" and "cancelling"; this
//! translation prints what the transcript says. Run with `cargo run --example asyncio_wait_timeout`.

use std::time::Duration;

use reenact::combinators::wait;
use reenact::task::{catch_cancel, resume_cancel};
use reenact::{Sim, task, time};

async fn phase(i: u32) -> String {
    reenact::println!("in phase {i}");
    match catch_cancel(time::sleep(Duration::from_millis(100) * i)).await {
        Err(cancelled) => {
            reenact::println!("phase {i} cancelled");
            resume_cancel(cancelled).await
        }
        Ok(()) => {
            reenact::println!("done with phase {i}");
            format!("phase {i} result")
        }
    }
}

/// The program.
pub async fn program() {
    let num_phases = 3;
    reenact::println!("starting main");
    let phases: Vec<_> = (0..num_phases).map(|i| task::spawn(phase(i))).collect();
    reenact::println!("waiting 0.1 for phases to complete");
    let waited = wait(phases).timeout(Duration::from_millis(100)).await;
    let (completed, pending) = (waited.done, waited.pending);
    reenact::println!("{} completed and {} pending", completed.len(), pending.len());
    // Cancel remaining tasks so they do not generate errors as we exit without finishing them.
    if !pending.is_empty() {
        reenact::println!("cancelling tasks");
        for t in pending {
            t.cancel();
        }
    }
    reenact::println!("exiting main");
}

#[allow(dead_code, clippy::print_stdout, reason = "the example's own entry point, which prints")]
fn main() {
    println!("{}", Sim::new().run(program).trace.output().join("\n"));
}
