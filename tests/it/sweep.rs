//! Sweeps: a future is interrupted everywhere, and what it leaves behind is found and named by the await at which it waited.

use std::cell::Cell;
use std::rc::Rc;

use reenact::prelude::*;
use reenact::task::Builder;
use reenact::{AwaitPoint, CancelSweep, Hostility, Interruption, Leak, SweepReport};
use tokio::sync::Semaphore;

const SECOND: Duration = Duration::from_secs(1);

/// What broke, without the text.
fn interruptions(report: &SweepReport) -> Vec<Interruption> {
    report.failures.iter().filter_map(|failure| failure.interruption).collect()
}

fn drop_and_cancel_after(polls: u64) -> [Interruption; 3] {
    [Interruption::Drop { polls }, Interruption::DropWoken { polls }, Interruption::Cancel { polls }]
}

/// The innermost await of every failure, all of which are to be the same.
#[track_caller]
fn await_of(report: &SweepReport) -> AwaitPoint {
    let points: Vec<&AwaitPoint> = report.failures.iter().map(|failure| &failure.await_points[0]).collect();
    assert!(points.iter().all(|point| *point == points[0]), "{report}");
    points[0].clone()
}

/// Takes a permit by hand and gives it back by hand.
async fn loses_its_permit(permits: Rc<Cell<u32>>) {
    yield_now().await;
    permits.set(permits.get() - 1);
    sleep(SECOND).await; // waits here
    permits.set(permits.get() + 1);
    yield_now().await;
}

/// The line of the await that is marked so.
fn line_of(mark: &str) -> u32 {
    let lines = include_str!("sweep.rs").lines();
    (1..).zip(lines).find(|(_, line)| line.ends_with(mark)).unwrap().0
}

#[test]
fn a_permit_that_is_lost_between_two_awaits_is_found_and_the_await_is_named() {
    let report = CancelSweep::new().run(
        || {
            let permits = Rc::new(Cell::new(1));
            (permits.clone(), async move {
                loses_its_permit(permits).await; // called here
            })
        },
        |permits| assert_eq!(permits.get(), 1, "a permit is lost"),
    );
    assert_eq!((report.steps, report.complete, report.drops, report.cancels), (4, true, 7, 4));
    assert_eq!(interruptions(&report), drop_and_cancel_after(2));
    assert_eq!(await_of(&report).line, line_of("// waits here"));
    for failure in &report.failures {
        let lines: Vec<u32> = failure.await_points.iter().map(|point| point.line).collect();
        assert_eq!(lines, [line_of("// waits here"), line_of("// called here")], "{report}");
        assert!(failure.failure.as_ref().unwrap().message.contains("a permit is lost"));
    }
    let text = report.to_string();
    let place = format!("dropped after poll 2, waiting at tests/it/sweep.rs:{}:", line_of("// waits here"));
    assert!(text.contains(&place) && text.contains("cancelled after poll 2, waiting at"), "{text}");
}

#[test]
fn every_await_is_named_by_its_own_line() {
    let report = CancelSweep::new().run(
        || async {
            yield_now().await; // first
            sleep(SECOND).await; // second
            let (sender, receiver) = futures::channel::oneshot::channel();
            spawn(async move { sender.send(()) });
            receiver.await.unwrap(); // third
            spawn(async {}).await.unwrap(); // fourth
            gather([yield_now(), yield_now()]).await; // fifth
        },
        |swept| if swept.interruption.is_none() { Ok(()) } else { Err("so that each is reported") },
    );
    assert_eq!(report.steps, 6);
    for (polls, mark) in (1..).zip(["// first", "// second", "// third", "// fourth", "// fifth"]) {
        for failure in report.failures.iter().filter(|failure| failure.interruption.unwrap().polls() == polls) {
            assert_eq!(failure.await_points[0].line, line_of(mark), "{report}");
        }
    }
    assert_eq!(report.failures.len() as u64, report.drops + report.cancels);
    assert!(report.failures[0].await_points.is_empty(), "before its first poll it waits nowhere");
}

#[test]
fn a_guard_makes_it_safe() {
    let report = cancel_sweep(
        || {
            let permits = Rc::new(Semaphore::new(1));
            (permits.clone(), async move {
                let permit = permits.acquire().await.unwrap();
                sleep(SECOND).await;
                drop(permit);
            })
        },
        |permits| async move {
            // Would wait for ever if one was lost.
            let _permit = permits.acquire().await.unwrap();
        },
    );
    assert_eq!((report.steps, report.drops, report.cancels), (2, 3, 2));
}

#[test]
fn invariants_that_wait_for_what_is_lost_are_a_deadlock() {
    let report = CancelSweep::new().run(
        || {
            let permits = Rc::new(Semaphore::new(1));
            (permits.clone(), async move {
                permits.acquire().await.unwrap().forget();
                sleep(SECOND).await;
                permits.add_permits(1);
            })
        },
        |permits| async move { permits.acquire().await.map(drop) },
    );
    assert_eq!(interruptions(&report), drop_and_cancel_after(1));
    assert!(report.failures.iter().all(|failure| failure.failure.as_ref().unwrap().kind == FailureKind::Deadlock));
}

/// Writes a pair, the halves of which belong together.
async fn writes_a_pair(pair: Shared<(u32, u32)>, at_once: bool) {
    for n in 1..3 {
        match at_once {
            true => pair.set((n, n)),
            false => drop(pair.update(|pair| (n, pair.1))),
        };
        yield_now().await;
        pair.update(|pair| (pair.0, n));
    }
}

#[test]
fn a_pair_that_is_half_written_is_found_and_one_that_is_written_at_once_is_not() {
    let sweep = |at_once| {
        CancelSweep::new().run(
            || {
                let pair = Shared::new((0, 0));
                (pair.clone(), writes_a_pair(pair, at_once))
            },
            |pair| {
                let (one, other) = pair.get();
                if one == other { Ok(()) } else { Err(format!("half written: {one} and {other}")) }
            },
        )
    };
    let report = sweep(false);
    assert_eq!(interruptions(&report).len(), 6, "{report}");
    assert!(report.failures[0].broken.as_ref().unwrap().contains("half written: 1 and 0"));
    assert!(sweep(true).failures.is_empty());
}

#[test]
fn what_arrived_is_lost_where_a_future_is_dropped_when_it_was_woken() {
    // The message is taken out of the channel by the sender's wake; only a future that is polled again hands it on.
    let report = CancelSweep::new().run(
        || {
            let (sender, receiver) = futures::channel::oneshot::channel();
            let delivered = Shared::new(false);
            let unread = Shared::new(false);
            spawn({
                let unread = unread.clone();
                async move {
                    sleep(SECOND).await;
                    unread.set(sender.send(()).is_ok());
                }
            });
            let world = (delivered.clone(), unread);
            (world, async move {
                receiver.await.unwrap();
                delivered.set(true);
            })
        },
        |(delivered, sent)| assert!(delivered.get() || !sent.get(), "sent, and nobody has it"),
    );
    assert_eq!(interruptions(&report), [Interruption::DropWoken { polls: 1 }]);
}

#[test]
fn tasks_and_timers_that_are_left_behind_are_reported_and_the_worlds_own_are_not() {
    let make = || {
        // The world's own: it ticks for ever.
        spawn(async {
            loop {
                sleep(7 * SECOND).await;
            }
        });
        async {
            let helper = Builder::new().name("helper").spawn(async {
                sleep(1_000 * SECOND).await;
            });
            sleep(SECOND).await;
            helper.cancel();
            let _ = helper.await;
        }
    };
    let report = CancelSweep::new().run(make, |_| ());
    assert_eq!((report.steps, report.complete), (3, true));
    assert_eq!(interruptions(&report), drop_and_cancel_after(1), "{report}");
    for failure in &report.failures {
        let [Leak::Task { name, line }, Leak::Timer { deadline, armed_by }] = failure.leaks.as_slice() else {
            panic!("{report}");
        };
        assert_eq!((name.as_str(), *deadline), ("helper", Instant::ZERO + 1_000 * SECOND));
        assert!(line.contains("`helper`, spawned at tests/it/sweep.rs:"), "{line}");
        assert!(armed_by.ends_with("`helper`"), "{armed_by}");
    }
    assert!(CancelSweep::new().allow_task("helper").run(make, |_| ()).failures.is_empty());
    let timers = CancelSweep::new().allow_timers(true).run(make, |_| ());
    assert!(timers.failures.iter().all(|failure| failure.leaks.len() == 1));
    // Who waits longer than the helper sleeps sees it end.
    assert!(CancelSweep::new().settle(2_000 * SECOND).run(make, |_| ()).failures.is_empty());
}

#[test]
fn a_timer_that_is_put_away_is_a_leak_too() {
    let report = CancelSweep::new().run(
        || {
            let kept = Rc::new(std::cell::RefCell::new(Vec::new()));
            (kept.clone(), async move {
                let mut long = Box::pin(sleep(1_000 * SECOND));
                assert!(futures::poll!(long.as_mut()).is_pending());
                kept.borrow_mut().push(long);
                sleep(SECOND).await;
                kept.borrow_mut().clear();
            })
        },
        |_| (),
    );
    assert_eq!(interruptions(&report), drop_and_cancel_after(1), "{report}");
    assert!(report.failures.iter().all(|failure| matches!(failure.leaks.as_slice(), [Leak::Timer { .. }])));
}

#[test]
fn clean_up_after_a_cancel_may_await() {
    let report = CancelSweep::new().run(
        || {
            let open = Shared::new(0);
            (open.clone(), async move {
                open.set(1);
                let slept = catch_cancel(sleep(SECOND)).await;
                yield_now().await;
                open.set(0);
                if let Err(cancelled) = slept {
                    resume_cancel::<()>(cancelled).await;
                }
            })
        },
        |open| assert_eq!(open.get(), 0, "left open"),
    );
    // It catches a cancel at its sleep, and nothing else.
    let dropped: Vec<_> = [1, 2].into_iter().flat_map(drop_and_cancel_after).collect();
    let caught = Interruption::Cancel { polls: 1 };
    assert_eq!(interruptions(&report), dropped.into_iter().filter(|i| *i != caught).collect::<Vec<_>>(), "{report}");
}

#[test]
fn what_breaks_without_any_interruption_is_said_so() {
    let report = CancelSweep::new().run(|| async {}, |_| Err::<(), _>("never right"));
    assert_eq!(report.failures[0].interruption, None);
    let report = CancelSweep::new().run(std::future::pending::<()>, |_| ());
    assert_eq!((report.failures[0].interruption, report.complete), (None, false));
    assert_eq!(report.failures[0].failure.as_ref().unwrap().kind, FailureKind::Deadlock);
}

#[test]
fn a_future_that_never_ends_is_swept_as_far_as_is_asked() {
    let ticks = || async {
        loop {
            sleep(SECOND).await;
        }
    };
    let report = CancelSweep::new().max_polls(5).check(ticks, |_: reenact::Swept| ());
    assert_eq!((report.steps, report.complete, report.drops, report.cancels), (5, false, 9, 5));
}

#[test]
fn other_schedules_break_what_fifo_does_not() {
    // Who comes first has it; the future holds it over an await only when it comes second.
    let make = || {
        let (open, taken) = (Shared::new(false), Shared::new(false));
        let first = taken.clone();
        spawn(async move { first.set(true) });
        (open.clone(), async move {
            yield_now().await;
            if !taken.get() {
                open.set(true);
                yield_now().await;
                open.set(false);
            }
        })
    };
    let holds = |open: Shared<bool>| assert!(!open.get(), "left open");
    assert!(CancelSweep::new().run(make, holds).failures.is_empty());
    let sweep = CancelSweep::new().scheduler(SchedulerKind::Random).executions(50).seed(3);
    let report = sweep.run(make, holds);
    assert_eq!(interruptions(&report).len(), 3, "{report}");
    assert_eq!(report.to_string(), sweep.run(make, holds).to_string());
    let one = sweep.only(Interruption::Drop { polls: 2 }).run(make, holds);
    assert_eq!(interruptions(&one), [Interruption::Drop { polls: 2 }]);
}

#[test]
fn the_combinators_leave_nothing_behind() {
    let sweep = CancelSweep::new().hostile(Hostility::all()).scheduler(SchedulerKind::Random).executions(10);
    sweep.check(
        || async {
            let slow = |n: u32| async move { sleep(n * SECOND).await };
            gather([slow(1), slow(2)]).await;
            let _ = timeout(SECOND, slow(5)).await;
            let _ = race([slow(1), slow(3)]).await;
            let _ = timeout_scope(SECOND, async |_| slow(4).await).await;
            let _ = task_group(async |group| {
                for n in 1..3 {
                    group.spawn(async move {
                        slow(n).await;
                        Ok::<_, ()>(())
                    });
                }
                Ok(())
            })
            .await;
        },
        |_: reenact::Swept| (),
    );
}

#[test]
fn a_deadlock_says_at_which_await_if_it_is_asked() {
    let body = || async {
        let (_sender, receiver) = futures::channel::oneshot::channel::<()>();
        receiver.await // deadlock
    };
    let failure = Sim::new().await_points(true).run(body).outcome.unwrap_err();
    assert!(failure.message.contains(&format!(", at tests/it/sweep.rs:{}:", line_of("// deadlock"))), "{failure}");
    let failure = Sim::new().run(body).outcome.unwrap_err();
    assert!(!failure.message.contains("sweep.rs"), "{failure}");
}
