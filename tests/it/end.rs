//! The end of an execution: last steps, what is pending, what is dropped.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use reenact::prelude::*;
use reenact::{Warning, task};

use crate::support::{exhaustive, outcomes};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn tasks_that_are_ready_when_main_is_done_step_once_more() {
    let execution = Sim::new().pending_at_exit(PendingAtExit::Ignore).run(|| async {
        for n in 0..3 {
            drop(spawn(async move {
                reenact::println!("{n} steps");
                yield_now().await;
                reenact::println!("{n} steps again");
            }));
        }
    });
    execution.outcome.unwrap();
    assert_eq!(execution.trace.output(), ["0 steps", "1 steps", "2 steps"]);
    assert_eq!(execution.pending.len(), 3);
}

#[test]
fn the_order_of_the_last_steps_is_a_choice() {
    let report = exhaustive().pending_at_exit(PendingAtExit::Ignore).run(|| async {
        for n in 0..3 {
            drop(spawn(async move { reenact::println!("{n}") }));
        }
    });
    assert_eq!((report.executions, report.distinct), (6, 6));
}

#[test]
fn tasks_woken_in_the_last_steps_are_not_stepped_again() {
    let seen = outcomes(|| async {
        let (sender, receiver) = futures::channel::oneshot::channel::<()>();
        let log = Rc::new(RefCell::new(Vec::new()));
        drop(spawn({
            let log = log.clone();
            async move {
                let _ = receiver.await;
                log.borrow_mut().push("received");
            }
        }));
        yield_now().await;
        sleep(SECOND).await;
        drop(spawn(async move {
            let _ = sender.send(());
        }));
        log.take()
    });
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), [Vec::<&str>::new()]);
}

#[test]
fn unfinished_tasks_are_reported_with_name_place_and_what_they_wait_for() {
    let execution = Sim::new().run(|| async {
        drop(task::Builder::new().name("poller").spawn(sleep(5 * SECOND)));
        let (sender, receiver) = futures::channel::oneshot::channel::<()>();
        drop(task::Builder::new().name("listener").spawn(receiver));
        std::mem::forget(sender);
        drop(task::Builder::new().name("reader").spawn(async {
            std::future::poll_fn(|_| {
                task::waiting_for("the socket");
                std::task::Poll::<()>::Pending
            })
            .await
        }));
        sleep(SECOND).await;
    });
    execution.outcome.unwrap();
    let pending: Vec<(String, String)> =
        execution.pending.iter().map(|task| (task.path.to_string(), task.name.to_string())).collect();
    let expected = [("0.0", "poller"), ("0.1", "listener"), ("0.2", "reader")];
    assert_eq!(pending, expected.map(|(path, name)| (path.to_owned(), name.to_owned())));
    let lines: Vec<String> = execution.pending.iter().map(ToString::to_string).collect();
    assert!(lines[0].starts_with("0.0 `poller`, spawned at tests/it/end.rs:"), "{}", lines[0]);
    assert!(lines[0].contains(", waits for the clock to reach 5s (sleep at tests/it/end.rs:"), "{}", lines[0]);
    assert!(lines[2].ends_with(", waits for the socket"), "{}", lines[2]);
    let [Warning::PendingAtExit { tasks }] = execution.warnings.as_slice() else { panic!("{:?}", execution.warnings) };
    assert_eq!(*tasks, execution.pending);
}

#[test]
fn unfinished_tasks_are_a_warning_by_default_and_a_failure_or_nothing_on_request() {
    let body = || async { drop(spawn(sleep(SECOND))) };
    let report = Explorer::new().executions(20).run(body);
    assert!(report.failure.is_none());
    assert_eq!(report.warnings.len(), 1, "{report}");
    let report = Explorer::new().executions(20).pending_at_exit(PendingAtExit::Ignore).run(body);
    assert!(report.failure.is_none() && report.warnings.is_empty(), "{report}");
    let report = Explorer::new().executions(20).pending_at_exit(PendingAtExit::Fail).run(body);
    let failure = report.failure.unwrap();
    assert_eq!(failure.kind, FailureKind::PendingAtExit);
    assert!(failure.message.starts_with("main is done and 1 task is not:\n  0.0, spawned at "), "{}", failure.message);
    assert_eq!(report.executions, 1);
}

#[test]
fn what_is_left_is_dropped_in_spawn_order_with_main_first() {
    let order = Rc::new(RefCell::new(Vec::new()));
    struct Note(Rc<RefCell<Vec<u32>>>, u32);
    impl Drop for Note {
        fn drop(&mut self) {
            self.0.borrow_mut().push(self.1);
        }
    }
    let execution = Sim::new().run(|| async {
        let main = Note(order.clone(), 0);
        for n in 1..=3 {
            let note = Note(order.clone(), n);
            drop(spawn(async move {
                sleep(n * SECOND).await;
                drop(note);
            }));
        }
        std::future::pending::<()>().await;
        drop(main);
    });
    // Nothing is ready and no timer armed once the sleeps are over, which drops the notes in time order; then main is stuck.
    assert_eq!(execution.outcome.unwrap_err().kind, FailureKind::Deadlock);
    assert_eq!(order.take(), [1, 2, 3, 0]);
    let execution = Sim::new().max_virtual_time(Duration::ZERO).run(|| async {
        let main = Note(order.clone(), 0);
        for n in 1..=3 {
            let note = Note(order.clone(), n);
            drop(spawn(async move {
                sleep(n * SECOND).await;
                drop(note);
            }));
        }
        sleep(SECOND).await;
        drop(main);
    });
    assert_eq!(execution.outcome.unwrap_err().kind, FailureKind::TimeLimit);
    assert_eq!(order.take(), [0, 1, 2, 3]);
}

#[test]
fn a_panic_in_a_last_step_or_in_a_destructor_at_the_end_fails_the_execution() {
    let last_step = Sim::new().run(|| async { drop(spawn(async { panic!("too late") })) });
    assert_eq!(last_step.outcome.unwrap_err().message, "too late");
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }
    let destructor = Sim::new().run(|| async {
        drop(spawn(async {
            let _bomb = Bomb;
            sleep(SECOND).await;
        }));
        yield_now().await;
    });
    let failure = destructor.outcome.unwrap_err();
    assert_eq!((failure.kind, failure.message.as_str()), (FailureKind::Panic, "dropped"));
}

#[test]
fn a_spawn_in_a_destructor_at_the_end_is_refused_and_reported() {
    struct Spawns;
    impl Drop for Spawns {
        fn drop(&mut self) {
            let task = spawn(async { reenact::println!("never") });
            assert!(task.is_finished());
        }
    }
    let execution = Sim::new().pending_at_exit(PendingAtExit::Ignore).run(|| async {
        drop(spawn(async {
            let _spawns = Spawns;
            sleep(SECOND).await;
        }));
        yield_now().await;
    });
    execution.outcome.unwrap();
    assert_eq!(execution.trace.output(), Vec::<String>::new());
    assert_eq!(execution.warnings.len(), 1);
    assert!(execution.warnings[0].to_string().starts_with("1 task was spawned by destructors at the end"));
}

#[test]
fn main_and_its_result_need_neither_static_nor_send() {
    let local = Rc::new(5);
    let borrowed = &local;
    let execution = Sim::new().run(|| async move { Rc::clone(borrowed) });
    assert_eq!(*execution.outcome.unwrap(), 5);
}

#[test]
fn handles_that_outlive_their_execution_are_harmless() {
    let execution = Sim::new().run(|| async { (spawn(async { 1 }), spawn(sleep(SECOND))) });
    let (finished, unfinished) = execution.outcome.unwrap();
    assert!(finished.is_finished() && unfinished.is_finished());
    assert!(!finished.cancel() && !unfinished.cancel());
    assert!(finished.try_result().is_none());
    assert_eq!(format!("{finished:?}"), "Task(of another execution)");
    Sim::new().run(|| async move { drop((finished, unfinished)) }).outcome.unwrap();
}

#[test]
fn futures_that_outlive_their_execution_touch_nothing_of_the_next() {
    let kept: RefCell<Vec<std::pin::Pin<Box<reenact::time::Sleep>>>> = RefCell::default();
    let poll_and_keep = || async {
        let mut sleep = Box::pin(sleep(SECOND));
        let _ = futures::poll!(sleep.as_mut());
        kept.borrow_mut().push(sleep);
    };
    Sim::new().run(poll_and_keep).outcome.unwrap();
    // Dropping the first one must not disarm the timer of the second execution that has the same number.
    let execution = Sim::new().run(|| async {
        let second = spawn(sleep(2 * SECOND));
        yield_now().await;
        kept.borrow_mut().clear();
        second.await.unwrap();
        now()
    });
    assert_eq!(execution.outcome.unwrap(), Instant::ZERO + 2 * SECOND);
}
