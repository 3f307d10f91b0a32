//! The guarantees of the combinators, over every schedule of small scenarios. Ties are made on purpose: durations are small
//! multiples of one second.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use futures::StreamExt;
use reenact::combinators::{TaskSet, timeout_at};
use reenact::prelude::*;
use reenact::task;

use crate::support::{every_schedule, fifo, outcomes};

const SECOND: Duration = Duration::from_secs(1);

async fn phase(n: u32) -> u32 {
    sleep(n * SECOND).await;
    n
}

async fn may_fail(n: u32, fails: bool) -> Result<u32, String> {
    sleep(n * SECOND).await;
    if fails { Err(format!("phase {n} failed")) } else { Ok(n) }
}

fn seconds() -> u64 {
    (now() - Instant::ZERO).as_secs()
}

#[test]
fn gather_keeps_argument_order_and_is_ready_when_the_last_child_is_done() {
    for durations in [[1, 2, 3], [3, 2, 1], [2, 2, 2], [0, 1, 0]] {
        every_schedule(|| async move {
            assert_eq!(gather(durations.map(phase)).await, durations);
            assert_eq!(seconds(), u64::from(*durations.iter().max().unwrap()));
            assert_eq!(task::census().tasks, 1);
        });
    }
}

#[test]
fn gather_of_nothing_is_ready_at_once() {
    let execution = Sim::new().run(|| async { gather(Vec::<std::future::Ready<u32>>::new()).await });
    assert_eq!((execution.stats.steps, execution.outcome.unwrap()), (1, vec![]));
}

#[test]
fn gather_takes_iterators_and_tuples_of_different_types() {
    fifo(|| async {
        assert_eq!(gather((1..=3).map(phase)).await, [1, 2, 3]);
        let (number, text, unit) = gather((phase(1), async { "two" }, async {})).await;
        assert_eq!((number, text, unit), (1, "two", ()));
    });
}

#[test]
fn gather_spawns_at_its_first_poll_in_argument_order() {
    fifo(|| async {
        let gathered = gather([phase(1), phase(2)]);
        yield_now().await;
        assert_eq!(task::census().tasks, 1);
        let _ = timeout(SECOND / 2, gathered).await;
        assert_eq!(task::census().tasks, 3, "their cancel is requested and not yet delivered");
        yield_now().await;
        assert_eq!(task::census().tasks, 1);
    });
}

#[test]
fn dropping_an_unfinished_gather_cancels_each_unfinished_child_once() {
    every_schedule(|| async {
        let cancelled = Shared::new(Vec::new());
        let child = |n: u32| {
            let cancelled = cancelled.clone();
            async move {
                while catch_cancel(sleep(n * SECOND)).await.is_err() {
                    cancelled.with_mut(|list| list.push(n));
                }
            }
        };
        let _ = timeout(SECOND * 3 / 2, gather([child(1), child(2), child(3)])).await;
        sleep(20 * SECOND).await;
        let mut cancelled = cancelled.get();
        cancelled.sort_unstable();
        assert_eq!(cancelled, [2, 3]);
    });
}

#[test]
fn try_gather_reports_the_first_failure_and_the_siblings_run_on() {
    every_schedule(|| async {
        let finished = Shared::new(0);
        let sibling = {
            let finished = finished.clone();
            async move {
                sleep(3 * SECOND).await;
                finished.set(1);
                Ok(3)
            }
        };
        type Child = std::pin::Pin<Box<dyn Future<Output = Result<u32, String>>>>;
        let children: [Child; 3] = [Box::pin(may_fail(1, false)), Box::pin(may_fail(2, true)), Box::pin(sibling)];
        assert_eq!(try_gather(children).await, Err("phase 2 failed".to_owned()));
        assert_eq!((seconds(), finished.get()), (2, 0));
        sleep(2 * SECOND).await;
        assert_eq!(finished.get(), 1);
    });
    every_schedule(|| async {
        assert_eq!(try_gather([may_fail(2, false), may_fail(1, false)]).await, Ok(vec![2, 1]));
    });
}

#[test]
fn of_two_failures_in_one_instant_try_gather_reports_either() {
    let seen = outcomes(|| async {
        let fail = |name: &'static str| async move {
            sleep(SECOND).await;
            Err::<(), _>(name)
        };
        try_gather([fail("a"), fail("b")]).await.unwrap_err()
    });
    assert_eq!(seen, BTreeSet::from(["a", "b"]));
}

#[test]
fn settled_gathers_how_each_child_ended() {
    let sim = Sim::new().task_panics(TaskPanics::Deliver);
    let execution = sim.run(|| async {
        let boom = async {
            if seconds() == 0 {
                panic!("boom")
            }
        };
        let ends = gather((phase(2), boom, phase(1))).settled().await;
        assert_eq!(seconds(), 2);
        (ends.0.ok(), ends.1.unwrap_err().to_string(), ends.2.ok())
    });
    assert!(execution.warnings.is_empty());
    assert_eq!(execution.outcome.unwrap(), (Some(2), "task panicked: boom".to_owned(), Some(1)));
}

#[test]
fn a_delivered_panic_of_a_child_goes_on_in_the_awaiter_of_gather_and_siblings_run_on() {
    let execution = Sim::new().task_panics(TaskPanics::Deliver).run(|| async {
        let sibling_done = Rc::new(std::cell::Cell::new(false));
        let sibling = sibling_done.clone();
        let outer: Task<()> = spawn(async move {
            let boom = async {
                sleep(SECOND).await;
                panic!("boom");
            };
            let sibling = async move {
                sleep(2 * SECOND).await;
                sibling.set(true);
            };
            gather((boom, sibling)).await;
        });
        let error = outer.await.unwrap_err();
        assert_eq!(seconds(), 1);
        sleep(5 * SECOND).await;
        (error.to_string(), sibling_done.get())
    });
    assert!(execution.warnings.is_empty(), "{:?}", execution.warnings);
    assert_eq!(execution.outcome.unwrap(), ("task panicked: boom".to_owned(), true));
}

#[test]
fn wait_splits_exactly_what_is_done_from_what_is_not() {
    for limit in [0, 1, 2, 3, 4] {
        every_schedule(|| async move {
            let tasks = [1, 2, 3].map(|n| spawn(phase(n)));
            let waited = wait(tasks).timeout(limit * SECOND).await;
            assert_eq!(waited.done.len() + waited.pending.len(), 3);
            assert!(seconds() <= u64::from(limit));
            // At a tie either is legal; otherwise time decides.
            let surely_done = [1, 2, 3].into_iter().filter(|n| *n < limit).count();
            assert!((surely_done..=surely_done + 1).contains(&waited.done.len()));
            assert!(waited.done.by_spawn().iter().all(Task::is_finished));
            assert!(!waited.pending.by_spawn().iter().any(Task::is_finished));
        });
    }
}

#[test]
fn a_tie_of_the_timeout_with_a_child_goes_either_way_and_nothing_else() {
    let seen = outcomes(|| async {
        let tasks = [0, 1, 2].map(|n| spawn(phase(n)));
        let waited = wait(tasks).timeout(SECOND).await;
        (waited.done.len(), waited.pending.len())
    });
    assert_eq!(seen, BTreeSet::from([(1, 2), (2, 1)]));
}

#[test]
fn wait_for_the_first_returns_at_the_first_end_of_any_kind() {
    every_schedule(|| async {
        let tasks = [3, 1, 2].map(|n| spawn(phase(n)));
        let waited = wait(tasks).until(ReturnWhen::FirstCompleted).await;
        assert_eq!((seconds(), waited.done.len(), waited.pending.len()), (1, 1, 2));
        let pending = waited.pending;
        pending.cancel_all();
        let waited = wait(pending).until(ReturnWhen::FirstCompleted).await;
        assert!(!waited.done.is_empty());
        assert_eq!(seconds(), 1, "a cancelled task has ended too");
    });
}

#[test]
fn wait_for_an_exception_returns_at_the_first_panic() {
    let execution = Sim::new().task_panics(TaskPanics::Deliver).run(|| async {
        let cancelled = spawn(phase(9));
        let bad = spawn(async {
            sleep(2 * SECOND).await;
            panic!("boom")
        });
        cancelled.cancel();
        let waited = wait([cancelled, bad, spawn(phase(5))]).until(ReturnWhen::FirstException).await;
        let seen = (seconds(), waited.done.len(), waited.pending.len());
        for task in waited.done {
            let _ = task.try_result();
        }
        seen
    });
    assert_eq!(execution.outcome.unwrap(), (2, 2, 1));
}

#[test]
fn wait_without_children_is_ready_at_once() {
    for until in [ReturnWhen::AllCompleted, ReturnWhen::FirstCompleted, ReturnWhen::FirstException] {
        let execution = Sim::new().run(|| async move {
            let waited = wait(Vec::<Task<()>>::new()).until(until).timeout(SECOND).await;
            (waited.done.is_empty(), waited.pending.is_empty())
        });
        assert_eq!((execution.stats.steps, execution.outcome.unwrap()), (1, (true, true)));
    }
}

#[test]
fn wait_changes_no_task_and_leaves_no_trace() {
    every_schedule(|| async {
        let tasks = [1, 2].map(|n| spawn(phase(n)));
        yield_now().await;
        sleep(Duration::from_nanos(1)).await;
        let before = task::census();
        let waited = wait(tasks).timeout(Duration::ZERO).await;
        assert_eq!(task::census(), before);
        // Dropped while it waits.
        let mut again = wait(waited.pending).timeout(5 * SECOND);
        assert!(futures::poll!(&mut again).is_pending());
        assert!(task::census().watches > 0 && task::census().timers == before.timers + 1);
        drop(again);
        assert_eq!(task::census(), before);
        sleep(3 * SECOND).await;
        assert_eq!(task::census().tasks, 1, "the children ran on, detached");
    });
}

#[test]
fn the_waiter_steps_once_when_its_condition_holds() {
    let execution = Sim::new().run(|| async {
        let tasks: Vec<_> = (1..=50).map(|n| spawn(phase(n))).collect();
        wait(tasks).await;
    });
    execution.outcome.as_ref().unwrap();
    let of_main = |event: &&TraceEvent| matches!(event, TraceEvent::Stepped { task } if task.index() == 0);
    assert_eq!(execution.trace.events().iter().filter(of_main).count(), 2);
}

#[test]
fn the_order_of_a_set_is_a_choice_unless_it_is_asked_for() {
    let order = |pick: fn(TaskSet<u32>) -> Vec<Task<u32>>| {
        outcomes(move || async move {
            let tasks = [3, 1, 2].map(|n| spawn(phase(n)));
            let done = wait(tasks).await.done;
            pick(done).iter().map(|task| task.try_result().unwrap().unwrap()).collect::<Vec<_>>()
        })
    };
    assert_eq!(order(|set| set.into_iter().collect()).len(), 6);
    assert_eq!(order(TaskSet::by_completion), BTreeSet::from([vec![1, 2, 3]]));
    assert_eq!(order(TaskSet::by_spawn), BTreeSet::from([vec![3, 1, 2]]));
}

#[test]
fn handing_a_set_to_a_combinator_draws_no_choice() {
    let execution = Sim::new().run(|| async {
        let tasks: TaskSet<u32> = [1, 2, 3].map(|n| spawn(phase(n))).into_iter().collect();
        sleep(5 * SECOND).await;
        let again: TaskSet<u32> = wait(tasks).await.done.by_spawn().into_iter().collect();
        wait(again).await.done.len()
    });
    assert_eq!(execution.outcome.unwrap(), 3);
    assert!(execution.choices.iter().all(|choice| choice.kind == reenact::ChoiceKind::Task));
}

#[test]
fn as_completed_yields_each_child_once_in_completion_order_before_slower_ones_end() {
    for durations in [[1, 2, 3], [3, 2, 1], [2, 1, 3], [0, 2, 1]] {
        every_schedule(|| async move {
            let mut stream = as_completed(durations.map(phase));
            let mut order = Vec::new();
            while let Some(n) = stream.next().await {
                assert_eq!(seconds(), u64::from(n));
                order.push(n);
            }
            let mut sorted = durations.to_vec();
            sorted.sort_unstable();
            assert_eq!(order, sorted);
            assert!(stream.next().await.is_none());
        });
    }
}

#[test]
fn as_completed_starts_at_the_call_and_orders_what_ended_before_the_first_look() {
    fifo(|| async {
        let stream = as_completed([3, 1, 2].map(phase));
        assert_eq!(task::census().tasks, 4);
        sleep(9 * SECOND).await;
        assert_eq!(StreamExt::collect::<Vec<_>>(stream).await, [1, 2, 3]);
    });
}

#[test]
fn as_completed_with_a_deadline_yields_elapsed_once_and_hands_the_rest_over() {
    every_schedule(|| async {
        let mut stream = as_completed([4, 1, 9].map(phase)).timeout(2 * SECOND);
        assert_eq!(stream.next().await, Some(Ok(1)));
        assert!(stream.next().await.unwrap().is_err());
        assert_eq!(seconds(), 2);
        assert_eq!(stream.next().await, None);
        let before = task::census();
        let pending = stream.into_pending();
        assert_eq!(
            (pending.len(), task::census().tasks, before.timers),
            (2, 3, 2),
            "nothing was cancelled, and no timer is left"
        );
        let values: Vec<u32> =
            wait(pending).await.done.by_spawn().iter().map(|task| task.try_result().unwrap().unwrap()).collect();
        assert_eq!((values, seconds()), (vec![4, 9], 9));
    });
}

#[test]
fn settled_as_completed_says_which_child_and_how_it_ended() {
    let execution = Sim::new().task_panics(TaskPanics::Deliver).run(|| async {
        let children: [std::pin::Pin<Box<dyn Future<Output = u32>>>; 2] = [
            Box::pin(phase(2)),
            Box::pin(async {
                sleep(SECOND).await;
                panic!("boom")
            }),
        ];
        let mut stream = as_completed(children).settled();
        let (first, panicked) = stream.next().await.unwrap();
        let (second, value) = stream.next().await.unwrap();
        assert!(stream.next().await.is_none());
        (first, panicked.unwrap_err().to_string(), second, value.unwrap())
    });
    assert_eq!(execution.outcome.unwrap(), (1, "task panicked: boom".to_owned(), 0, 2));
}

#[test]
fn dropping_the_stream_lets_children_run_on() {
    every_schedule(|| async {
        let done = Shared::new(0);
        let child = |n: u32| {
            let done = done.clone();
            async move {
                sleep(n * SECOND).await;
                done.update(|n| n + 1);
            }
        };
        let mut stream = as_completed([child(1), child(2)]);
        stream.next().await;
        drop(stream);
        sleep(5 * SECOND).await;
        assert_eq!(done.get(), 2);
    });
}

#[test]
fn a_timeout_drops_its_future_at_the_deadline_and_leaves_no_timer() {
    every_schedule(|| async {
        let held = Rc::new(());
        let inside = held.clone();
        let mut late = Box::pin(timeout_at(Instant::ZERO + SECOND, async move {
            sleep(5 * SECOND).await;
            drop(inside);
        }));
        assert!(late.as_mut().await.is_err());
        assert_eq!((seconds(), Rc::strong_count(&held), task::census().timers), (1, 1, 0));
    });
}
