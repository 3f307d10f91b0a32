//! The hostile executor: what the contract of `Future` allows finds the futures that rely on more.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

use reenact::prelude::*;
use reenact::{ChoiceKind, HostileAct, Hostility};

use crate::support::exhaustive;

const SPURIOUS: Hostility = Hostility::none().spurious_polls(1);
const FRESH: Hostility = Hostility::none().fresh_wakers(true);
const LATE: Hostility = Hostility::none().late_wakes(1);
const MILLI: Duration = Duration::from_millis(1);

/// Somebody who can be told once, and a future that does what the contract asks of it: it keeps the last waker and looks again.
#[derive(Clone, Default)]
struct Bell(Rc<(Cell<bool>, RefCell<Option<Waker>>)>);

impl Bell {
    fn ring(&self) {
        self.0.0.set(true);
        if let Some(waker) = self.0.1.take() {
            waker.wake();
        }
    }

    async fn heard(&self) {
        poll_fn(|cx| match self.0.0.get() {
            true => Poll::Ready(()),
            false => {
                self.0.1.replace(Some(cx.waker().clone()));
                Poll::Pending
            }
        })
        .await;
    }
}

/// Takes the second poll for the wake that it waits for.
async fn takes_a_poll_for_a_wake() {
    let bell = Bell::default();
    let ringer = bell.clone();
    let task = spawn(async move {
        let mut polled = false;
        let mut heard = pin!(bell.heard());
        poll_fn(|cx| {
            if !std::mem::replace(&mut polled, true) {
                return heard.as_mut().poll(cx);
            }
            assert!(bell.0.0.get(), "polled, and nobody rang");
            Poll::Ready(())
        })
        .await;
    });
    sleep(MILLI).await;
    ringer.ring();
    task.await.unwrap();
}

/// Keeps the waker of its first poll for good.
async fn keeps_its_first_waker() {
    let bell = Bell::default();
    let ringer = bell.clone();
    let task = spawn(async move {
        let mut first = None;
        let mut other = pin!(sleep(MILLI));
        poll_fn(|cx| {
            let waker = first.get_or_insert_with(|| cx.waker().clone());
            if bell.0.0.get() {
                return Poll::Ready(());
            }
            bell.0.1.replace(Some(waker.clone()));
            // Something else in the same task makes it poll again.
            let _ = other.as_mut().poll(cx);
            Poll::Pending
        })
        .await;
    });
    sleep(2 * MILLI).await;
    ringer.ring();
    task.await.unwrap();
}

/// Takes the order of wakes for the order of what follows: who was woken a millisecond earlier has gone on by then.
async fn takes_wakes_for_steps() {
    let (bell, order) = (Bell::default(), Rc::new(RefCell::new(Vec::new())));
    let woken = spawn({
        let (bell, order) = (bell.clone(), order.clone());
        async move {
            bell.heard().await;
            order.borrow_mut().push("woken first");
        }
    });
    sleep(MILLI).await;
    bell.ring();
    sleep(MILLI).await;
    order.borrow_mut().push("a millisecond later");
    woken.await.unwrap();
    assert_eq!(*order.borrow(), ["woken first", "a millisecond later"]);
}

/// Does what the contract asks, with all that may be in its way.
async fn keeps_the_contract() {
    let bell = Bell::default();
    let ringer = bell.clone();
    let listener = spawn(async move {
        bell.heard().await;
        yield_now().await;
        sleep(MILLI).await;
        7
    });
    let (sender, receiver) = futures::channel::oneshot::channel();
    let waits = spawn(timeout(20 * MILLI, receiver));
    sleep(MILLI).await;
    ringer.ring();
    let _ = sender.send(5);
    assert_eq!(waits.await.unwrap().unwrap(), Ok(5));
    assert_eq!(listener.await.unwrap(), 7);
}

/// Found with this hostility and by no schedule without; the schedule is one deviation and brings the failure back.
#[track_caller]
fn found_by<F: Future<Output = ()>>(hostility: Hostility, body: impl Fn() -> F, kind: FailureKind, act: HostileAct) -> Failure {
    let friendly = exhaustive().run(&body);
    assert!(friendly.exhausted && friendly.failure.is_none(), "{friendly}");
    for explorer in [exhaustive(), Explorer::new(), Explorer::new().scheduler(SchedulerKind::Random)] {
        let failure = explorer.hostile(hostility).run(&body).failure.expect("a hostile executor breaks it");
        assert_eq!(failure.kind, kind, "{failure}");
        assert_eq!(failure.schedule.deviations().len(), 1, "{failure}");
        assert_eq!(failure.schedule.hostility(), hostility);
        assert_eq!(acts(&failure.trace)[0], act, "{}", failure.trace);
    }
    let failure = exhaustive().hostile(hostility).run(&body).failure.unwrap();
    let schedule: Schedule = failure.schedule.to_string().parse().unwrap();
    for sim in [Sim::new().hostile(hostility).replay(&schedule), Sim::new().replay(&schedule)] {
        let again = sim.run(&body);
        assert_eq!(again.trace.digest(), failure.trace.digest());
        assert_eq!(again.outcome.unwrap_err().message, failure.message);
    }
    failure
}

fn acts(trace: &Trace) -> Vec<HostileAct> {
    let acts = trace.events().iter().filter_map(|event| match event {
        TraceEvent::Hostile { act, .. } => Some(*act),
        _ => None,
    });
    acts.collect()
}

#[test]
fn a_future_that_takes_a_poll_for_a_wake_is_found() {
    let failure = found_by(SPURIOUS, takes_a_poll_for_a_wake, FailureKind::Panic, HostileAct::SpuriousPoll);
    assert!(failure.message.contains("polled, and nobody rang"), "{failure}");
}

#[test]
fn a_future_that_keeps_its_first_waker_is_found() {
    let failure = found_by(FRESH, keeps_its_first_waker, FailureKind::Deadlock, HostileAct::FreshWakers);
    assert!(failure.trace.to_string().contains("hostile: 0.0 has a fresh waker at each poll, earlier ones are dead"));
    assert!(failure.to_string().contains("0.0 got a fresh waker at each poll"), "{failure}");
    // A deadlock says at which await.
    assert!(failure.to_string().contains("\n  0.0 waits at tests/it/hostile.rs:"), "{failure}");
}

#[test]
fn a_program_that_takes_wakes_for_steps_is_found() {
    let failure = found_by(LATE, takes_wakes_for_steps, FailureKind::Panic, HostileAct::LateWake);
    assert_eq!(acts(&failure.trace), [HostileAct::LateWake, HostileAct::LateWakeArrives]);
}

#[test]
fn a_program_that_keeps_the_contract_passes_every_hostile_schedule() {
    for hostility in [SPURIOUS, FRESH, LATE, Hostility::none().spurious_polls(1).fresh_wakers(true).late_wakes(1)] {
        let report = exhaustive().hostile(hostility).run(keeps_the_contract);
        assert!(report.failure.is_none() && report.exhausted, "{report}");
        assert!(report.executions > exhaustive().run(keeps_the_contract).executions);
    }
    Explorer::new().executions(3_000).hostile(Hostility::all()).check(keeps_the_contract);
}

#[test]
fn fifo_does_the_same_with_and_without() {
    let plain = Sim::new().run(keeps_the_contract);
    let hostile = Sim::new().hostile(Hostility::all()).run(keeps_the_contract);
    assert!(acts(&hostile.trace).is_empty());
    let happened = |execution: &Execution<()>| {
        let events = execution.trace.events().iter().filter(|event| !matches!(event, TraceEvent::Choice { .. }));
        events.cloned().collect::<Vec<_>>()
    };
    assert_eq!(happened(&plain), happened(&hostile));
    assert_eq!(plain.stats.steps, hostile.stats.steps);
    assert!(hostile.choices.iter().any(|choice| choice.kind == ChoiceKind::Fault));
    assert!(plain.choices.iter().all(|choice| choice.kind != ChoiceKind::Fault));
}

#[test]
fn faults_are_bounded() {
    let mut most = [0; 3];
    for seed in 0..500 {
        let sim = Sim::new().scheduler(SchedulerKind::Random).seed(seed).hostile(Hostility::all().spurious_polls(3));
        let execution = sim.run(|| async {
            let tasks: Vec<_> = (1..20).map(|n| spawn(sleep(n * MILLI))).collect();
            for task in tasks {
                task.await.unwrap();
            }
        });
        let acts = acts(&execution.trace);
        let count = |wanted| acts.iter().filter(|act| **act == wanted).count();
        let late = count(HostileAct::LateWake);
        assert!(count(HostileAct::LateWakeArrives) <= late);
        most[0] = most[0].max(count(HostileAct::SpuriousPoll));
        most[1] = most[1].max(late);
        most[2] = most[2].max(count(HostileAct::FreshWakers));
        execution.outcome.unwrap();
    }
    // Each of the 20 tasks decides once; half of them are the most that is drawn.
    assert_eq!(most[..2], [3, 2]);
    assert!((5..=20).contains(&most[2]), "{most:?}");
}

#[test]
fn wakers_of_two_polls_differ_and_the_earlier_one_is_dead() {
    let body = || async {
        let wakers = Rc::new(RefCell::new(Vec::new()));
        let seen = wakers.clone();
        let task = spawn(poll_fn(move |cx| {
            seen.borrow_mut().push(cx.waker().clone());
            if seen.borrow().len() == 4 { Poll::Ready(()) } else { Poll::Pending }
        }));
        let polls = || wakers.borrow().len();
        for expected in 1..4 {
            sleep(MILLI).await;
            assert_eq!(polls(), expected);
            let (earlier, last) = {
                let wakers = wakers.borrow();
                (wakers[..expected - 1].to_vec(), wakers[expected - 1].clone())
            };
            assert!(earlier.iter().all(|waker| !waker.will_wake(&last)));
            earlier.iter().for_each(Waker::wake_by_ref);
            sleep(MILLI).await;
            assert_eq!(polls(), expected, "a dead waker has woken");
            last.wake();
        }
        task.await.unwrap();
    };
    // Main is polled again first, then the task: choice 0 is main's.
    let failure = Sim::new().hostile(FRESH).run(body).outcome.unwrap_err();
    assert!(failure.message.contains("left") || failure.message.contains("will_wake"), "{failure}");
    let report = exhaustive().hostile(FRESH).visit(body, |execution| {
        let fresh = execution
            .trace
            .events()
            .iter()
            .any(|event| matches!(event, TraceEvent::Hostile { task, act: HostileAct::FreshWakers } if task.index() == 1));
        assert_eq!(execution.outcome.is_ok(), fresh, "{}", execution.trace);
        std::ops::ControlFlow::Continue(())
    });
    assert!(report.exhausted);
}

#[test]
fn a_late_wake_is_never_lost() {
    // No timer: it arrives before a deadlock. A timer: after the clock has moved once. The end of main: before the last steps.
    let alone = || async {
        let bell = Bell::default();
        let task = spawn({
            let bell = bell.clone();
            async move { bell.heard().await }
        });
        yield_now().await;
        bell.ring();
        task.await.unwrap();
        assert_eq!(now(), Instant::ZERO);
    };
    let seen = Rc::new(RefCell::new(BTreeSet::new()));
    let timed = || async {
        let bell = Bell::default();
        let task = spawn({
            let bell = bell.clone();
            async move {
                bell.heard().await;
                now() - Instant::ZERO
            }
        });
        sleep(MILLI).await;
        bell.ring();
        sleep(MILLI).await;
        sleep(MILLI).await;
        let heard = task.await.unwrap();
        assert!(heard == MILLI || heard == 2 * MILLI);
        seen.borrow_mut().insert(heard);
    };
    let at_end = || async {
        let bell = Bell::default();
        drop(spawn({
            let bell = bell.clone();
            async move { bell.heard().await }
        }));
        yield_now().await;
        bell.ring();
    };
    for report in [
        exhaustive().hostile(LATE).run(alone),
        exhaustive().hostile(LATE).run(timed),
        exhaustive().hostile(LATE).pending_at_exit(PendingAtExit::Fail).max_virtual_time(MILLI).run(at_end),
    ] {
        assert!(report.failure.is_none() && report.exhausted && report.executions > 1, "{report}");
    }
    assert_eq!(seen.take().len(), 2);
    // Timers further away than a wake may be late do not come first.
    assert!(exhaustive().hostile(LATE.late_by(MILLI / 2)).run(timed).exhausted);
    assert_eq!(seen.take().len(), 1);
}

#[test]
fn a_program_that_spins_until_a_late_wake_arrives_does_not_spin_for_ever() {
    let mut late = 0;
    let explorer = Explorer::new().scheduler(SchedulerKind::Random).executions(300).hostile(LATE).max_steps(1_000);
    let spins = || async {
        let bell = Bell::default();
        let task = spawn({
            let bell = bell.clone();
            async move { bell.heard().await }
        });
        yield_now().await;
        bell.ring();
        while !task.is_finished() {
            yield_now().await;
        }
    };
    explorer.visit(spins, |execution| {
        assert!(execution.outcome.is_ok(), "{}", execution.trace);
        late += acts(&execution.trace).len();
        std::ops::ControlFlow::Continue(())
    });
    assert!(late > 0);
}

#[test]
fn another_hostility_than_the_schedules_is_a_divergence() {
    let failure = exhaustive().hostile(SPURIOUS).run(takes_a_poll_for_a_wake).failure.unwrap();
    for other in [Hostility::none(), FRESH, Hostility::all()] {
        let outcome = Sim::new().hostile(other).replay(&failure.schedule).run(takes_a_poll_for_a_wake).outcome;
        let divergence = outcome.unwrap_err();
        assert_eq!(divergence.kind, FailureKind::Divergence);
        assert!(divergence.message.contains("hostility `spurious:1`"), "{divergence}");
    }
    let friendly: Schedule = "r1:0=1".parse().unwrap();
    let outcome = Sim::new().hostile(SPURIOUS).replay(&friendly).run(takes_a_poll_for_a_wake).outcome;
    assert_eq!(outcome.unwrap_err().kind, FailureKind::Divergence);
}

#[test]
fn a_hostile_exploration_is_the_same_every_time() {
    for scheduler in ["portfolio", "random", "pct:2", "pos", "urw", "surw", "exhaustive:1"] {
        let run = || {
            let mut digests = Vec::new();
            let explorer = Explorer::new().scheduler(scheduler.parse().unwrap()).executions(60).hostile(Hostility::all());
            explorer.visit(keeps_the_contract, |execution| {
                let replayed = Sim::new().replay(&execution.schedule).run(keeps_the_contract);
                assert_eq!(replayed.trace.digest(), execution.trace.digest());
                digests.push(execution.trace.digest());
                std::ops::ControlFlow::Continue(())
            });
            digests
        };
        assert_eq!(run(), run(), "{scheduler}");
    }
}

#[reenact::test(hostile, executions = 200)]
async fn the_attribute_makes_a_test_hostile() {
    keeps_the_contract().await;
}

#[reenact::test(hostile = "spurious:1,fresh", executions = 200)]
#[should_panic(expected = "hostile=spurious:1,fresh")]
async fn the_attribute_says_how_hostile() {
    takes_a_poll_for_a_wake().await;
}
