//! Cancel only requests, the request is never lost, and it can be caught, cleaned up after and passed on.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use reenact::prelude::*;
use reenact::task;

use crate::support::{every_schedule, failure_of, fifo, outcomes};

const SECOND: Duration = Duration::from_secs(1);

/// How a task ended, in a form that can be compared.
fn ended<T: std::fmt::Debug>(result: Result<T, TaskError>) -> String {
    match result {
        Ok(value) => format!("ok {value:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn cancel_only_requests() {
    every_schedule(|| async {
        let dropped = Shared::new(false);
        let task = spawn({
            let dropped = dropped.clone();
            async move {
                let _guard = OnDrop(Some(move || dropped.set(true)));
                sleep(10 * SECOND).await;
            }
        });
        sleep(SECOND).await;
        assert!(task.cancel());
        assert!(!dropped.get() && !task.is_finished(), "nothing happens inside the call");
        assert!(task.await.unwrap_err().is_cancelled());
        assert!(dropped.get());
        assert_eq!(now(), Instant::ZERO + SECOND);
    });
}

struct OnDrop<F: FnOnce()>(Option<F>);

impl<F: FnOnce()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        if let Some(action) = self.0.take() {
            action();
        }
    }
}

#[test]
fn a_task_cancelled_before_its_first_step_never_runs() {
    every_schedule(|| async {
        let task = spawn(async { panic!("its body ran") });
        task.cancel();
        let result: Result<(), _> = task.await;
        assert!(result.unwrap_err().is_cancelled());
    });
}

#[test]
fn cancelling_twice_before_delivery_is_one_cancellation_and_a_finished_task_cannot_be_cancelled() {
    every_schedule(|| async {
        let task = spawn(async {
            let first = catch_cancel(sleep(10 * SECOND)).await.is_err();
            let second = catch_cancel(sleep(SECOND)).await.is_err();
            (first, second)
        });
        sleep(SECOND).await;
        assert!(task.cancel() && task.cancel());
        sleep(5 * SECOND).await;
        assert!(!task.cancel());
        assert_eq!(task.await.unwrap(), (true, false));
    });
}

#[test]
fn a_caught_cancellation_allows_cleaning_up_and_returning_a_value() {
    let body = || async {
        let task = spawn(async {
            if catch_cancel(sleep(10 * SECOND)).await.is_err() {
                sleep(2 * SECOND).await;
                reenact::println!("cleaned up at {}", now());
            }
            42
        });
        sleep(SECOND).await;
        task.cancel();
        task.await
    };
    let execution = Sim::new().run(body);
    assert_eq!(execution.outcome.unwrap().unwrap(), 42);
    assert_eq!(execution.trace.output(), ["cleaned up at 3s"]);
}

#[test]
fn a_second_request_hits_the_clean_up_too() {
    let result = fifo(|| async {
        let task = spawn(async {
            let cancelled = catch_cancel(sleep(10 * SECOND)).await.unwrap_err();
            sleep(10 * SECOND).await;
            resume_cancel::<()>(cancelled).await;
        });
        sleep(SECOND).await;
        task.cancel();
        sleep(SECOND).await;
        task.cancel();
        (task.await.unwrap_err().is_cancelled(), now())
    });
    assert_eq!(result, (true, Instant::ZERO + 2 * SECOND));
}

#[test]
fn cancel_beats_a_value_that_is_ready() {
    // The value is set and the task cancelled in one step of main, so the task has not resumed in between.
    every_schedule(|| async {
        let (sender, receiver) = futures::channel::oneshot::channel::<u32>();
        let task = spawn(async move { catch_cancel(receiver).await.map_err(drop) });
        sleep(SECOND).await;
        sender.send(1).unwrap();
        task.cancel();
        assert_eq!(task.await.unwrap(), Err(()));
    });
}

#[test]
fn a_request_in_the_instant_of_completion_is_never_lost() {
    // The sleep ends in the very instant in which main cancels: the task has caught it, or had begun its last step before.
    let seen = outcomes(|| async {
        let task = spawn(async {
            let caught = catch_cancel(sleep(SECOND)).await.is_err();
            let later = catch_cancel(sleep(SECOND)).await.is_err();
            (caught, later)
        });
        sleep(SECOND).await;
        let requested = task.cancel();
        (requested, ended(task.await))
    });
    let expected = [(true, "ok (false, true)".to_owned()), (true, "ok (true, false)".to_owned())];
    assert_eq!(seen, BTreeSet::from(expected));
}

#[test]
fn passing_on_goes_through_every_enclosing_scope_and_then_ends_the_task() {
    let body = || async {
        let task = spawn(async {
            let outer = catch_cancel(async {
                let inner = catch_cancel(sleep(10 * SECOND)).await;
                reenact::println!("inner");
                resume_cancel::<()>(inner.unwrap_err()).await;
                reenact::println!("never");
            });
            let cancelled = outer.await.unwrap_err();
            reenact::println!("outer");
            resume_cancel::<()>(cancelled).await;
            reenact::println!("never");
        });
        sleep(SECOND).await;
        task.cancel();
        ended(task.await)
    };
    let execution = Sim::new().run(body);
    assert_eq!(execution.outcome.unwrap(), "task was cancelled");
    assert_eq!(execution.trace.output(), ["inner", "outer"]);
}

#[test]
fn a_task_that_cancels_itself_ends_at_its_next_await_or_returns_if_there_is_none() {
    let result = |awaits: bool| {
        fifo(move || async move {
            let handle: Rc<std::cell::RefCell<Option<Task<u32>>>> = Rc::default();
            let own = handle.clone();
            let task = spawn(async move {
                own.borrow().as_ref().unwrap().cancel();
                if awaits {
                    sleep(100 * SECOND).await;
                }
                12
            });
            *handle.borrow_mut() = Some(task);
            sleep(SECOND).await;
            let task = handle.take().unwrap();
            ended(task.await)
        })
    };
    assert_eq!(result(true), "task was cancelled");
    assert_eq!(result(false), "ok 12");
}

#[test]
fn a_cancelled_belongs_to_its_task() {
    let failure = failure_of(|| async {
        let task = spawn(async { catch_cancel(sleep(SECOND)).await.unwrap_err() });
        yield_now().await;
        sleep(Duration::from_millis(1)).await;
        task.cancel();
        let cancelled = task.await.unwrap();
        resume_cancel::<()>(cancelled).await;
    });
    assert_eq!(failure.kind, FailureKind::Panic);
    assert!(failure.message.starts_with("resume_cancel was awaited in another task than the one that was cancelled"));
}

#[test]
fn a_cancelled_sleep_leaves_no_timer() {
    every_schedule(|| async {
        let before = task::census();
        let tasks = [1, 2, 3].map(|n| spawn(catch_cancel(sleep(n * SECOND))));
        yield_now().await;
        for task in &tasks {
            task.cancel();
        }
        for task in tasks {
            let _ = task.await.unwrap_or(Ok(()));
        }
        assert_eq!(task::census(), before);
        assert_eq!(now(), Instant::ZERO);
    });
}

#[test]
fn a_handle_can_cancel_when_it_is_dropped() {
    every_schedule(|| async {
        let counted = Rc::new(());
        let task = spawn({
            let counted = counted.clone();
            async move {
                sleep(10 * SECOND).await;
                drop(counted);
            }
        });
        let task = task.cancel_on_drop();
        sleep(SECOND).await;
        assert!(!task.is_finished());
        drop(task);
        assert_eq!(Rc::strong_count(&counted), 2, "dropping the handle only requests");
        sleep(SECOND).await;
        assert_eq!(Rc::strong_count(&counted), 1);
    });
}

#[test]
fn what_a_destructor_spawns_while_its_task_is_cancelled_runs() {
    every_schedule(|| async {
        let ran = Shared::new(false);
        let task = spawn({
            let ran = ran.clone();
            async move {
                let _guard = OnDrop(Some(move || drop(spawn(async move { ran.set(true) }))));
                sleep(10 * SECOND).await;
            }
        });
        sleep(SECOND).await;
        task.cancel();
        let _ = task.await;
        sleep(SECOND).await;
        assert!(ran.get());
    });
}
