//! The workloads by which executors are compared, each under the name it has there.
//!
//! `cargo bench`, or `cargo bench -- --test` to run each once. Exploration mode throughout: every choice recorded, digest on,
//! no trace.

mod programs;

use std::hint::black_box;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use programs::{explore, w1, w3, w4};

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
