//! Schedulers that draw: how often each finds what, against what the theory says.
//!
//! Every access is one step: a task accesses, and yields unless nothing follows. Main spawns all tasks in its first step and
//! then sleeps, so it is not among the alternatives. Exact values are accepted within 4.5 standard errors.

mod bounded;
mod exact;
mod portfolio;
pub(crate) mod programs;
mod uniform;
mod waiting;

use std::cell::Cell;
use std::rc::Rc;

use reenact::{Explorer, PendingAtExit};

use programs::Program;

/// The share of executions in which a program goes wrong.
pub(crate) fn share(program: Program, scheduler: &str, executions: u64) -> f64 {
    let wrong = Rc::new(Cell::new(0u64));
    let report = Explorer::new()
        .scheduler(scheduler.parse().unwrap())
        .executions(executions)
        .seed(2024)
        .pending_at_exit(PendingAtExit::Ignore)
        .run(|| {
            let wrong = wrong.clone();
            async move { wrong.set(wrong.get() + u64::from(program().await)) }
        });
    assert_eq!(report.executions, executions, "{report}");
    wrong.get() as f64 / executions as f64
}

/// The share is what it should be, within 4.5 standard errors.
#[track_caller]
pub(crate) fn check(name: &str, program: Program, scheduler: &str, expected: f64, executions: u64) {
    let measured = share(program, scheduler, executions);
    let tolerance = 4.5 * (expected * (1.0 - expected) / executions as f64).sqrt();
    println!("{name}, {scheduler}: {measured:.5}, expected {expected:.5} ± {tolerance:.5}");
    assert!((measured - expected).abs() <= tolerance, "{name}, {scheduler}: {measured} instead of {expected} ± {tolerance}");
}

/// Executions of each estimate.
pub(crate) const MANY: u64 = 100_000;
