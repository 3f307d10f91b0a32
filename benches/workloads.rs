//! The workloads by which executors are compared, each under the name it has there.
//!
//! `cargo bench`, or `cargo bench -- --test` to run each once. Exploration mode throughout: every choice recorded, digest on,
//! no trace.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use reenact::prelude::*;

fn explore(executions: u64, scheduler: &str) -> Explorer {
    Explorer::new().executions(executions).seed(1).scheduler(scheduler.parse().expect("a scheduler's name"))
}

/// W1: three phases that sleep 100, 200 and 300 ms, joined in argument order.
async fn w1() {
    let phases = [100, 200, 300].map(|ms| {
        spawn(async move {
            sleep(Duration::from_millis(ms)).await;
            ms
        })
    });
    let mut sum = 0;
    for phase in phases {
        sum += phase.await.expect("it returns");
    }
    assert_eq!(sum, 600);
}

/// W3: tasks that yield.
async fn w3(tasks: u64, yields: u64) {
    let tasks: Vec<_> = (0..tasks)
        .map(|_| {
            spawn(async move {
                for _ in 0..yields {
                    yield_now().await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("it returns");
    }
}

/// W4: tasks with a timer each, of durations in no order.
async fn w4(tasks: u64) {
    let tasks: Vec<_> = (0..tasks).map(|n| spawn(sleep(Duration::from_millis(1 + n * 7_919 % tasks)))).collect();
    for task in tasks {
        task.await.expect("it returns");
    }
}

fn workloads(criterion: &mut Criterion) {
    criterion.bench_function("w1: 1000 executions of three sleeping phases", |bencher| {
        bencher.iter(|| black_box(explore(1_000, "random").run(w1).executions));
    });
    criterion.bench_function("w3: 100 tasks x 100 yields, random pick", |bencher| {
        bencher.iter(|| black_box(explore(1, "random").run(|| w3(100, 100)).executions));
    });
    criterion.bench_function("w3: 1000 tasks x 10 yields, pct", |bencher| {
        bencher.iter(|| black_box(explore(1, "pct:3:10000").run(|| w3(1_000, 10)).executions));
    });
    criterion.bench_function("w4: 10000 timers", |bencher| {
        bencher.iter_batched(|| explore(1, "random"), |explorer| explorer.run(|| w4(10_000)).executions, BatchSize::PerIteration);
    });
    criterion.bench_function("w6: 2 x 5, every schedule", |bencher| {
        bencher.iter(|| black_box(explore(u64::MAX, "exhaustive").run(|| w3(2, 5)).executions));
    });
}

criterion_group!(benches, workloads);
criterion_main!(benches);
