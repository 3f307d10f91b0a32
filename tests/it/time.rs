//! Virtual time: exact, monotone, and moving only when nothing is ready.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use reenact::prelude::*;
use reenact::task;

use crate::support::{every_schedule, fifo, outcomes};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_sleep_is_over_exactly_at_its_deadline() {
    every_schedule(|| async {
        let tasks = [1, 3, 3].map(|n| {
            spawn(async move {
                let start = now();
                sleep(n * SECOND).await;
                assert_eq!(now() - start, n * SECOND);
            })
        });
        wait(tasks).await;
        assert_eq!(now(), Instant::ZERO + 3 * SECOND);
    });
}

#[test]
fn time_does_not_move_while_a_task_is_ready() {
    fifo(|| async {
        drop(spawn(async {
            for _ in 0..1_000 {
                yield_now().await;
            }
            assert_eq!(now(), Instant::ZERO);
        }));
        sleep(Duration::from_nanos(1)).await;
        assert_eq!(now().as_nanos(), 1);
    });
}

#[test]
fn sleeping_for_nothing_is_a_yield_and_no_timer() {
    let execution = Sim::new().run(|| async {
        for _ in 0..10 {
            sleep(Duration::ZERO).await;
        }
        sleep_until(Instant::ZERO).await;
        assert_eq!(task::census().timers, 0);
    });
    execution.outcome.unwrap();
    assert_eq!((execution.stats.steps, execution.stats.elapsed), (12, Duration::ZERO));
}

#[test]
fn the_deadline_is_fixed_when_the_sleep_is_made() {
    let at = fifo(|| async {
        let late = sleep(2 * SECOND);
        sleep(SECOND).await;
        assert_eq!(late.deadline(), Instant::ZERO + 2 * SECOND);
        late.await;
        now()
    });
    assert_eq!(at, Instant::ZERO + 2 * SECOND);
}

#[test]
fn timers_of_one_instant_fire_in_arming_order_and_their_tasks_step_in_any() {
    let body = || async {
        let order = Shared::new(Vec::new());
        let tasks = [0, 1, 2].map(|n| {
            let order = order.clone();
            spawn(async move {
                // Armed in the order 2, 1, 0 under fifo, all for the same instant.
                sleep((3 - n) * SECOND).await;
                sleep_until(Instant::ZERO + 5 * SECOND).await;
                order.with_mut(|order| order.push(n));
            })
        });
        wait(tasks).await;
        order.get()
    };
    assert_eq!(fifo(body), [2, 1, 0]);
    assert_eq!(outcomes(body).len(), 6);
}

#[test]
fn a_million_dropped_timeouts_leave_nothing_behind() {
    fifo(|| async {
        for _ in 0..1_000_000 {
            let _ = timeout(3_600 * SECOND, std::future::ready(())).await;
            let mut sleep = std::pin::pin!(sleep(3_600 * SECOND));
            assert!(futures::poll!(sleep.as_mut()).is_pending());
        }
        assert_eq!(task::census().timers, 0);
        assert_eq!(now(), Instant::ZERO);
    });
}

#[test]
fn a_sleep_polled_by_several_wakers_wakes_the_last() {
    fifo(|| async {
        let mut shared = Box::pin(sleep(SECOND));
        assert!(futures::poll!(shared.as_mut()).is_pending());
        let taker = spawn(async move {
            shared.await;
            now()
        });
        assert_eq!(taker.await.unwrap(), Instant::ZERO + SECOND);
    });
}

#[test]
fn an_interval_ticks_at_once_and_then_at_its_period_and_loses_no_tick() {
    let ticks = fifo(|| async {
        let mut interval = interval(SECOND);
        let mut ticks = vec![(interval.tick().await, now())];
        for busy in [0, 3, 0, 0, 0] {
            sleep(busy * SECOND).await;
            ticks.push((interval.tick().await, now()));
        }
        ticks.into_iter().map(|(tick, at)| ((tick - Instant::ZERO).as_secs(), (at - Instant::ZERO).as_secs())).collect::<Vec<_>>()
    });
    assert_eq!(ticks, [(0, 0), (1, 1), (2, 4), (3, 4), (4, 4), (5, 5)]);
}

#[test]
fn a_timeout_at_a_tie_with_another_task_may_go_either_way_and_within_one_task_the_future_wins() {
    let between_tasks = outcomes(|| async {
        let (sender, receiver) = futures::channel::oneshot::channel::<u32>();
        drop(spawn(async move {
            sleep(SECOND).await;
            let _ = sender.send(1);
        }));
        timeout(SECOND, receiver).await.map(Result::unwrap).ok()
    });
    assert_eq!(between_tasks.into_iter().collect::<Vec<_>>(), [None, Some(1)]);
    every_schedule(|| async { assert!(timeout(SECOND, sleep(SECOND)).await.is_ok()) });
}

#[test]
fn a_timeout_of_zero_polls_the_future_first() {
    every_schedule(|| async {
        assert_eq!(timeout(Duration::ZERO, async { 5 }).await, Ok(5));
        assert!(timeout(Duration::ZERO, sleep(SECOND)).await.is_err());
        assert_eq!((now(), task::census().timers), (Instant::ZERO, 0));
    });
}

/// Wakes a task, but is no waker of reenact's.
struct Relay(Waker);

impl Wake for Relay {
    fn wake(self: Arc<Self>) {
        self.0.wake_by_ref();
    }
}

#[test]
fn timers_of_an_instant_fire_in_arming_order_whomever_they_wake() {
    // Fewer and more tasks than find room in the queue at one look, and one timer among them whose waker is somebody else's.
    for some in [0, 1, 5, 15, 16, 17, 40] {
        let seen = RefCell::new(Vec::new());
        let program = || async {
            let mut tasks: Vec<_> = (0..some).map(|_| spawn(sleep(SECOND))).collect();
            yield_now().await;
            let mut relayed = pin!(sleep(SECOND));
            // Main is woken by the relay alone.
            let mut armed = false;
            poll_fn(|cx| {
                if std::mem::replace(&mut armed, true) {
                    return Poll::Ready(());
                }
                let relay = Waker::from(Arc::new(Relay(cx.waker().clone())));
                assert!(relayed.as_mut().poll(&mut Context::from_waker(&relay)).is_pending());
                tasks.extend((0..some).map(|_| spawn(sleep(SECOND))));
                Poll::Pending
            })
            .await;
            assert_eq!(now(), Instant::ZERO + SECOND);
            // In fifo order those have stepped that were woken before main.
            seen.replace(tasks.iter().map(|task| task.is_finished()).collect());
            wait(tasks).await;
            assert_eq!(now(), Instant::ZERO + SECOND);
        };
        let half_of_them = [vec![true; some], vec![false; some]].concat();
        let execution = Sim::new().run(program);
        execution.outcome.unwrap();
        assert_eq!(seen.take(), half_of_them, "{some}");
        // Where nobody keeps events it is the same, or the second run of an execution would part from the first.
        let report = Explorer::new().scheduler(SchedulerKind::Fifo).executions(4).run(program);
        assert!(report.failure.is_none(), "{report}");
        assert_eq!(report.distinct, 1);
        assert_eq!(seen.take(), half_of_them, "{some}");
    }
}
