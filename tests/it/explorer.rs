//! The explorer: reports, budgets, errors, warnings, uncontrolled nondeterminism.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::time::Duration;

use reenact::prelude::*;

use crate::support::exhaustive;

#[test]
fn a_report_counts_executions_and_interleavings() {
    let body = || async {
        let tasks = [0, 1, 2].map(|_| spawn(async {}));
        wait(tasks).await;
    };
    let report = Explorer::new().scheduler(SchedulerKind::Random).executions(1_000).seed(1).run(body);
    assert_eq!((report.executions, report.distinct, report.exhausted), (1_000, 6, false));
    assert_eq!(report.unseen, 0.0);
    let report = exhaustive().run(body);
    assert_eq!((report.executions, report.distinct, report.exhausted, report.unseen), (6, 6, true, 0.0));
    assert_eq!(report.to_string(), "6 executions, 6 distinct: every schedule");
    let report = exhaustive().executions(4).run(body);
    assert_eq!((report.executions, report.exhausted, report.unseen), (4, false, 1.0));
}

#[test]
fn the_estimate_of_what_is_unseen_is_near_the_truth() {
    let body = || async {
        let tasks = [0, 1, 2, 3].map(|_| spawn(yield_now()));
        wait(tasks).await;
    };
    let explorer = |executions| Explorer::new().scheduler(SchedulerKind::Random).executions(executions).seed(1);
    let (first, all) = (2_000, 22_000);
    // An exploration is the beginning of any longer one from the same seed: what share of the rest did it not show?
    let mut seen = BTreeSet::new();
    let (mut executions, mut new) = (0, 0);
    explorer(all).visit(body, |execution| {
        executions += 1;
        if executions <= first {
            seen.insert(execution.trace.digest());
        } else {
            new += u32::from(!seen.contains(&execution.trace.digest()));
        }
        ControlFlow::Continue(())
    });
    let truth = f64::from(new) / (all - first) as f64;
    let report = explorer(first).run(body);
    assert!(truth > 0.1, "{truth}");
    // The estimate's standard error is below sqrt(1 / 2000) = 0.022.
    assert!((report.unseen - truth).abs() < 0.07, "{truth}: {report}");
}

#[test]
fn exploration_stops_at_the_first_failure_and_says_which_execution_it_was() {
    let count = Cell::new(0);
    let report = Explorer::new().executions(100).run(|| async {
        count.set(count.get() + 1);
        if choose(10) == 7 {
            panic!("seven");
        }
    });
    let failure = report.failure.unwrap();
    assert_eq!(failure.execution + 1, report.executions);
    assert!(count.get() > report.executions, "further runs of the failing one are not counted");
    assert_eq!(failure.schedule.to_string(), "r1:0=7/10");
}

#[test]
fn a_body_may_return_an_error() {
    let body = || async { if choose(2) == 1 { Err("connection reset") } else { Ok(()) } };
    let failure = exhaustive().run(body).failure.unwrap();
    assert_eq!(failure.kind, FailureKind::Error);
    assert_eq!(failure.message, "the body returned Err(\"connection reset\")");
    assert_eq!(failure.schedule.to_string(), "r1:0=1/2");
    assert_eq!(failure.task.unwrap().to_string(), "0");
}

#[test]
fn visit_shows_every_execution_and_never_stops_at_a_failure() {
    let mut outcomes = Vec::new();
    let report = exhaustive().visit(
        || async {
            let n = choose(3);
            assert!(n != 1, "one");
            n
        },
        |execution| {
            assert!(!execution.trace.events().is_empty());
            outcomes.push(execution.outcome.as_ref().ok().copied());
            ControlFlow::Continue(())
        },
    );
    assert_eq!(outcomes, [Some(0), None, Some(2)]);
    assert_eq!(report.failure.unwrap().message, "one");
    let mut seen = 0;
    let report = exhaustive().visit(
        || async { choose(100) },
        |_| {
            seen += 1;
            if seen == 5 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        },
    );
    assert_eq!((report.executions, report.exhausted), (5, false));
}

#[test]
fn a_time_limit_ends_an_exploration() {
    let report = Explorer::new().executions(u64::MAX).time_limit(Duration::from_millis(20)).run(|| async {});
    assert!(report.executions > 0 && report.failure.is_none() && !report.exhausted);
}

#[test]
fn what_one_execution_leaves_to_the_next_is_found_out() {
    // A static in disguise: the second run of the failing schedule passes.
    let first = Cell::new(true);
    let report = Explorer::new().run(|| async {
        assert!(!first.replace(false), "only the first time");
    });
    let failure = report.failure.unwrap();
    assert_eq!(failure.kind, FailureKind::Nondeterminism);
    assert!(failure.message.starts_with("the same schedule gave two different executions: the first failed with a panic"));
    assert!(failure.message.contains("only the first time") && failure.message.contains("the second passed"));
}

#[test]
fn exhaustive_notices_when_the_choices_are_not_the_same_again() {
    let count = Cell::new(0);
    let failure = exhaustive()
        .run(|| async {
            count.set(count.get() + 1);
            for _ in 0..1 + count.get() % 2 {
                choose(2 + count.get() % 2);
            }
        })
        .failure
        .unwrap();
    assert_eq!(failure.kind, FailureKind::Nondeterminism);
}

#[test]
fn an_exploration_is_the_same_every_time() {
    let run = || {
        let report = Explorer::new().name("a name").regressions(reenact::Regressions::Off).executions(200).run(|| async {
            let tasks = [0, 1, 2].map(|n| async move { (n, choose(3), rand::Rng::next_u32(&mut rng())) });
            gather(tasks).await
        });
        (report.executions, report.distinct, report.seed)
    };
    assert_eq!(run(), run());
    assert_eq!(run().2, Seed::of_text("a name"));
}

#[test]
fn check_panics_with_the_text_of_the_failure_and_is_silent_otherwise() {
    check(|| async { assert_eq!(gather((async { 1 }, async { 2 })).await, (1, 2)) });
    let panic = std::panic::catch_unwind(|| {
        check(|| async { assert!(choose(2) == 0, "picked one") });
    });
    let text = panic.unwrap_err().downcast::<String>().unwrap();
    assert!(text.starts_with("panic at 0s of virtual time in task 0 `main`\n  picked one\n  at tests/it/explorer.rs:"), "{text}");
}
