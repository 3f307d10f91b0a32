//! `asyncio_gather.py`, line for line: results in argument order, whatever the order of completion.
//!
//! Run with `cargo run --example asyncio_gather`.

mod python;

use std::time::Duration;

use reenact::combinators::gather;
use reenact::{Sim, time};

async fn phase1() -> String {
    reenact::println!("in phase1");
    time::sleep(Duration::from_secs(2)).await;
    reenact::println!("done with phase1");
    "phase1 result".to_owned()
}

async fn phase2() -> String {
    reenact::println!("in phase2");
    time::sleep(Duration::from_secs(1)).await;
    reenact::println!("done with phase2");
    "phase2 result".to_owned()
}

/// The program.
pub async fn program() {
    reenact::println!("starting main");
    reenact::println!("waiting for phases to complete");
    let results = gather((phase1(), phase2())).await;
    reenact::println!("results: {}", python::repr_list(&[results.0, results.1]));
}

#[allow(dead_code, clippy::print_stdout, reason = "the example's own entry point, which prints")]
fn main() {
    println!("{}", Sim::new().run(program).trace.output().join("\n"));
}
