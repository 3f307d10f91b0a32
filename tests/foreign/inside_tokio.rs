//! A simulation inside a task of a tokio runtime: tokio's budget is used up and never filled again. The failure says so.

use reenact::prelude::*;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc;

/// Sends and receives more messages than tokio's budget of 128 allows a task within one poll.
async fn three_hundred_messages() {
    let (sender, mut receiver) = mpsc::channel(1);
    let sending = spawn(async move {
        for n in 0..300 {
            sender.send(n).await.unwrap();
        }
    });
    for n in 0..300 {
        assert_eq!(receiver.recv().await, Some(n));
    }
    sending.await.unwrap();
}

/// A few messages only: it takes several executions to use the budget up.
async fn six_messages() {
    let (sender, mut receiver) = mpsc::channel(1);
    drop(spawn(async move {
        for n in 0..6 {
            sender.send(n).await.unwrap();
        }
    }));
    for n in 0..6 {
        assert_eq!(receiver.recv().await, Some(n));
    }
}

fn current_thread() -> Runtime {
    Builder::new_current_thread().build().unwrap()
}

fn multi_thread() -> Runtime {
    Builder::new_multi_thread().worker_threads(1).build().unwrap()
}

fn simulate() -> Option<Failure> {
    Sim::new().max_steps_per_instant(100_000).run(three_hundred_messages).outcome.err()
}

const CAUSE: &str = "this simulation runs inside a task of a tokio runtime, ";

#[track_caller]
fn names_tokio(failure: &Failure) {
    let hint = failure.hint.as_deref().unwrap_or_else(|| panic!("no hint\n{failure}\n{}", failure.trace));
    assert!(hint.starts_with(CAUSE), "{hint}");
    let text = failure.to_string();
    assert!(text.contains(&format!("\nnote: likely cause:    {hint}\n")), "{text}");
}

#[test]
fn the_main_task_of_a_runtime_of_one_thread_is_a_deadlock() {
    let failure = current_thread().block_on(async { simulate() }).unwrap();
    assert_eq!(failure.kind, FailureKind::Deadlock);
    names_tokio(&failure);
    let page = include_str!("../../docs/ADOPTING.md");
    assert!(page.contains(&format!("\nnote: likely cause:    {}\n", failure.hint.unwrap())));
}

#[tokio::test]
async fn a_tokio_test_is_a_deadlock() {
    let failure = simulate().unwrap();
    assert_eq!(failure.kind, FailureKind::Deadlock);
    names_tokio(&failure);
}

#[test]
fn a_spawned_task_is_a_deadlock() {
    let failure = current_thread().block_on(async { tokio::spawn(async { simulate().unwrap() }).await }).unwrap();
    names_tokio(&failure);
    let failure = multi_thread().block_on(async { tokio::spawn(async { simulate().unwrap() }).await }).unwrap();
    assert_eq!(failure.kind, FailureKind::Deadlock);
    names_tokio(&failure);
    let local = tokio::task::LocalSet::new();
    let failure = current_thread().block_on(local.run_until(async { simulate() })).unwrap();
    names_tokio(&failure);
}

/// `#[tokio::main]` and `#[tokio::test(flavor = "multi_thread")]`: nobody is there to take the waker, so tokio wakes at once.
#[test]
fn the_main_task_of_a_runtime_of_several_threads_is_a_livelock() {
    let failure = multi_thread().block_on(async { simulate() }).unwrap();
    assert_eq!(failure.kind, FailureKind::Livelock);
    names_tokio(&failure);
}

/// The first executions pass, one of the next fails, and its second run fails at another place.
#[test]
fn an_exploration_says_it_too() {
    let report = current_thread().block_on(async { Explorer::new().run(six_messages) });
    let failure = report.failure.unwrap();
    assert!(report.executions > 1, "the budget lasts for more than one execution");
    assert_eq!(failure.kind, FailureKind::Nondeterminism);
    names_tokio(&failure);
    let explorer = Explorer::new().max_steps_per_instant(100_000);
    let failure = multi_thread().block_on(async { explorer.run(six_messages) }).failure.unwrap();
    names_tokio(&failure);
}

/// A timer of the simulation goes on where tokio does not, so the program fails in a way of its own.
#[test]
fn an_assertion_that_fails_for_the_same_reason_says_it() {
    let failure = current_thread().block_on(async {
        let body = || async { timeout(Duration::from_secs(1), three_hundred_messages()).await.unwrap() };
        Sim::new().run(body).outcome.unwrap_err()
    });
    assert_eq!(failure.kind, FailureKind::Panic);
    names_tokio(&failure);
}

/// Inside a runtime `tokio::spawn` does not panic: its task waits for the simulation's end.
#[test]
fn a_task_of_that_runtime_does_not_run_within_the_simulation() {
    let body = || async { tokio::spawn(async { 1 }).await.unwrap() };
    let failure = current_thread().block_on(async { Sim::new().run(body).outcome.unwrap_err() });
    assert_eq!(failure.kind, FailureKind::Deadlock);
}

#[test]
fn unconstrained_is_a_cure() {
    for runtime in [current_thread(), multi_thread()] {
        assert!(runtime.block_on(tokio::task::unconstrained(async { simulate() })).is_none());
        let report = runtime.block_on(tokio::task::unconstrained(async { Explorer::new().run(six_messages) }));
        assert!(report.failure.is_none(), "{report}");
    }
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a plain thread is the cure")]
fn a_plain_thread_is_a_cure() {
    assert!(current_thread().block_on(async { std::thread::spawn(simulate).join().unwrap() }).is_none());
    assert!(multi_thread().block_on(async { tokio::task::spawn_blocking(simulate).await.unwrap() }).is_none());
    assert!(multi_thread().block_on(async { tokio::task::block_in_place(simulate) }).is_none());
}

/// A deadlock of the program's own is not blamed on the runtime around it, nor is a livelock.
#[test]
fn what_is_not_tokios_doing_is_not_blamed_on_it() {
    let deadlock = || async {
        let (sender, mut receiver) = mpsc::channel::<()>(1);
        receiver.recv().await;
        drop(sender);
    };
    let livelock = || async {
        loop {
            yield_now().await;
        }
    };
    for runtime in [current_thread(), multi_thread()] {
        runtime.block_on(async {
            let failure = Sim::new().run(deadlock).outcome.unwrap_err();
            assert_eq!((failure.kind, failure.hint), (FailureKind::Deadlock, None));
            let failure = Sim::new().max_steps_per_instant(1_000).run(livelock).outcome.map(|_: ()| ()).unwrap_err();
            assert_eq!((failure.kind, failure.hint), (FailureKind::Livelock, None));
        });
    }
}
