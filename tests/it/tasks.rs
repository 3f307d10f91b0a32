//! Tasks: identity, names, results, panics, data.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use reenact::prelude::*;
use reenact::task::{self, Until, Watch};
use reenact::{TaskPath, Warning};

use crate::support::{every_schedule, fifo, outcomes};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn spawn_does_not_run_the_body_inside_the_call() {
    every_schedule(|| async {
        let started = Shared::new(false);
        let task = spawn({
            let started = started.clone();
            async move { started.set(true) }
        });
        assert!(!started.get());
        task.await.unwrap();
        assert!(started.get());
    });
}

#[test]
fn a_detached_task_runs_on() {
    every_schedule(|| async {
        let done = Shared::new(false);
        drop(spawn({
            let done = done.clone();
            async move {
                sleep(SECOND).await;
                done.set(true);
            }
        }));
        sleep(2 * SECOND).await;
        assert!(done.get());
    });
}

async fn phase() -> String {
    let current = task::current();
    format!("{} {}", current.id(), current.name())
}

#[test]
fn identity_is_the_path_of_spawns_whatever_the_schedule() {
    let seen = outcomes(|| async {
        let family = [0, 1].map(|_| {
            spawn(async {
                let children = [0, 1].map(|_| spawn(async { task::current().id().to_string() }));
                let mut paths = vec![task::current().id().to_string()];
                for child in children {
                    paths.push(child.await.unwrap());
                }
                paths
            })
        });
        let mut all = vec![task::current().id().to_string()];
        for member in family {
            all.extend(member.await.unwrap());
        }
        all
    });
    let paths = ["0", "0.0", "0.0.0", "0.0.1", "0.1", "0.1.0", "0.1.1"];
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), [paths.map(str::to_owned).to_vec()]);
}

#[test]
fn a_task_is_called_as_it_was_told_or_like_its_function_or_like_its_path() {
    let names = fifo(|| async {
        let named = task::Builder::new().name("phase 1").spawn(phase());
        let function = spawn(phase());
        let block = spawn(async { task::current().name().to_owned() });
        assert_eq!((&*named.name(), &*function.name(), &*block.name()), ("phase 1", "phase", "0.2"));
        [named.await.unwrap(), function.await.unwrap(), block.await.unwrap(), task::current().name().to_owned()]
    });
    assert_eq!(names, ["0.0 phase 1", "0.1 phase", "0.2", "main"]);
}

#[test]
fn names_are_the_same_when_no_trace_is_kept() {
    let seen: Rc<Cell<Vec<String>>> = Rc::default();
    let note = seen.clone();
    let report = Explorer::new().executions(2).run(move || {
        let note = note.clone();
        async move {
            let mut names = note.take();
            names.push(spawn(phase()).await.unwrap());
            names.push(spawn(async { task::current().name().to_owned() }).await.unwrap());
            note.set(names);
        }
    });
    assert!(report.failure.is_none());
    let seen = seen.take();
    assert!(seen.len() >= 4 && seen.chunks(2).all(|names| names == ["0.0 phase", "0.1"]), "{seen:?}");
}

#[test]
fn task_paths_parse_as_they_print() {
    for text in ["0", "0.1", "0.10.0.3"] {
        assert_eq!(text.parse::<TaskPath>().unwrap().to_string(), text);
    }
    for text in ["", "1", "0.", "0.x", ".1", "0.01", "0.-1"] {
        assert!(text.parse::<TaskPath>().is_err(), "{text}");
    }
}

#[test]
fn a_panic_in_any_task_fails_the_execution_at_once() {
    let execution = Sim::new().run(|| async {
        let bad = task::Builder::new().name("bad").spawn(async {
            sleep(SECOND).await;
            panic!("boom {}", 1);
        });
        sleep(5 * SECOND).await;
        let _: Result<(), _> = bad.await;
    });
    let failure = execution.outcome.unwrap_err();
    assert_eq!((failure.kind, failure.message.as_str()), (FailureKind::Panic, "boom 1"));
    assert_eq!((failure.at, failure.task.unwrap().to_string()), (Instant::ZERO + SECOND, "0.0".to_owned()));
    assert!(failure.place.unwrap().starts_with("tests/it/tasks.rs:"));
}

#[test]
fn a_panic_can_be_delivered_to_whoever_awaits_the_task() {
    let sim = Sim::new().task_panics(TaskPanics::Deliver);
    let execution = sim.run(|| async {
        let bad = spawn(async { panic!("boom") });
        let result: Result<(), _> = bad.await;
        match result {
            Err(TaskError::Panicked(panic)) => panic.message().to_owned(),
            other => format!("{other:?}"),
        }
    });
    assert!(execution.warnings.is_empty(), "{:?}", execution.warnings);
    assert_eq!(execution.outcome.unwrap(), "boom");
}

#[test]
fn a_delivered_panic_that_nobody_looks_at_is_reported_once() {
    for keep in [false, true] {
        let execution = Sim::new().task_panics(TaskPanics::Deliver).run(|| async move {
            let bad: Task<()> = task::Builder::new().name("bad").spawn(async { panic!("boom") });
            let kept = if keep { Some(bad) } else { None };
            sleep(SECOND).await;
            drop(kept);
        });
        execution.outcome.unwrap();
        let [Warning::UnseenPanic { task, message, place }] = execution.warnings.as_slice() else {
            panic!("{:?}", execution.warnings)
        };
        assert_eq!((task.as_str(), message.as_str()), ("0.0 `bad`", "boom"));
        assert!(place.as_ref().unwrap().starts_with("tests/it/tasks.rs:"));
    }
}

#[test]
fn the_panic_of_main_is_never_delivered() {
    let execution = Sim::new().task_panics(TaskPanics::Deliver).run(|| async { panic!("main") });
    let failure: Failure = execution.outcome.map(|_: ()| ()).unwrap_err();
    assert_eq!((failure.kind, failure.message.as_str()), (FailureKind::Panic, "main"));
}

#[test]
fn a_panicking_task_drops_what_it_holds_after_the_panic() {
    let counted = Rc::new(());
    let inside = counted.clone();
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("a second panic, in a destructor");
        }
    }
    let execution = Sim::new().run(move || async move {
        // What a closure has captured is dropped with the future, not by the unwinding.
        let holds = (inside, Bomb);
        let task: Task<()> = spawn(std::future::poll_fn(move |_| {
            let _ = &holds;
            panic!("first")
        }));
        let _ = task.await;
    });
    let failure = execution.outcome.unwrap_err();
    assert_eq!(failure.message, "first");
    assert_eq!(Rc::strong_count(&counted), 1);
}

#[test]
fn finished_tasks_know_the_order_in_which_they_ended() {
    let order = fifo(|| async {
        let tasks = [3, 1, 2].map(|n| spawn(sleep(n * SECOND)));
        sleep(10 * SECOND).await;
        tasks.map(|task| task.completion())
    });
    assert_eq!(order, [Some(2), Some(0), Some(1)]);
}

#[test]
fn any_number_of_watches_see_one_task_end_and_none_wakes_its_waiter_early() {
    let execution = Sim::new().run(|| async {
        let tasks: Vec<_> = (1..=3).map(|n| spawn(sleep(n * SECOND))).collect();
        let watch_all = || {
            let mut watch = Watch::new();
            for task in &tasks {
                watch.add(task);
            }
            async move {
                std::future::poll_fn(|cx| watch.poll(cx, Until::count(3))).await;
                watch.finished()
            }
        };
        let watchers = [spawn(watch_all()), spawn(watch_all())];
        let mut seen = Vec::new();
        for watcher in watchers {
            seen.push(watcher.await.unwrap());
        }
        assert_eq!(task::census().watches, 0);
        seen
    });
    assert_eq!(execution.outcome.unwrap(), [vec![0, 1, 2], vec![0, 1, 2]]);
    // Main 2 or 3 steps, each sleeper 2, each watcher 2: nobody was woken in vain.
    assert!(execution.stats.steps <= 3 + 3 * 2 + 2 * 2, "{:?}", execution.stats);
}

#[test]
fn a_watch_that_is_dropped_leaves_nothing_at_its_tasks() {
    fifo(|| async {
        let task = spawn(sleep(SECOND));
        let before = task::census();
        let mut watches: Vec<Watch> = (0..5).map(|_| Watch::new()).collect();
        for watch in &mut watches {
            watch.add(&task);
        }
        assert_eq!(task::census().watches, before.watches + 5);
        // From the middle, the end and the beginning of the task's list.
        for at in [2, 3, 0, 1, 0] {
            drop(watches.remove(at));
        }
        assert_eq!(task::census(), before);
        task.await.unwrap();
    });
}

#[test]
fn every_access_is_recorded() {
    let execution = Sim::new().run(|| async {
        let count = Shared::named("count", 1);
        count.set(count.get() + 1);
        assert_eq!(count.update(|n| n * 10), 20);
        count.with_mut(|n| *n += 1);
        assert_eq!(format!("{count:?}"), "Shared { name: \"count\", value: RefCell { value: 21 } }");
        count
    });
    let lines = execution.trace.to_string();
    let of_count: Vec<&str> = lines.lines().filter(|line| line.ends_with(" count")).collect();
    let expected = ["reads", "writes", "writes", "writes"].map(|verb| format!("      0s  0      {verb} count"));
    assert_eq!(of_count, expected);
    // After the execution the value can still be looked at.
    assert_eq!(execution.outcome.unwrap().get(), 21);
}
