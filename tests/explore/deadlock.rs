//! What a deadlock says: who waits where, for what, held by whom, in which circle, and who can never be woken.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use reenact::prelude::*;
use reenact::task::Builder;
use reenact::{Held, Resource};

/// A lock that says who holds it and who waits.
#[derive(Clone)]
struct Lock {
    resource: Resource,
    state: Rc<RefCell<(bool, Vec<Waker>)>>,
}

struct Guard {
    lock: Lock,
    _held: Held,
}

impl Lock {
    fn new(name: &str) -> Self {
        Self { resource: Resource::new(name), state: Rc::default() }
    }

    async fn lock(&self) -> Guard {
        poll_fn(|cx| {
            let mut state = self.state.borrow_mut();
            if state.0 {
                state.1.push(cx.waker().clone());
                self.resource.waiting();
                return Poll::Pending;
            }
            state.0 = true;
            Poll::Ready(())
        })
        .await;
        Guard { lock: self.clone(), _held: self.resource.hold() }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let mut state = self.lock.state.borrow_mut();
        state.0 = false;
        state.1.drain(..).for_each(Waker::wake);
    }
}

fn deadlock<F: Future<Output = ()>>(body: impl Fn() -> F) -> Failure {
    let report = Explorer::new().scheduler(SchedulerKind::Exhaustive { preemptions: None }).run(body);
    let failure = report.failure.unwrap();
    assert_eq!(failure.kind, FailureKind::Deadlock, "{failure}");
    failure
}

/// The line of a task.
fn line<'a>(failure: &'a Failure, start: &str) -> &'a str {
    let mut lines = failure.message.lines().map(str::trim_start);
    lines.find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("no {start} in {failure}"))
}

#[test]
fn two_locks_in_two_orders_are_a_circle_with_names() {
    let failure = deadlock(|| async {
        let (left, right) = (Lock::new("left"), Lock::new("right"));
        let philosopher = |name: &str, first: &Lock, second: &Lock| {
            let (first, second) = (first.clone(), second.clone());
            Builder::new().name(name).spawn(async move {
                let _first = first.lock().await;
                yield_now().await;
                let _second = second.lock().await;
            })
        };
        let (plato, hegel) = (philosopher("plato", &left, &right), philosopher("hegel", &right, &left));
        let _ = (plato.await, hegel.await);
    });
    assert!(line(&failure, "0.0 `plato`").contains(", spawned at tests/explore/deadlock.rs:"), "{failure}");
    assert!(line(&failure, "0.0 `plato`").contains("waits for right, held by 0.1 `hegel`"), "{failure}");
    assert!(line(&failure, "0.1 `hegel`").contains("waits for left, held by 0.0 `plato`"), "{failure}");
    assert!(line(&failure, "0 `main`").contains("waits for task 0.0 `plato`"), "{failure}");
    assert_eq!(
        failure.message.lines().last(),
        Some("a cycle: 0.0 `plato` waits for right, held by 0.1 `hegel`; 0.1 `hegel` waits for left, held by 0.0 `plato`")
    );
    assert!(!failure.message.contains("no waker"), "{failure}");
}

#[test]
fn tasks_that_wait_for_each_other_are_a_circle() {
    let failure = deadlock(|| async {
        let handle: Rc<RefCell<Option<Task<()>>>> = Rc::default();
        let first = Builder::new().name("first").spawn({
            let handle = handle.clone();
            async move {
                yield_now().await;
                let other = handle.take().unwrap();
                let _ = other.await;
            }
        });
        let second = Builder::new().name("second").spawn(async move {
            let _ = first.await;
        });
        handle.replace(Some(second));
        sleep(Duration::from_millis(1)).await;
        poll_fn(|_| {
            reenact::task::waiting_for("the end");
            Poll::<()>::Pending
        })
        .await;
    });
    let last = failure.message.lines().last().unwrap();
    assert_eq!(last, "a cycle: 0.0 `first` waits for task 0.1 `second`; 0.1 `second` waits for task 0.0 `first`");
}

#[test]
fn a_task_that_nobody_can_wake_is_told_from_one_whose_waker_is_kept() {
    let failure = deadlock(|| async {
        let kept: Rc<RefCell<Vec<Waker>>> = Rc::default();
        let keeps = Builder::new().name("keeps").spawn({
            let kept = kept.clone();
            poll_fn(move |cx| {
                kept.borrow_mut().push(cx.waker().clone());
                Poll::<()>::Pending
            })
        });
        let forgets = Builder::new().name("forgets").spawn(poll_fn(|_| Poll::<()>::Pending));
        let _ = (keeps.await, forgets.await);
    });
    let lost = "; no waker of it exists any more, so nothing can wake it";
    assert!(line(&failure, "0.1 `forgets`").contains(lost), "{failure}");
    assert!(!line(&failure, "0.0 `keeps`").contains(lost), "{failure}");
    assert!(!line(&failure, "0 `main`").contains(lost), "{failure}");
    assert!(!failure.message.contains("a cycle"), "{failure}");
}

#[test]
fn what_nobody_holds_is_said() {
    let failure = deadlock(|| async {
        let permit = Resource::new("permit");
        drop(permit.hold());
        poll_fn(move |_| {
            permit.waiting();
            Poll::<()>::Pending
        })
        .await;
    });
    assert!(line(&failure, "0 `main`").contains("waits for permit, which nobody holds"), "{failure}");
}

/// The text without the lines and columns of this file, which change when it does.
fn without_lines(text: &str) -> String {
    let mut parts = text.split("deadlock.rs:");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str("deadlock.rs:..");
        plain.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':'));
    }
    plain
}

#[test]
fn the_whole_block_reads_like_this() {
    let body = || async {
        let locks = [Rc::new(tokio::sync::Mutex::new(())), Rc::new(tokio::sync::Mutex::new(()))];
        let philosopher = |name: &str, first: usize, second: usize, late: bool| {
            let (first, second) = (locks[first].clone(), locks[second].clone());
            Builder::new().name(name).spawn(async move {
                if late {
                    sleep(Duration::from_millis(10)).await;
                }
                let _first = first.lock().await;
                sleep(Duration::from_millis(10)).await;
                let _second = second.lock().await;
            })
        };
        let (plato, hegel) = (philosopher("plato", 0, 1, false), philosopher("hegel", 1, 0, true));
        let _ = (plato.await, hegel.await);
    };
    let explorer = Explorer::new().name("dinner::ends").seed(7).regressions(reenact::Regressions::Off);
    let failure = explorer.run(body).failure.unwrap();
    let text = without_lines(&failure.to_string());
    let (block, notes) = text.split_at(text.find("note: ").unwrap());
    let first = block.find("  execution ").unwrap();
    let (said, why) = block.split_at(first);
    assert_eq!(
        said,
        "deadlock at 20ms of virtual time
  no task is ready, no timer is armed, and main is unfinished; 3 tasks wait:
    0 `main`, waits for task 0.0 `plato`
    0.0 `plato`, spawned at tests/explore/deadlock.rs:.., waits for something that did not say what it is
    0.1 `hegel`, spawned at tests/explore/deadlock.rs:.., waits for something that did not say what it is
  `main` waits at tests/explore/deadlock.rs:..
  `plato` waits at tests/explore/deadlock.rs:..
  `hegel` waits at tests/explore/deadlock.rs:..
"
    );
    let why = why.split_once('\n').unwrap().1;
    assert_eq!(
        why,
        "  it fails because:
        10ms  `hegel` step 2 ran before `plato` step 2
    failing                                 | without the last of these it passes
    0s  `main` step 1: spawns `plato`, spawns `hegel`
    0s  `plato` step 1: sleeps until 10ms
    0s  `hegel` step 1: sleeps until 10ms
  > 10ms  `hegel` step 2: sleeps until 20ms | 10ms  `plato` step 2: ends, wakes `main`
    10ms  `plato` step 2                    | 10ms  `hegel` step 2: sleeps until 20ms
    20ms  `hegel` step 3                    | 10ms  `main` step 2
                                            | 20ms  `hegel` step 3: ends, wakes `main`
                                            | 20ms  `main` step 3: ends
"
    );
    let command = "cargo test deadlock::the_whole_block_reads_like_this -- --exact";
    assert_eq!(
        notes,
        format!(
            "note: replay exactly:  REENACT_REPLAY='{}' {command}\nnote: explore again:   REENACT_SEED=0x7 REENACT_SCHEDULER=portfolio {command}",
            failure.schedule
        )
    );
}
