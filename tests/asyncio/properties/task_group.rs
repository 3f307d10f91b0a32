//! [K1] to [K6].

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use reenact::combinators::Group;
use reenact::prelude::*;
use reenact::task;

use super::{SECOND, after, end, t};
use crate::support::{every_schedule, outcomes};

/// Sleeps, cleans up for a second when it is cancelled, and passes the request on.
async fn cleans_up(seconds: u32, ended: Rc<Cell<u32>>) -> Result<(), &'static str> {
    if let Err(cancelled) = catch_cancel(sleep(seconds * SECOND)).await {
        sleep(SECOND).await;
        ended.set(ended.get() + 1);
        return resume_cancel(cancelled).await;
    }
    ended.set(ended.get() + 1);
    Ok(())
}

#[test]
fn k1_however_it_is_left_every_child_has_ended_and_none_runs_afterwards() {
    // By return, by an error of the body, by one of a child, by a request for the awaiter.
    for way in 0..4 {
        every_schedule(|| async move {
            let ended = Rc::new(Cell::new(0));
            let noted = ended.clone();
            let before = task::census().tasks;
            let task = spawn(async move {
                let left = task_group(async |group| {
                    for n in [2, 3] {
                        group.spawn(cleans_up(n, noted.clone()));
                    }
                    match way {
                        0 | 3 => Ok(()),
                        1 => after(1, Err("broken")).await,
                        _ => {
                            group.spawn(after(1, Err::<(), _>("broken")));
                            Ok(())
                        }
                    }
                })
                .await;
                assert_eq!((noted.get(), task::census().tasks - before), (2, 1));
                left
            });
            if way == 3 {
                sleep(SECOND).await;
                task.cancel();
            }
            let expected = ["Ok(())", "Err(", "Err(", "task was cancelled"][way];
            let end = end(task.await);
            assert!(end.starts_with(expected), "{end}");
            assert_eq!(t(), [3.0, 2.0, 2.0, 2.0][way]);
            sleep(5 * SECOND).await;
            assert_eq!(ended.get(), 2);
        });
    }
}

#[test]
fn k2_every_error_that_happened_is_in_the_error_once_in_completion_order() {
    every_schedule(|| async {
        let failed = task_group(async |group: Group<u32>| {
            group.spawn(after(2, Err::<(), _>(2)));
            // Fails while it cleans up.
            group.spawn(async {
                let _ = catch_cancel(sleep(10 * SECOND)).await;
                sleep(SECOND).await;
                Err::<(), _>(3)
            });
            let cancelled = group.spawn(after(1, Err::<(), _>(1)));
            cancelled.cancel();
            let _ = catch_cancel(sleep(10 * SECOND)).await;
            sleep(2 * SECOND).await;
            Err::<(), _>(4)
        })
        .await
        .unwrap_err();
        assert_eq!(failed.errors, [2, 3, 4]);
        assert_eq!((0..3).map(|n| failed.origin(n).is_some()).collect::<Vec<_>>(), [true, true, false]);
        // No error, no failure: also with a child that was cancelled by hand.
        let fine = task_group(async |group: Group<u32>| {
            group.spawn(after(1, Ok(()))).cancel();
            Ok(7)
        });
        assert_eq!(fine.await.unwrap(), 7);
    });
}

#[test]
fn k3_of_several_failures_in_one_instant_one_to_all_are_in_the_error_and_the_others_were_cancelled() {
    let seen = outcomes(|| async {
        let handles = RefCell::new(Vec::new());
        let failed = task_group(async |group| {
            handles.borrow_mut().extend([(); 3].map(|()| group.spawn(after(1, Err::<(), _>("broken")))));
            Ok::<(), _>(())
        });
        let errors = failed.await.unwrap_err().errors.len();
        let cancelled = handles.take().into_iter().filter(|task| task.try_result().unwrap().is_err()).count();
        assert_eq!(errors + cancelled, 3);
        errors
    });
    assert_eq!(seen, BTreeSet::from([1, 2, 3]));
}

#[test]
fn k4_the_count_of_requests_is_that_of_the_requests_from_outside() {
    every_schedule(|| async {
        let task = spawn(async {
            let failed = task_group(async |group| {
                group.spawn(after(1, Err::<(), _>("broken")));
                sleep(10 * SECOND).await;
                Ok::<(), _>(())
            });
            assert!(failed.await.is_err());
            let own = task::cancelling();
            let cancelled = task_group(async |_: Group<()>| {
                assert!(catch_cancel(sleep(10 * SECOND)).await.is_err());
                Ok::<(), _>(())
            });
            assert!(cancelled.await.is_ok());
            (own, task::cancelling())
        });
        sleep(3 * SECOND).await;
        task.cancel();
        assert_eq!(task.await.unwrap(), (0, 1));
    });
}

#[test]
fn k5_a_request_from_outside_is_never_lost_not_even_together_with_errors() {
    every_schedule(|| async {
        let seen = Rc::new(Cell::new(None));
        let noted = seen.clone();
        let task = spawn(async move {
            let failed = task_group(async |group| {
                group.spawn(after(1, Err::<(), _>("broken")));
                Ok::<(), _>(())
            });
            noted.set(Some(failed.await.is_err()));
            sleep(10 * SECOND).await;
        });
        // In the instant of the failure, before or after it.
        sleep(SECOND).await;
        assert!(task.cancel());
        assert_eq!(end(task.await), "task was cancelled");
        assert_ne!(seen.get(), Some(false));
        assert_eq!(t(), 1.0);
    });
    // A further request does not cut the waiting short.
    every_schedule(|| async {
        let ended = Rc::new(Cell::new(0));
        let noted = ended.clone();
        let task = spawn(task_group(async move |group| {
            group.spawn(async move {
                while catch_cancel(sleep_until(Instant::ZERO + 5 * SECOND)).await.is_err() {}
                noted.set(1);
                Ok::<(), ()>(())
            });
            Ok::<(), ()>(())
        }));
        for _ in 0..3 {
            sleep(SECOND).await;
            assert!(task.cancel());
        }
        assert!(task.await.is_err());
        assert_eq!((ended.get(), t()), (1, 5.0));
    });
    // Nor does it end more than it was meant for: the deadline of a scope around the group is reported by that scope.
    every_schedule(|| async {
        let inner = timeout_scope(2 * SECOND, async |_| {
            task_group(async |group| {
                group.spawn(cleans_up(10, Rc::default()));
                Ok(())
            })
            .await
        });
        assert!(inner.await.is_err());
        assert_eq!((t(), task::census().tasks), (3.0, 1));
    });
}

#[test]
fn k6_after_the_first_error_no_child_starts_nor_when_the_group_is_over() {
    every_schedule(|| async {
        let kept = RefCell::new(None);
        let failed = task_group(async |group| {
            group.spawn(after(1, Err::<(), _>("broken")));
            *kept.borrow_mut() = Some(group.clone());
            let told = catch_cancel(sleep(10 * SECOND)).await;
            assert!(told.is_err() && !group.is_open());
            assert!(group.spawn::<_, ()>(async { unreachable!("it does not start") }).await.unwrap_err().is_cancelled());
            Ok::<(), _>(())
        });
        assert!(failed.await.is_err());
        let group = kept.take().unwrap();
        let late = group.spawn::<_, ()>(async { unreachable!("it does not start") });
        assert!(late.is_finished() && late.await.is_err());
        // A child may spawn as long as the group is open, also when the body is over.
        let grown = Rc::new(Cell::new(false));
        let noted = grown.clone();
        let open = task_group(async move |group: Group<()>| {
            let inner = group.clone();
            group.spawn(async move {
                sleep(SECOND).await;
                inner.spawn(async move {
                    sleep(SECOND).await;
                    noted.set(true);
                    Ok(())
                });
                Ok(())
            });
            Ok::<(), _>(())
        });
        open.await.unwrap();
        assert_eq!((grown.get(), t()), (true, 3.0));
    });
}

#[test]
fn a_dropped_group_requests_cancel_of_each_child_once() {
    every_schedule(|| async {
        let told = Rc::new(Cell::new(0));
        let noted = told.clone();
        let group = task_group(async move |group: Group<()>| {
            for _ in 0..2 {
                let noted = noted.clone();
                group.spawn(async move {
                    while catch_cancel(sleep_until(Instant::ZERO + 3 * SECOND)).await.is_err() {
                        noted.set(noted.get() + 1);
                    }
                    Ok(())
                });
            }
            std::future::pending().await
        });
        let _: Result<Result<(), _>, _> = timeout(SECOND, group).await;
        sleep(SECOND).await;
        assert_eq!((told.get(), t()), (2, 2.0));
        sleep(2 * SECOND).await;
        assert_eq!(task::census().tasks, 1);
    });
}

#[test]
fn a_delivered_panic_of_a_child_cancels_the_rest_and_goes_on_when_all_have_ended() {
    let explorer = Explorer::new().scheduler("exhaustive".parse().unwrap()).task_panics(TaskPanics::Deliver);
    let report = explorer.run(|| async {
        let ended = Rc::new(Cell::new(0));
        let noted = ended.clone();
        let task = spawn(task_group(async move |group| {
            group.spawn(cleans_up(10, noted));
            group.spawn::<_, ()>(async {
                sleep(SECOND).await;
                panic!("it broke")
            });
            Ok::<(), &str>(())
        }));
        let Err(TaskError::Panicked(panic)) = task.await else { panic!("it did not go on") };
        assert_eq!((panic.message(), ended.get(), t()), ("it broke", 1, 2.0));
    });
    assert!(report.failure.is_none() && report.exhausted && report.warnings.is_empty(), "{report:?}");
}
