//! What cannot be done says so, names the input, and says what would be valid.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

use reenact::prelude::*;
use reenact::{AccessKind, Limit, Resource, task};

const SECOND: Duration = Duration::from_secs(1);

/// The message of a panic.
#[track_caller]
fn panic_of<R>(body: impl FnOnce() -> R) -> String {
    let payload = catch_unwind(AssertUnwindSafe(body)).err().expect("it panics");
    let text = payload.downcast_ref::<String>().cloned();
    text.or_else(|| payload.downcast_ref::<&str>().map(|text| (*text).to_owned())).expect("the payload is text")
}

/// The failure of an execution in fifo order.
#[track_caller]
fn failure<F: Future>(body: impl FnOnce() -> F) -> Failure {
    Sim::new().run(body).outcome.err().expect("it fails")
}

#[test]
fn functions_of_an_execution_say_so_when_they_are_called_outside_one() {
    let calls: [(&str, fn()); 14] = [
        ("reenact::task::spawn", || drop(spawn(async {}))),
        ("reenact::task::Builder::spawn", || drop(task::Builder::new().spawn(async {}))),
        ("reenact::task::current", || drop(task::current())),
        ("reenact::task::census", || _ = task::census()),
        ("reenact::time::sleep", || drop(sleep(SECOND))),
        ("reenact::time::sleep_until", || drop(sleep_until(Instant::ZERO))),
        ("reenact::time::now", || _ = now()),
        ("reenact::time::now", || _ = interval(SECOND)),
        ("reenact::choose", || _ = choose(2)),
        ("reenact::rng", || _ = rng()),
        ("reenact::println!", || reenact::println!("lost")),
        ("Shared::new", || drop(Shared::new(0))),
        ("Resource::new", || drop(Resource::new("file"))),
        ("reenact::time::now", || drop(timeout(SECOND, async {}))),
    ];
    for (function, call) in calls {
        let message = panic_of(call);
        assert!(message.starts_with(&format!("{function} was called outside")), "{function}: {message}");
    }
    let message = panic_of(|| futures::executor::block_on(catch_cancel(async {})));
    assert!(message.starts_with("catch_cancel was polled outside the step of a task"), "{message}");
    let resource = Sim::new().run(|| async { Resource::new("file") }).outcome.unwrap();
    let message = panic_of(|| reenact::access(&resource, AccessKind::Read));
    assert!(message.starts_with("reenact::access was called outside an execution: call it inside"), "{message}");
}

#[test]
fn a_simulation_inside_a_simulation_is_refused() {
    let failure = failure(|| async { Sim::new().run(|| async {}).outcome.is_ok() });
    assert_eq!(failure.kind, FailureKind::Panic);
    assert!(failure.message.starts_with("a simulation was started inside a simulation"), "{failure}");
    // And the kernel is as good as new.
    Sim::new().run(|| async {}).outcome.unwrap();
}

#[test]
fn a_task_that_awaits_itself_is_told() {
    let failure = failure(|| async {
        let own: Rc<RefCell<Option<Task<()>>>> = Rc::default();
        let inside = own.clone();
        let task = spawn(async move {
            yield_now().await;
            let own = inside.take().unwrap();
            let _ = own.await;
        });
        *own.borrow_mut() = Some(task);
        sleep(SECOND).await;
    });
    assert_eq!(failure.kind, FailureKind::Panic);
    assert_eq!(failure.message, "task 0.0 awaits itself: it can never end");
}

#[test]
fn there_is_no_number_below_zero() {
    assert_eq!(failure(|| async { choose(0) }).message, "reenact::choose(0): there is no number below 0");
    let one = Sim::new().run(|| async { choose(1) });
    assert_eq!((one.choices.len(), one.outcome.unwrap()), (0, 0));
}

#[test]
fn negative_and_absurd_durations_are_told() {
    let absurd = failure(|| sleep(Duration::MAX));
    assert!(absurd.message.starts_with("0s + 18446744073709551615 s is past the end of virtual time"), "{absurd}");
    assert!(absurd.message.contains("std::future::pending()"));
    assert!(absurd.place.unwrap().starts_with("tests/it/bad_input.rs"), "the place is the caller's");
    let absurd = failure(|| timeout(Duration::from_secs(u64::MAX), async {}));
    assert!(absurd.message.contains("past the end of virtual time"));
    let negative = failure(|| async { now() - (now() + SECOND) });
    assert_eq!(negative.message, "0s - 1s is negative; saturating_duration_since gives zero instead");
    let zero = failure(|| async { interval(Duration::ZERO) });
    assert_eq!(zero.message, "reenact::time::interval: the period must not be zero");
}

#[test]
fn a_body_that_spins_without_the_clock_moving_is_a_livelock() {
    let sim = Sim::new().max_steps_per_instant(1_000);
    let failure = sim
        .run(|| async {
            sleep(SECOND).await;
            let spinner = task::Builder::new().name("spinner").spawn(async {
                loop {
                    yield_now().await;
                }
            });
            let _: Result<(), _> = spinner.await;
        })
        .outcome
        .unwrap_err();
    assert_eq!((failure.kind, failure.at), (FailureKind::Livelock, Instant::ZERO + SECOND));
    assert_eq!(failure.message, "1000 steps were taken and the clock did not move (max_steps_per_instant)");
    assert_eq!(failure.task_name.as_deref(), Some("spinner"));
    // The same number of steps with the clock moving is none.
    let moving = || async {
        for _ in 0..5_000 {
            sleep(SECOND).await;
        }
    };
    Sim::new().max_steps_per_instant(1_000).run(moving).outcome.unwrap();
}

#[test]
fn a_body_that_never_finishes_reaches_the_limit_of_steps_or_of_time() {
    let forever = || async {
        loop {
            sleep(SECOND).await;
        }
    };
    let steps = Sim::new().max_steps(100).run(forever);
    let failure: Failure = steps.outcome.map(|_: ()| ()).unwrap_err();
    assert_eq!(failure.kind, FailureKind::StepLimit);
    assert_eq!(failure.message, "the execution took 100 steps and is not done (max_steps)");
    assert_eq!(steps.stats.steps, 100);
    let time = Sim::new().max_virtual_time(10 * SECOND).run(forever);
    let failure: Failure = time.outcome.map(|_: ()| ()).unwrap_err();
    assert_eq!((failure.kind, failure.at), (FailureKind::TimeLimit, Instant::ZERO + 10 * SECOND));
    assert!(failure.message.starts_with("the next thing to happen is at 11s, later than the 10s of virtual time"), "{failure}");
}

#[test]
fn an_exploration_reports_a_body_that_never_returns() {
    let report = Explorer::new().executions(1).max_steps(Limit::Unlimited).max_steps_per_instant(5_000).run(|| async {
        loop {
            yield_now().await;
        }
    });
    assert_eq!(report.failure.unwrap().kind, FailureKind::Livelock);
}

#[test]
fn a_limit_can_stop_instead_of_fail() {
    let body = || async {
        if choose(2) == 1 {
            loop {
                yield_now().await;
            }
        }
    };
    let report = Explorer::new().scheduler(SchedulerKind::Random).executions(100).max_steps(Limit::Stop(50)).run(body);
    assert!(report.failure.is_none());
    assert_eq!(report.executions, 100);
    assert!((30..70).contains(&report.stopped), "{report}");
}

#[test]
fn too_many_tasks_at_a_time_are_a_failure() {
    let body = |n: u64| {
        move || async move {
            for _ in 0..n {
                drop(spawn(sleep(SECOND)));
            }
        }
    };
    Sim::new().max_tasks(10).run(body(9)).outcome.unwrap();
    let failure = Sim::new().max_tasks(10).run(body(10)).outcome.unwrap_err();
    assert_eq!(failure.kind, FailureKind::TaskLimit);
    assert_eq!(failure.message, "more than 10 tasks were unfinished at a time (max_tasks)");
    // Ended tasks do not count.
    let one_after_the_other = || async {
        for _ in 0..100 {
            spawn(async {}).await.unwrap();
        }
    };
    Sim::new().max_tasks(2).run(one_after_the_other).outcome.unwrap();
}

#[test]
fn nothing_ready_and_no_timer_is_a_deadlock_that_names_every_unfinished_task() {
    let failure = failure(|| async {
        let (sender, receiver) = futures::channel::oneshot::channel::<()>();
        let waiter = task::Builder::new().name("waiter").spawn(receiver);
        let _ = waiter.await;
        drop(sender);
    });
    assert_eq!(failure.kind, FailureKind::Deadlock);
    let lines: Vec<&str> = failure.message.lines().collect();
    assert_eq!(lines[0], "no task is ready, no timer is armed, and main is unfinished; 2 tasks wait:");
    assert_eq!(lines[1], "  0 `main`, waits for task 0.0 `waiter`");
    assert!(lines[2].starts_with("  0.0 `waiter`, spawned at tests/it/bad_input.rs:"), "{}", lines[2]);
    assert!(lines[2].ends_with(", waits for something that did not say what it is"), "{}", lines[2]);
}

#[test]
fn results_are_taken_once() {
    let failure = failure(|| async {
        let mut task = spawn(async { 5 });
        assert_eq!((&mut task).await.unwrap(), 5);
        task.await.unwrap()
    });
    assert_eq!(failure.message, "the result of this task was taken before");
}
