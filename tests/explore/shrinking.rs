//! Shrinking: a failure is reported with the simplest schedule that shows it.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Duration;

use reenact::prelude::*;

/// Two tasks read; the other things they do are noise. An update is lost if one reads between the other's read and write.
async fn lost_update() {
    let count = Shared::new(0);
    let add = |count: Shared<u32>| async move {
        yield_now().await;
        let seen = count.get();
        yield_now().await;
        count.set(seen + 1);
        yield_now().await;
    };
    let noise = || async {
        for _ in 0..3 {
            yield_now().await;
        }
    };
    let tasks = [spawn(noise()), spawn(add(count.clone())), spawn(noise()), spawn(add(count.clone()))];
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(count.get(), 2, "an update is lost");
}

/// Fails only if the three tasks end in one of six orders.
async fn backwards() {
    let order = Shared::new(Vec::new());
    let tasks = [0, 1, 2].map(|n| {
        let order = order.clone();
        spawn(async move {
            yield_now().await;
            order.with_mut(|order| order.push(n));
        })
    });
    sleep(Duration::from_millis(1)).await;
    drop(tasks);
    assert_ne!(order.get(), [2, 1, 0]);
}

/// Takes two locks in two orders.
async fn deadlock() {
    let locks = [std::rc::Rc::new(tokio::sync::Mutex::new(())), std::rc::Rc::new(tokio::sync::Mutex::new(()))];
    let [one, other] = locks.clone();
    let first = spawn(async move {
        let _one = one.lock().await;
        yield_now().await;
        let _other = other.lock().await;
    });
    let [one, other] = locks;
    let second = spawn(async move {
        yield_now().await;
        yield_now().await;
        yield_now().await;
        let _other = other.lock().await;
        yield_now().await;
        let _one = one.lock().await;
    });
    let _ = gather((first, second)).await;
}

/// The fewest deviations with which the program fails, over every schedule.
fn minimum<F: Future>(body: impl Fn() -> F) -> usize {
    let mut fewest = usize::MAX;
    let report = Explorer::new().scheduler("exhaustive".parse().unwrap()).visit(body, |execution| {
        if execution.outcome.is_err() {
            fewest = fewest.min(execution.schedule.deviations().len());
        }
        ControlFlow::Continue(())
    });
    assert!(report.exhausted);
    fewest
}

/// What failures from many seeds are shrunk to, and how often.
fn shrunk<F: Future<Output = ()>>(body: impl Fn() -> F) -> BTreeMap<String, usize> {
    let mut schedules = BTreeMap::new();
    for seed in 0..100 {
        let failure = Explorer::new().scheduler(SchedulerKind::Random).seed(seed).run(&body).failure.expect("it fails");
        let again = Sim::new().replay(&failure.schedule).run(&body);
        let again = again.outcome.expect_err("the shrunk schedule fails");
        assert_eq!((again.kind, again.message, again.place), (failure.kind, failure.message, failure.place));
        *schedules.entry(failure.schedule.to_string()).or_default() += 1;
    }
    schedules
}

#[test]
fn every_failing_seed_is_shrunk_to_the_one_simplest_schedule() {
    for (minimum, schedules) in
        [(0, shrunk(lost_update)), (minimum(backwards), shrunk(backwards)), (minimum(deadlock), shrunk(deadlock))]
    {
        assert_eq!(schedules.len(), 1, "{schedules:?}");
        let schedule: Schedule = schedules.keys().next().unwrap().parse().unwrap();
        assert_eq!(schedule.deviations().len(), minimum, "{schedules:?}");
    }
}

#[test]
fn another_bug_of_the_same_program_is_not_taken_for_the_one_that_was_found() {
    // Under fifo it fails, too, but elsewhere.
    let body = || async {
        let first = Shared::new(None);
        let tasks = [0, 1].map(|n| {
            let first = first.clone();
            spawn(async move {
                first.with_mut(|first| {
                    first.get_or_insert(n);
                })
            })
        });
        sleep(Duration::from_millis(1)).await;
        drop(tasks);
        match first.get() {
            Some(0) if choose(4) == 0 => panic!("the calm bug"),
            Some(1) => panic!("the other bug"),
            _ => {}
        }
    };
    let mut seen = BTreeMap::new();
    for seed in 0..50 {
        let failure = Explorer::new().scheduler(SchedulerKind::Random).seed(seed).run(body).failure.unwrap();
        seen.insert(failure.message.clone(), failure.schedule.deviations().len());
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), [("the calm bug".to_owned(), 0), ("the other bug".to_owned(), 1)]);
}

#[test]
fn a_long_failure_is_shrunk_within_its_budget() {
    // A thousand choices, about half of which are taken the other way; three in a row are enough.
    let body = || async {
        let steps = Shared::new([0_i32; 2]);
        let tasks = [0, 1].map(|n| {
            let steps = steps.clone();
            spawn(async move {
                for _ in 0..500 {
                    let [one, other] = steps.update(|mut steps| {
                        steps[n] += 1;
                        steps
                    });
                    assert!(one.abs_diff(other) < 4, "one is far ahead of the other");
                    yield_now().await;
                }
            })
        });
        sleep(Duration::from_millis(1)).await;
        drop(tasks);
    };
    assert!(Sim::new().run(body).outcome.is_ok());
    for seed in 0..3 {
        let failure = Explorer::new().scheduler(SchedulerKind::Random).seed(seed).run(body).failure.expect("random finds it");
        assert_eq!(failure.schedule.deviations().len(), 3, "{failure}");
    }
}

#[test]
fn the_failure_says_from_what_it_was_shrunk() {
    let failure = Explorer::new().scheduler(SchedulerKind::Random).seed(3).run(backwards).failure.unwrap();
    let text = failure.to_string();
    assert!(text.contains("(shrunk from ") && text.contains(" executions)"), "{text}");
}

#[test]
fn a_program_that_passes_and_still_differs_from_run_to_run_is_found_out() {
    let runs = std::cell::Cell::new(0);
    let report = Explorer::new().run(|| async {
        runs.set(runs.get() + 1);
        reenact::println!("run {}", runs.get());
    });
    let failure = report.failure.expect("it is found out");
    assert_eq!(failure.kind, FailureKind::Nondeterminism);
    assert!(failure.message.contains("Two further runs part at event 2"), "{failure}");
    assert!(failure.message.contains("print \"run "), "{failure}");
}

/// Many steps, and two tasks of which the second has to be `ahead` steps further than fifo order makes it for an update to get lost.
async fn long(tasks: u32, yields: u32, ahead: u32) {
    let count = Shared::new(0);
    let tasks: Vec<_> = (0..tasks)
        .map(|n| {
            let count = count.clone();
            spawn(async move {
                for i in 0..yields {
                    let seen = count.get();
                    yield_now().await;
                    if (n == 0 && i == yields / 2) || (n == 1 && i == yields / 2 + ahead) {
                        count.set(seen + 1);
                    }
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(count.get(), 2);
}

#[test]
fn of_a_thousand_choices_the_few_are_left_that_it_takes() {
    for (tasks, yields, ahead) in [(10, 100, 1), (10, 100, 4), (2, 500, 5), (4, 250, 3), (100, 10, 2)] {
        for seed in 0..3 {
            let explorer = Explorer::new().scheduler(SchedulerKind::Random).executions(10_000).seed(seed);
            let failure = explorer.run(|| long(tasks, yields, ahead)).failure.unwrap();
            let left = failure.schedule.deviations().len();
            assert_eq!(left, ahead as usize, "{tasks} tasks, {yields} yields: {failure}");
        }
    }
}
