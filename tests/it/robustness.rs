//! Programs at their worst: destructors that panic, spawn and draw, panics that are caught, schedulers that misbehave. Whatever
//! happens in one execution, the next one on the thread is as good as ever.

use std::cell::RefCell;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use reenact::prelude::*;
use reenact::task::{CatchCancel, Watch};
use reenact::{ChoicePoint, Limit, Scheduler};

use crate::support::every_schedule;

const SECOND: Duration = Duration::from_secs(1);

/// A value whose destructor runs this.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

fn bomb() -> OnDrop<impl FnMut() + Send> {
    OnDrop(|| panic!("dropped"))
}

#[track_caller]
fn kernel_is_as_good_as_new() {
    let execution = Sim::new().run(|| async { spawn(async { 5 }).await.unwrap() });
    assert_eq!(execution.outcome.unwrap(), 5);
}

#[test]
fn a_failure_is_of_the_panic_that_failed_the_execution_not_of_one_that_the_program_caught() {
    let execution = Sim::new().run(|| async {
        let _ = catch_unwind(|| panic!("caught by the program"));
        panic!("the real failure");
    });
    let failure: Failure = execution.outcome.map(|_: ()| ()).unwrap_err();
    assert_eq!(failure.message, "the real failure");
    assert!(failure.place.unwrap().starts_with("tests/it/robustness.rs:"));
    let thrown_again = Sim::new().run(|| async {
        let _ = catch_unwind(|| panic!("caught by the program"));
        std::panic::resume_unwind(Box::new("thrown again"));
    });
    let failure: Failure = thrown_again.outcome.map(|_: ()| ()).unwrap_err();
    assert_eq!((failure.message.as_str(), failure.place), ("thrown again", None));
}

#[test]
fn what_a_panicking_step_was_about_to_do_does_not_happen_to_another_task() {
    let execution = Sim::new().task_panics(TaskPanics::Deliver).run(|| async {
        let panics = spawn(async {
            let cancelled = catch_cancel(sleep(10 * SECOND)).await.unwrap_err();
            futures::join!(resume_cancel::<()>(cancelled), async { panic!("instead") });
        });
        let innocent = spawn(async {
            sleep(SECOND).await;
            yield_now().await;
            yield_now().await;
            7
        });
        sleep(SECOND).await;
        panics.cancel();
        assert!(panics.await.unwrap_err().is_panicked());
        innocent.await.unwrap()
    });
    assert_eq!(execution.outcome.unwrap(), 7);
}

#[test]
fn a_payload_whose_destructor_panics_harms_nobody() {
    for task_panics in [TaskPanics::Fail, TaskPanics::Deliver] {
        for forget in [false, true] {
            let sim = Sim::new().task_panics(task_panics).pending_at_exit(PendingAtExit::Ignore);
            let execution = sim.run(|| async {
                let task: Task<()> = spawn(async { panic_any(bomb()) });
                sleep(SECOND).await;
                if forget {
                    std::mem::forget(task);
                }
            });
            assert_eq!(execution.outcome.is_ok(), task_panics == TaskPanics::Deliver);
            kernel_is_as_good_as_new();
        }
    }
}

#[test]
fn a_payload_may_call_back_into_the_execution_when_it_is_dropped() {
    let execution = Sim::new().task_panics(TaskPanics::Deliver).run(|| async {
        let task: Task<()> = spawn(async {
            panic_any(OnDrop(|| {
                rand::Rng::next_u64(&mut rng());
                drop(reenact::task::Builder::new().name("late").spawn(async {}));
            }));
        });
        sleep(SECOND).await;
        drop(task);
        sleep(SECOND).await;
    });
    execution.outcome.unwrap();
    assert_eq!(execution.stats.tasks, 3);
}

#[test]
fn a_result_whose_destructor_panics_fails_the_execution_with_its_message() {
    let execution = Sim::new().run(|| async {
        let mut watch = Watch::new();
        let task = spawn(async {
            yield_now().await;
            bomb()
        });
        watch.add(&task);
        drop(task);
        sleep(SECOND).await;
    });
    let failure = execution.outcome.unwrap_err();
    assert_eq!((failure.kind, failure.message.as_str()), (FailureKind::Panic, "dropped"));
    kernel_is_as_good_as_new();
}

#[test]
fn the_result_of_main_is_dropped_within_the_execution() {
    let report = Explorer::new().executions(3).run(|| async { Some(OnDrop(|| reenact::println!("dropped"))) });
    assert!(report.failure.is_none(), "{report}");
    let failure = Explorer::new().executions(3).run(|| async { Some(bomb()) }).failure.unwrap();
    assert_eq!((failure.kind, failure.message.as_str()), (FailureKind::Panic, "dropped"));
    let late = Sim::new().run(|| async {
        drop(spawn(async { panic!("late") }));
        bomb()
    });
    assert_eq!(late.outcome.err().unwrap().message, "late");
    kernel_is_as_good_as_new();
}

#[test]
fn a_scheduler_that_panics_leaves_the_kernel_as_good_as_new() {
    struct Panics(&'static str);
    impl Panics {
        fn at(&self, hook: &str) {
            assert!(self.0 != hook, "the scheduler panics in {hook}");
        }
    }
    impl Scheduler for Panics {
        fn choose(&mut self, _: &ChoicePoint<'_>) -> u32 {
            self.at("choose");
            0
        }
        fn spawned(&mut self, _: reenact::TaskId, _: reenact::TaskId) {
            self.at("spawned");
        }
        fn ready(&mut self, _: reenact::TaskId) {
            self.at("ready");
        }
        fn finished(&mut self, _: reenact::TaskId) {
            self.at("finished");
        }
        fn stepped(&mut self, _: reenact::TaskId, _: &[reenact::Access]) {
            self.at("stepped");
        }
        fn end(&mut self) {
            self.at("end");
        }
        fn refusal(&mut self) -> Option<reenact::Refusal> {
            self.at("refusal");
            None
        }
    }
    for hook in ["choose", "spawned", "ready", "finished", "stepped", "end", "refusal"] {
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let sim = Sim::new().scheduler_with(Box::new(Panics(hook))).task_panics(TaskPanics::Deliver);
            sim.run(|| async {
                let tasks = [0, 1].map(|_| spawn(async { panic!("in a task") }));
                let _: [Result<(), _>; 2] = futures::future::join_all(tasks).await.try_into().unwrap();
            })
            .outcome
            .is_err()
        }));
        assert!(outcome.unwrap_or(true), "{hook}");
        kernel_is_as_good_as_new();
    }
}

#[test]
fn what_a_scheduler_brought_about_is_reported_as_that() {
    struct Wrong;
    impl Scheduler for Wrong {
        fn choose(&mut self, point: &ChoicePoint<'_>) -> u32 {
            point.alternatives()
        }
    }
    let report = Explorer::new().scheduler_with(|| Box::new(Wrong)).run(|| async { gather((yield_now(), yield_now())).await });
    let failure = report.failure.unwrap();
    assert_eq!(failure.kind, FailureKind::Divergence);
    assert_eq!(failure.message, "the scheduler picked alternative 2 of 2: 0 to 1 were valid");
}

type Kept = Rc<RefCell<Option<Pin<Box<CatchCancel<reenact::time::Sleep>>>>>>;

/// Polls a scope once and leaves it in a place.
async fn leave_scope_at(place: Kept) {
    let mut scope = Box::pin(catch_cancel(sleep(10 * SECOND)));
    poll_fn(|cx| Poll::Ready(scope.as_mut().poll(cx).is_pending())).await;
    *place.borrow_mut() = Some(scope);
}

#[test]
fn a_scope_in_the_place_of_a_former_parent_is_not_that_parent() {
    every_schedule(|| async {
        let task = spawn(async {
            let place = Kept::default();
            catch_cancel(leave_scope_at(place.clone())).await.unwrap();
            let caught = catch_cancel(sleep(10 * SECOND)).await.is_err();
            drop(place);
            caught
        });
        sleep(SECOND).await;
        task.cancel();
        assert!(task.await.unwrap());
    });
}

#[test]
fn a_request_for_one_task_does_not_reach_another_with_a_scope_that_moves_there() {
    every_schedule(|| async {
        let place = Kept::default();
        let giver = spawn({
            let place = place.clone();
            async move {
                leave_scope_at(place).await;
                sleep(20 * SECOND).await;
            }
        });
        sleep(SECOND).await;
        giver.cancel();
        assert!(giver.await.unwrap_err().is_cancelled());
        let taker = spawn(async move {
            let scope = place.take().unwrap();
            scope.await.is_ok()
        });
        assert!(taker.await.unwrap());
    });
}

#[test]
fn errors_fit_into_boxed_errors_that_cross_threads() {
    fn is_send_and_sync<T: Send + Sync + 'static>() {}
    is_send_and_sync::<TaskError>();
    is_send_and_sync::<WaitForError>();
}

#[test]
fn a_sleep_polled_after_its_execution_is_told() {
    let kept = Sim::new().run(|| async {
        let mut sleep = Box::pin(sleep(SECOND));
        let _ = futures::poll!(sleep.as_mut());
        (sleep,)
    });
    let (sleep,) = kept.outcome.unwrap();
    let panic = catch_unwind(AssertUnwindSafe(|| futures::executor::block_on(sleep))).unwrap_err();
    assert!(panic.downcast::<String>().unwrap().starts_with("a sleep was called outside an execution"));
}

#[test]
fn an_interval_ticks_up_to_the_end_of_virtual_time() {
    let period = Duration::from_nanos(u64::MAX - 5);
    let execution = Sim::new().run(|| async {
        let mut interval = interval(period);
        interval.tick().await;
        interval.tick().await.as_nanos()
    });
    assert_eq!(execution.outcome.unwrap(), u64::MAX - 5);
}

mod names {
    const TARGET: u32 = 5;
    const OPTIONS: &[u32] = &[1];
    const EXECUTIONS: u64 = 3;

    #[reenact::test(executions = EXECUTIONS)]
    async fn a_test_sees_the_items_beside_it() {
        assert_eq!(TARGET + OPTIONS[0], 6);
    }
}

/// Executions that keep no events share everything that settings, limits and rare features leave behind.
#[test]
fn what_one_exploration_was_told_means_nothing_to_the_next() {
    let plain = || Explorer::new().scheduler(SchedulerKind::Random).seed(5).executions(200);
    let sleepers = |number: u32| {
        move || async move {
            let tasks: Vec<_> = (0..number).map(|_| spawn(sleep(SECOND))).collect();
            for task in tasks {
                task.await.unwrap();
            }
        }
    };
    let found = || {
        let count = || async {
            let order = Shared::new(Vec::new());
            for task in 0..4 {
                let order = order.clone();
                drop(spawn(async move { order.with_mut(|order| order.push(task)) }));
            }
            sleep(SECOND).await;
            assert!(order.with(|order| order[..] != [2, 0, 3, 1]), "that order");
        };
        let failure = plain().run(count).failure.unwrap();
        (failure.execution, failure.schedule.to_string(), failure.trace.digest())
    };
    let kind = |explorer: Explorer, number| explorer.run(sleepers(number)).failure.map(|failure| failure.kind);
    let before = found();
    let all_is_as_before = |what: &str| {
        assert_eq!(found(), before, "after {what}");
        assert_eq!(kind(plain(), 20), None, "after {what}");
    };
    all_is_as_before("nothing");
    for _ in 0..2 {
        assert_eq!(kind(plain().max_tasks(10), 9), None);
        assert_eq!(kind(plain().max_tasks(10), 10), Some(FailureKind::TaskLimit));
        all_is_as_before("a limit of tasks");
        assert_eq!(kind(plain().max_virtual_time(SECOND), 3), None);
        assert_eq!(kind(plain().max_virtual_time(SECOND / 2), 3), Some(FailureKind::TimeLimit));
        all_is_as_before("a limit of time");
        assert_eq!(kind(plain().max_steps(Limit::Stop(3)), 3), None);
        assert_eq!(kind(plain().max_steps(4), 3), Some(FailureKind::StepLimit));
        all_is_as_before("a limit of steps");
        assert_eq!(kind(plain().hostile(Hostility::all()), 3), None);
        all_is_as_before("a hostile executor");
        let rare = || async {
            rand::Rng::next_u64(&mut rng());
            drop(reenact::task::Builder::new().name("named").spawn(sleep(SECOND)));
            spawn(async { panic!("delivered") }).await.unwrap_err();
        };
        let report = plain().task_panics(TaskPanics::Deliver).run(rare);
        assert!(report.failure.is_none() && report.warnings.len() == 1, "{report}");
        let warnings = plain().run(sleepers(2)).warnings;
        assert!(warnings.is_empty(), "{warnings:?}");
        all_is_as_before("names, data, panics and tasks that are left");
    }
}
