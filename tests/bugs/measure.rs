//! How often a program goes wrong, and how soon.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::rc::Rc;

use reenact::{Explorer, PendingAtExit};

use super::programs::Body;

/// Executions of each estimate.
pub(crate) const MANY: u64 = 100_000;

/// The seed of all estimates.
pub(crate) const SEED: u64 = 2024;

/// The share of executions in which a program goes wrong.
pub(crate) fn share(program: Body, scheduler: &str, executions: u64) -> f64 {
    let wrong = Rc::new(Cell::new(0u64));
    let report = Explorer::new()
        .scheduler(scheduler.parse().unwrap())
        .executions(executions)
        .seed(SEED)
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
pub(crate) fn check(name: &str, program: Body, scheduler: &str, expected: f64, executions: u64) {
    let measured = share(program, scheduler, executions);
    let tolerance = 4.5 * (expected * (1.0 - expected) / executions as f64).sqrt();
    println!("{name}, {scheduler}: {measured:.5}, expected {expected:.5} ± {tolerance:.5}");
    assert!((measured - expected).abs() <= tolerance, "{name}, {scheduler}: {measured} instead of {expected} ± {tolerance}");
}

/// Which execution goes wrong first, counted from 1; `None` if none of so many does.
pub(crate) fn first(program: Body, scheduler: &str, seed: u64, executions: u64) -> Option<u64> {
    let mut found = false;
    let explorer = Explorer::new().scheduler(scheduler.parse().unwrap()).seed(seed).executions(executions);
    let report = explorer.pending_at_exit(PendingAtExit::Ignore).visit(program, |execution| {
        found = !matches!(execution.outcome, Ok(false));
        if found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    found.then_some(report.executions)
}

/// The same for 100 seeds, soonest first; those that do not find it last, as `u64::MAX`.
pub(crate) fn firsts(program: Body, scheduler: &str, executions: u64) -> Vec<u64> {
    let mut firsts: Vec<u64> = (0..100).map(|seed| first(program, scheduler, seed, executions).unwrap_or(u64::MAX)).collect();
    firsts.sort_unstable();
    firsts
}
