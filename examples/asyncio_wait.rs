//! `asyncio_wait.py`, line for line: waiting for several phases, and what comes back is a *set*.
//!
//! The order of a set is unspecified; in a simulation it is a choice. Run with `cargo run --example asyncio_wait`.

mod python;

use std::time::Duration;

use reenact::combinators::wait;
use reenact::{Sim, task, time};

async fn phase(i: u32) -> String {
    reenact::println!("in phase {i}");
    time::sleep(Duration::from_millis(100) * i).await;
    reenact::println!("done with phase {i}");
    format!("phase {i} result")
}

/// The program.
pub async fn program() {
    let num_phases = 3;
    reenact::println!("starting main");
    let phases: Vec<_> = (0..num_phases).map(|i| task::spawn(phase(i))).collect();
    reenact::println!("waiting for phases to complete");
    let completed = wait(phases).await.done;
    let results: Vec<_> = completed.into_iter().filter_map(|t| t.try_result()?.ok()).collect();
    reenact::println!("results: {}", python::repr_list(&results));
}

#[allow(dead_code, clippy::print_stdout, reason = "the example's own entry point, which prints")]
fn main() {
    println!("{}", Sim::new().run(program).trace.output().join("\n"));
}
