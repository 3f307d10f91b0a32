//! Same schedule, same digest: first run and hundredth, at every trace level, on every thread.

use std::time::Duration;

use reenact::prelude::*;
use reenact::{TraceEvent, task};

/// A program with everything in it: timers, ties, cancellation, data, choices, shared state, output.
async fn busy() {
    let shared = Shared::new(0u64);
    let workers: Vec<_> = (0..5u64)
        .map(|n| {
            let shared = shared.clone();
            task::Builder::new().name(format!("worker {n}")).spawn(async move {
                for round in 0..3u32 {
                    sleep(Duration::from_millis(n * 10 % 30)).await;
                    let seen = shared.get();
                    if choose(3) == 2 {
                        yield_now().await;
                    }
                    shared.set(seen + u64::from(rand::Rng::next_u32(&mut rng()) % 7));
                    reenact::println!("worker {n} round {round} saw {seen}");
                }
                n
            })
        })
        .collect();
    workers[3].cancel();
    let waited = wait(workers).timeout(Duration::from_millis(45)).await;
    waited.pending.cancel_all();
    for task in waited.done {
        reenact::println!("{:?}", task.try_result().map(|result| result.ok()));
    }
}

#[test]
fn the_hundredth_run_of_a_process_is_like_the_first() {
    let sim = Sim::new().seed(3).scheduler(SchedulerKind::Random);
    let first = sim.run(busy);
    for _ in 0..100 {
        let again = sim.run(busy);
        assert_eq!(again.trace.first_difference(&first.trace), None);
        assert_eq!(again.trace.digest(), first.trace.digest());
        assert_eq!(again.schedule, first.schedule);
        assert_eq!(again.choices, first.choices);
    }
}

#[test]
fn every_seed_replays_from_its_schedule_text() {
    for seed in 0..300 {
        let execution = Sim::new().seed(seed).scheduler(SchedulerKind::Random).run(busy);
        let schedule: Schedule = execution.schedule.to_string().parse().unwrap();
        assert_eq!(schedule, execution.schedule, "seed {seed}");
        let again = Sim::new().replay(&schedule).run(busy);
        assert_eq!(again.trace.to_string(), execution.trace.to_string(), "seed {seed}");
        assert_eq!(again.trace.digest(), execution.trace.digest(), "seed {seed}");
    }
}

#[test]
fn the_digest_is_the_same_with_and_without_a_trace() {
    // A report's count of distinct digests comes from executions without events, a visit's from executions with them.
    let explorer = Explorer::new().scheduler(SchedulerKind::Random).executions(500).seed(5);
    let mut digests = std::collections::BTreeSet::new();
    explorer.visit(busy, |execution| {
        digests.insert(execution.trace.digest());
        std::ops::ControlFlow::Continue(())
    });
    let report = explorer.run(busy);
    assert!(report.failure.is_none(), "{report}");
    assert_eq!(report.distinct, digests.len() as u64);
    assert!(report.distinct > 400, "{report}");
}

#[test]
#[allow(clippy::disallowed_methods, reason = "the point is that threads make no difference")]
fn threads_make_no_difference() {
    let run = || (0..20).map(|seed| Sim::new().seed(seed).scheduler(SchedulerKind::Random).run(busy).trace.digest()).collect();
    let here: Vec<_> = run();
    let there: Vec<_> = (0..4).map(|_| std::thread::spawn(run)).collect();
    for thread in there {
        let digests: Vec<_> = thread.join().unwrap();
        assert_eq!(digests, here);
    }
}

#[test]
fn data_does_not_change_with_the_schedule() {
    let draw = |schedule: &str| {
        let body = || async {
            let draw = || async { (0..4).map(|_| rand::Rng::next_u64(&mut rng())).collect::<Vec<_>>() };
            let tasks = [0, 1, 2].map(|_| spawn(draw()));
            wait(tasks).await.done.by_spawn().iter().map(|task| task.try_result().unwrap().unwrap()).collect::<Vec<_>>()
        };
        Sim::new().replay(&format!("{schedule};seed=0x9").parse().unwrap()).run(body)
    };
    let (fifo, other) = (draw("r1:"), draw("r1:0=2,1=1"));
    assert_ne!(fifo.choices, other.choices);
    let (fifo, other) = (fifo.outcome.unwrap(), other.outcome.unwrap());
    assert_eq!(fifo, other);
    assert_ne!(fifo[0], fifo[1]);
}

#[test]
fn the_seed_is_part_of_the_schedule_only_where_data_was_drawn() {
    let without = Sim::new().seed(9).run(|| async { choose(2) });
    assert_eq!(without.schedule.to_string(), "r1:");
    let with = Sim::new().seed(9).run(|| async { rand::Rng::next_u64(&mut rng()) });
    assert!(with.schedule.to_string().starts_with("r1:;seed=0x"), "{}", with.schedule);
    let again = Sim::new().seed(1).replay(&with.schedule).run(|| async { rand::Rng::next_u64(&mut rng()) });
    assert_eq!(again.outcome.unwrap(), with.outcome.unwrap());
}

#[test]
fn names_and_output_count_in_the_digest_and_places_do_not() {
    let digest = |name: &'static str, line: &'static str| {
        let body = || async move {
            task::Builder::new().name(name).spawn(async move { reenact::println!("{line}") }).await.unwrap();
        };
        Sim::new().run(body).trace.digest()
    };
    assert_eq!(digest("a", "x"), digest("a", "x"));
    assert_ne!(digest("a", "x"), digest("b", "x"));
    assert_ne!(digest("a", "x"), digest("a", "y"));
    let here = Sim::new().run(|| async { spawn(async {}).await.unwrap() });
    let there = Sim::new().run(|| async { spawn(async {}).await.unwrap() });
    assert_eq!(here.trace.digest(), there.trace.digest());
    let site = |trace: &Trace| trace.tasks()[1].spawned_at.unwrap().to_string();
    assert_ne!(site(&here.trace), site(&there.trace));
    assert!(here.trace.events().iter().any(|event| matches!(event, TraceEvent::Spawned { .. })));
}
