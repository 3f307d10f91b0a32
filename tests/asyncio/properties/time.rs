//! [E1], [E2], [S1], [F3]: the clock, and who hears of a panic.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::rc::Rc;

use reenact::prelude::*;
use reenact::{TaskPanics, Warning};

use super::{SECOND, t};
use crate::support::every_schedule;

#[test]
fn e1_time_does_not_move_while_a_task_is_ready() {
    every_schedule(|| async {
        let log = Rc::new(RefCell::new(Vec::new()));
        let noted = log.clone();
        let sleeper = spawn(async move {
            sleep(SECOND).await;
            noted.borrow_mut().push("slept");
        });
        let busy = log.clone();
        let spinner = spawn(async move {
            for _ in 0..5 {
                assert_eq!(now(), Instant::ZERO);
                yield_now().await;
            }
            busy.borrow_mut().push("spun");
        });
        let _ = gather([sleeper, spinner]).await;
        assert_eq!(log.take(), ["spun", "slept"]);
    });
}

#[test]
fn e2_the_clock_jumps_exactly_to_the_earliest_deadline_and_never_back() {
    every_schedule(|| async {
        let times = Rc::new(RefCell::new(Vec::new()));
        let tasks = [3, 1, 2, 1].map(|n| {
            let times = times.clone();
            async move {
                sleep(n * SECOND).await;
                times.borrow_mut().push(t());
            }
        });
        gather(tasks).await;
        assert_eq!(times.take(), [1.0, 1.0, 2.0, 3.0]);
    });
}

#[test]
fn s1_a_sleep_returns_exactly_after_its_duration_wherever_it_was_started() {
    every_schedule(|| async {
        let sleeps = [(0, 2), (1, 2), (2, 1)].map(|(start, duration)| async move {
            sleep(start * SECOND).await;
            let before = now();
            sleep(duration * SECOND).await;
            assert_eq!(now() - before, duration * SECOND);
        });
        gather(sleeps).await;
    });
}

#[test]
fn f3_a_panic_is_observed_by_somebody_or_reported_exactly_once() {
    // Each task panics; it is awaited, awaited by a gather, looked at later, or left alone.
    let explorer = Explorer::new().scheduler("exhaustive".parse().unwrap()).task_panics(TaskPanics::Deliver);
    let body = || async {
        let panics = || spawn(async { panic!("it broke") });
        let (awaited, left, dropped) = (panics(), panics(), panics());
        drop(dropped);
        let observed = matches!(awaited.await, Err(TaskError::Panicked(_)));
        sleep(SECOND).await;
        let later = panics();
        sleep(SECOND).await;
        let looked = matches!(later.try_result(), Some(Err(TaskError::Panicked(_))));
        assert!(later.try_result().is_none());
        drop(left);
        u32::from(observed) + u32::from(looked)
    };
    let report = explorer.visit(body, |execution| {
        let observed = execution.outcome.as_ref().unwrap();
        let reported = execution.warnings.iter().filter(|warning| matches!(warning, Warning::UnseenPanic { .. })).count();
        assert_eq!((*observed, reported), (2, 2), "{}", execution.trace);
        ControlFlow::Continue(())
    });
    assert!(report.exhausted && report.executions > 1);
}
