//! What a failure says about why: the facts it takes, and the execution next to one that passes.

use reenact::prelude::*;
use reenact::task::Builder;
use reenact::{Explanation, Regressions, Row};

use crate::support::exhaustive;

fn explained<F: Future<Output = ()>>(explorer: &Explorer, body: impl Fn() -> F) -> (Failure, Explanation) {
    let failure = explorer.run(body).failure.unwrap();
    let explanation = failure.explanation.clone().unwrap();
    (failure, explanation)
}

/// `late` reads after `early` has written, unless its head start is taken away.
async fn lost_update(head_start: u32) {
    let count = Shared::named("count", 0);
    let add = |name: &'static str, head_start: u32| {
        let count = count.clone();
        Builder::new().name(name).spawn(async move {
            for _ in 0..head_start {
                yield_now().await;
            }
            let seen = count.get();
            yield_now().await;
            count.set(seen + 1);
        })
    };
    let (early, late) = (add("early", 0), add("late", head_start));
    let _ = (early.await, late.await);
    assert_eq!(count.get(), 2, "an update was lost");
}

#[test]
fn the_facts_are_those_that_it_takes_and_the_lanes_part_where_the_last_of_them_is_left_out() {
    let explorer = Explorer::new().name("pool::counts").seed(1).regressions(Regressions::Off);
    let (failure, explanation) = explained(&explorer, || lost_update(3));
    let facts: Vec<&str> = explanation.facts.iter().map(|fact| fact.text.as_str()).collect();
    let expected = [2, 3, 4].map(|step| format!("`late` step {step} ran before `early` step 2"));
    assert_eq!(facts, expected);
    assert!(explanation.facts.iter().all(|fact| fact.necessary == Some(true)));
    let lanes = explanation.lanes.as_ref().unwrap();
    let Some(Row::Parting(failing, passing)) = lanes.rows.iter().find(|row| matches!(row, Row::Parting(..))) else {
        panic!("{lanes}")
    };
    assert_eq!(failing, "0s  `late` step 4: reads count, yields");
    assert_eq!(passing, "0s  `early` step 2: writes count, ends, wakes `main`");
    let text = failure.to_string();
    let block = text.split("note: replay").next().unwrap();
    let why = block.split_once("executions)\n").unwrap().1;
    let expected = "  each of these is necessary:
          0s  `late` steps 2 to 4 ran before `early` step 2
    failing                                              | without the last of these it passes
    .. 2 steps alike ..
    0s  `late` step 1: yields
    0s  `late` step 2: yields
    0s  `late` step 3: yields
  > 0s  `late` step 4: reads count, yields               | 0s  `early` step 2: writes count, ends, wakes `main`
    0s  `early` step 2: writes count, ends, wakes `main` | 0s  `late` step 4: reads count, yields
";
    assert_eq!(&why[..expected.len().min(why.len())], expected);
    assert!(why.trim_end().lines().any(|line| line.contains("`main` step 2: reads count, panics ")), "{why}");
}

#[test]
fn one_fact_is_the_reason() {
    let body = || async {
        let first = Shared::new(None);
        let a = spawn({
            let first = first.clone();
            async move {
                first.update(|first| first.or(Some('a')));
            }
        });
        let b = spawn({
            let first = first.clone();
            async move {
                first.update(|first| first.or(Some('b')));
            }
        });
        let _ = (a.await, b.await);
        assert_eq!(first.get(), Some('a'));
    };
    let (failure, explanation) = explained(&exhaustive(), body);
    assert_eq!(explanation.facts.len(), 1);
    assert!(failure.to_string().contains("  it fails because:\n          0s  0.1 step 1 ran before 0.0 step 1\n"), "{failure}");
}

#[test]
fn drawn_numbers_are_facts_as_well() {
    let body = || async {
        sleep(Duration::from_millis(20)).await;
        let wait = choose(3);
        let retries = choose(4);
        assert!(wait != 2 || retries != 1);
    };
    let (_, explanation) = explained(&exhaustive(), body);
    let facts: Vec<String> = explanation.facts.iter().map(|fact| format!("{} {}", fact.at, fact.text)).collect();
    assert_eq!(facts, ["20ms `main` drew 2 of 0 to 2 as its data choice 1", "20ms `main` drew 1 of 0 to 3 as its data choice 2"]);
}

#[test]
fn what_fails_in_fifo_order_needs_no_facts() {
    let (failure, explanation) = explained(&Explorer::new(), || async { panic!("always") });
    assert!(explanation.facts.is_empty() && explanation.lanes.is_none());
    assert!(!failure.to_string().contains("because"), "{failure}");
}

#[test]
fn a_long_failing_execution_shows_where_it_parts_and_how_it_ends() {
    let body = || async {
        let turn = Shared::named("turn", 0);
        let a = spawn({
            let turn = turn.clone();
            async move { turn.set(1) }
        });
        let b = spawn({
            let turn = turn.clone();
            async move {
                let early = turn.get() == 0;
                for _ in 0..50 {
                    yield_now().await;
                }
                assert!(!early, "too early");
            }
        });
        let _ = (a.await, b.await);
    };
    let (failure, explanation) = explained(&exhaustive(), body);
    let lanes = explanation.lanes.unwrap();
    assert!(lanes.rows.len() < 20, "{lanes}");
    assert!(lanes.rows.iter().any(|row| matches!(row, Row::LeftOut(40.., 40..))), "{lanes}");
    let Some(Row::Apart(failing, passing)) = lanes.rows.last() else { panic!("{lanes}") };
    assert!(failing.ends_with("step 51: panics") && passing.contains("`main` step 3: ends"), "{failure}");
}

#[test]
fn a_deadlock_and_an_error_are_explained_like_a_panic() {
    let body = || async {
        let (sender, receiver) = futures::channel::oneshot::channel::<()>();
        let flag = Shared::named("flag", false);
        let a = Builder::new().name("sender").spawn({
            let flag = flag.clone();
            async move {
                if flag.get() {
                    std::mem::forget(sender);
                } else {
                    let _ = sender.send(());
                }
            }
        });
        let b = Builder::new().name("setter").spawn(async move { flag.set(true) });
        let _ = (a.await, b.await);
        let _ = receiver.await;
    };
    let (failure, explanation) = explained(&exhaustive(), body);
    assert_eq!(failure.kind, FailureKind::Deadlock);
    assert_eq!(explanation.facts[0].text, "`setter` step 1 ran before `sender` step 1");
    let error = exhaustive().run(|| async { if choose(2) == 1 { Err("refused") } else { Ok(()) } }).failure.unwrap();
    assert_eq!(error.explanation.unwrap().facts[0].necessary, Some(true));
}

#[test]
fn a_livelock_names_the_tasks_that_kept_stepping() {
    let body = || async {
        let spin = |name: &str| {
            Builder::new().name(name).spawn(async {
                loop {
                    yield_now().await;
                }
            })
        };
        let (ping, _pong) = (spin("ping"), spin("pong"));
        let _ = ping.await;
    };
    let failure = Explorer::new().scheduler(SchedulerKind::Fifo).max_steps_per_instant(5_000).run(body).failure.unwrap();
    assert_eq!(failure.kind, FailureKind::Livelock);
    assert_eq!(
        failure.details,
        [
            "of the last 1000 steps",
            "    500 were of `ping`, the latest its step 2500: yields",
            "    500 were of `pong`, the latest its step 2499: yields",
        ]
    );
    assert!(failure.to_string().contains("\n      500 were of `ping`"), "{failure}");
}
