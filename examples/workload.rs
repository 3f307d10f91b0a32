//! Runs one workload, prints how many executions that were, and ends: what `benches/instructions.sh` counts the instructions of.
//!
//! `workload w1 EXECUTIONS`, `workload w3 TASKS YIELDS`, `workload w4 TIMERS`, `workload w6 TASKS YIELDS`.

#![allow(clippy::print_stdout, reason = "it is what the program is for")]

#[path = "../benches/programs/mod.rs"]
mod programs;

use programs::{explore, w1, w3, w4};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let size = |n: usize| arguments.get(n).and_then(|text| text.parse::<u64>().ok());
    let report = match (arguments.first().map(String::as_str), size(1), size(2)) {
        (Some("w1"), Some(executions), None) => explore(executions, "random").run(w1),
        (Some("w3"), Some(tasks), Some(yields)) => explore(1, "random").run(|| w3(tasks, yields)),
        (Some("w4"), Some(timers), None) => explore(1, "random").run(|| w4(timers)),
        (Some("w6"), Some(tasks), Some(yields)) => explore(u64::MAX, "exhaustive").run(|| w3(tasks, yields)),
        _ => panic!("`{}` is no workload: w1 500, w3 1000 10, w4 1000 and w6 2 5 are", arguments.join(" ")),
    };
    assert!(report.failure.is_none());
    println!("{}", report.executions);
}
