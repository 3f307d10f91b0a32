//! How soon each scheduler finds each bug: the table of docs/FINDING.md.
//!
//! Run with `cargo run --example finding`; it takes some minutes. The figures depend on nothing but the programs, the
//! schedulers and their seeds, so they are the same in debug and release and on every machine.

#![allow(clippy::print_stdout, reason = "the table is what it is for")]

#[path = "../tests/bugs/measure.rs"]
#[allow(dead_code, reason = "shared with the tests of bugs")]
mod measure;
#[path = "../tests/bugs/programs/mod.rs"]
#[allow(dead_code, reason = "shared with the tests of bugs")]
mod programs;

use std::ops::ControlFlow;

use reenact::{Explorer, PendingAtExit, SchedulerKind};

use measure::{first, firsts};
use programs::{Body, OWN, PUBLISHED, Program};

/// Executions of each of the 100 explorations, at most.
const MOST: u64 = 10_000;
/// Schedules beyond which exhaustive is not feasible.
const FEASIBLE: u64 = 20_000;

const SAMPLERS: [&str; 7] = ["random", "pct:2", "pct:3", "pos", "urw", "surw", "portfolio"];

fn main() {
    for (title, programs) in [("Published programs", &PUBLISHED[..]), ("Bugs that only async code has", &OWN[..])] {
        println!("## {title}\n");
        println!("| program | what goes wrong | schedules | fifo | {} | exhaustive |", SAMPLERS.join(" | "));
        println!("| --- | --- |{}", " ---: |".repeat(SAMPLERS.len() + 3));
        for program in programs {
            println!("{}", row(program));
        }
        println!();
    }
}

fn row(program: &Program) -> String {
    let fifo = first(program.buggy, "fifo", 0, 1).map_or("-".to_owned(), |_| "1".to_owned());
    let medians = SAMPLERS.map(|scheduler| median(&firsts(program.buggy, scheduler, MOST)));
    let (schedules, exhaustive) = match schedules(program.buggy) {
        Some(number) => (number.to_string(), first(program.buggy, "exhaustive", 0, number).map(|first| first.to_string())),
        None => (format!("> {FEASIBLE}"), None),
    };
    let exhaustive = exhaustive.unwrap_or("not feasible".to_owned());
    let Program { name, wrong, .. } = program;
    format!("| {name} | {wrong} | {schedules} | {fifo} | {} | {exhaustive} |", medians.join(" | "))
}

/// The median; if it is not found, for how many of the seeds it is.
fn median(firsts: &[u64]) -> String {
    match firsts.iter().filter(|first| **first <= MOST).count() {
        0 => "-".to_owned(),
        found if found < 51 => format!("- ({found} %)"),
        _ => firsts[50].to_string(),
    }
}

/// How many schedules there are, unless there are very many.
fn schedules(program: Body) -> Option<u64> {
    let explorer = Explorer::new().scheduler(SchedulerKind::Exhaustive { preemptions: None }).executions(FEASIBLE);
    let report = explorer.pending_at_exit(PendingAtExit::Ignore).visit(program, |_| ControlFlow::Continue(()));
    report.exhausted.then_some(report.executions)
}
