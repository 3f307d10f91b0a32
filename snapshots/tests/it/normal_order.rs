//! Normal order: independent steps of one instant come out in one order, dependent ones as they were.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use reenact_sim::{Explorer, SchedulerKind, Shared, task, time};
use reenact_snapshots::{Level, TraceSnapshot};

use crate::support::{TENTH, trace};

/// The texts of a program under every schedule, as they are and in normal order.
fn texts<F: Future<Output = ()>>(body: impl Fn() -> F) -> [BTreeSet<String>; 2] {
    let mut found = [BTreeSet::new(), BTreeSet::new()];
    let explorer = Explorer::new().scheduler(SchedulerKind::Exhaustive { preemptions: None });
    let report = explorer.visit(body, |execution| {
        let text = execution.trace_text().level(Level::Everything);
        found[0].insert(text.to_string());
        found[1].insert(text.normal_order().to_string());
        ControlFlow::Continue(())
    });
    assert!(report.exhausted && report.failure.is_none());
    found
}

/// Three tasks that are ready at the same instant and do this; main waits for longer.
async fn at_once<F: Future<Output = ()> + 'static>(step: impl Fn(usize) -> F) {
    for (n, name) in ["a", "b", "c"].into_iter().enumerate() {
        drop(task::Builder::new().name(name).spawn(step(n)));
    }
    time::sleep(TENTH * 5).await;
}

#[test]
fn steps_that_share_nothing_have_one_order() {
    let [as_they_are, normal] = texts(|| {
        let shared: [Shared<u32>; 3] = ["x", "y", "z"].map(|name| Shared::named(name, 0));
        at_once(move |n| {
            let shared = shared[n].clone();
            async move {
                shared.set(1);
                time::sleep(TENTH).await;
                shared.set(2);
            }
        })
    });
    assert_eq!((as_they_are.len(), normal.len()), (36, 1), "{normal:#?}");
}

#[test]
fn readers_have_one_order_and_a_writer_keeps_its_place_among_them() {
    let [as_they_are, normal] = texts(|| {
        let shared = Shared::named("x", 0);
        at_once(move |n| {
            let shared = shared.clone();
            async move {
                if n == 0 {
                    shared.set(1);
                } else {
                    let _ = shared.get();
                }
            }
        })
    });
    // The writer before, between or behind the two readers; between them in two ways.
    assert_eq!((as_they_are.len(), normal.len()), (6, 4), "{normal:#?}");
}

#[test]
fn output_keeps_its_order() {
    let [as_they_are, normal] = texts(|| at_once(|n| async move { reenact_sim::println!("{n}") }));
    assert_eq!((as_they_are.len(), normal.len()), (6, 6));
}

#[test]
fn a_step_that_ends_a_task_stays_before_the_one_that_cancels_it() {
    let body = || async {
        let victim = task::Builder::new().name("victim").spawn(async {});
        let killer = task::Builder::new().name("killer").spawn(async move {
            let _ = victim.cancel();
        });
        let _ = killer.await;
    };
    let [as_they_are, normal] = texts(body);
    assert_eq!(as_they_are.len(), normal.len(), "{normal:#?}");
    assert!(normal.len() > 1);
}

#[test]
fn who_wakes_a_task_first_does_not_show() {
    let body = || async {
        let tasks = ["a", "b"].map(|name| task::Builder::new().name(name).spawn(time::sleep(TENTH)));
        for task in tasks {
            task.await.unwrap();
        }
    };
    let text = |schedule| trace(schedule, body).trace_text().level(Level::Everything).without_lines();
    let (fifo, other) = (text("r1:"), text("r1:1=1"));
    assert_ne!(fifo.to_string(), other.to_string());
    assert_eq!(fifo.normal_order().to_string(), other.normal_order().to_string());
}

#[test]
fn normal_order_tells_the_same_events() {
    let body = || at_once(|n| async move { time::sleep(TENTH * n as u32).await });
    let text = trace("r1:0=2,1=1", body).trace_text().level(Level::Everything);
    let mut lines = [text.rows(), text.normal_order().rows()].map(|rows| {
        let words = |row: reenact_snapshots::Row| format!("{} {}", row.at, row.what.replace(", out of turn", ""));
        rows.into_iter().map(words).collect::<Vec<_>>()
    });
    lines.iter_mut().for_each(|lines| lines.sort());
    assert_eq!(lines[0], lines[1]);
}
