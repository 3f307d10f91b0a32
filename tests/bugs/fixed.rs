//! The fixes hold, and the bugs are there.

use std::cell::Cell;
use std::rc::Rc;

use reenact::PendingAtExit;
use reenact::prelude::*;

use super::programs::{Body, all};

/// Explores until it is exhausted or the number of executions is reached; says whether it is exhausted, how many executions
/// there were, and how many went wrong.
fn explore(program: Body, scheduler: &str, executions: u64) -> (bool, u64, u64) {
    let wrong = Rc::new(Cell::new(0));
    let explorer = Explorer::new().scheduler(scheduler.parse().unwrap()).executions(executions);
    let report = explorer.pending_at_exit(PendingAtExit::Ignore).run(|| {
        let wrong = wrong.clone();
        async move { wrong.set(wrong.get() + u64::from(program().await)) }
    });
    if let Some(failure) = &report.failure {
        panic!("{failure}\n{}", failure.trace);
    }
    (report.exhausted, report.executions, wrong.get())
}

#[test]
fn no_schedule_makes_a_fixed_program_go_wrong() {
    let mut exhausted = 0;
    for program in all() {
        let name = program.name;
        let (all, executions, wrong) = explore(program.fixed, "exhaustive", 50_000);
        assert_eq!(wrong, 0, "{name}: {}", program.wrong);
        if !all {
            // Depth first, those have much in common.
            let (_, executions, wrong) = explore(program.fixed, "portfolio", 20_000);
            assert_eq!((executions, wrong), (20_000, 0), "{name}: {}", program.wrong);
        }
        exhausted += u64::from(all);
        println!(
            "{name}, fixed: {executions} executions{}",
            if all { ", which are all" } else { ", and 20000 of the portfolio" }
        );
    }
    assert!(exhausted >= 40, "{exhausted}");
}
