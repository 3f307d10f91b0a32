//! What needs a runtime of its own does not run in a simulation, and what is said then: docs/ADOPTING.md shows these texts.

use reenact::prelude::*;

/// What the failure says, kind and message.
fn message<F: Future>(body: impl FnOnce() -> F) -> String {
    let failure = Sim::new().run(body).outcome.err().unwrap();
    format!("{}: {}", failure.kind, failure.message.lines().next().unwrap())
}

#[track_caller]
fn adopting_shows(text: &str) {
    let page = include_str!("../../docs/ADOPTING.md");
    assert!(page.contains(text), "docs/ADOPTING.md does not show\n{text}");
}

#[test]
fn tokio_spawn_and_tokio_time_panic_for_want_of_a_runtime() {
    let no_reactor = "panic: there is no reactor running, must be called from the context of a Tokio 1.x runtime";
    assert_eq!(message(|| async { tokio::spawn(async {}).await }), no_reactor);
    assert_eq!(message(|| async { tokio::task::spawn_blocking(|| ()).await }), no_reactor);
    assert_eq!(message(|| async { tokio::time::sleep(Duration::from_secs(1)).await }), no_reactor);
    assert_eq!(message(|| async { tokio::time::timeout(Duration::from_secs(1), async {}).await }), no_reactor);
    adopting_shows(no_reactor);
    let no_local_set = message(|| async { tokio::task::spawn_local(async {}).await });
    assert_eq!(no_local_set, "panic: `spawn_local` called from outside of a `task::LocalSet` or `runtime::LocalRuntime`");
}

#[test]
#[allow(clippy::disallowed_methods, reason = "a thread is what this is about")]
fn a_wake_from_a_thread_fails_the_execution() {
    let text = message(|| async {
        let (sender, receiver) = futures::channel::oneshot::channel();
        let (armed, go) = std::sync::mpsc::channel();
        let thread = std::thread::Builder::new().name("worker".to_owned());
        let thread = thread.spawn(move || {
            go.recv().unwrap();
            sender.send(1).unwrap();
        });
        let joined = spawn(async move {
            armed.send(()).unwrap();
            thread.unwrap().join().unwrap();
        });
        let value = receiver.await.unwrap();
        joined.await.unwrap();
        value
    });
    assert!(text.starts_with("nondeterminism: task 0 `main`, waits for something"), "{text}");
    adopting_shows(&text);
}

/// The other end of the channel is outside, and nothing outside goes on before the simulation ends.
#[test]
fn waiting_for_something_outside_is_a_deadlock_that_says_so() {
    let (_sender, mut receiver) = tokio::sync::mpsc::channel::<()>(1);
    let failure = Sim::new().run(|| receiver.recv()).outcome.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Deadlock);
    let hint = failure.hint.unwrap();
    assert!(hint.starts_with("1 waker of these tasks outlived the simulation: what holds it is outside"), "{hint}");
    adopting_shows(&format!("note: likely cause:    {hint}\n"));
}

#[test]
fn a_deadlock_of_the_programs_own_has_no_hint() {
    let own = || async {
        let (sender, mut receiver) = tokio::sync::mpsc::channel::<()>(1);
        let waiting = spawn(async move { receiver.recv().await });
        let _ = waiting.await;
        drop(sender);
    };
    for failure in [Sim::new().run(own).outcome.unwrap_err(), Explorer::new().run(own).failure.unwrap()] {
        assert_eq!((failure.kind, failure.hint), (FailureKind::Deadlock, None));
    }
}

#[test]
fn a_livelock_of_the_programs_own_has_no_hint() {
    let spin = || async {
        loop {
            yield_now().await;
        }
    };
    let failure = Sim::new().max_steps_per_instant(1_000).run(spin).outcome.map(|_: ()| ()).unwrap_err();
    assert_eq!((failure.kind, failure.hint), (FailureKind::Livelock, None));
}
