//! `asyncio_as_completed.py`, line for line: results as they become ready.
//!
//! Run with `cargo run --example asyncio_as_completed`.

mod python;

use std::time::Duration;

use reenact::combinators::as_completed;
use reenact::{Sim, time};

async fn phase(i: u32) -> String {
    reenact::println!("in phase {i}");
    time::sleep(Duration::from_millis(500) - Duration::from_millis(100) * i).await;
    reenact::println!("done with phase {i}");
    format!("phase {i} result")
}

/// The program.
pub async fn program() {
    let num_phases = 3;
    reenact::println!("starting main");
    let phases: Vec<_> = (0..num_phases).map(phase).collect();
    reenact::println!("waiting for phases to complete");
    let mut results = Vec::new();
    let mut next_to_complete = as_completed(phases);
    while let Some(answer) = next_to_complete.next().await {
        reenact::println!("received answer {}", python::repr(&answer));
        results.push(answer);
    }
    reenact::println!("results: {}", python::repr_list(&results));
}

#[allow(dead_code, clippy::print_stdout, reason = "the example's own entry point, which prints")]
fn main() {
    println!("{}", Sim::new().run(program).trace.output().join("\n"));
}
