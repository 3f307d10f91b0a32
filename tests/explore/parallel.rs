//! Explorations on several threads, and in parts: the same report, every execution once.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU64, Ordering};

use reenact::prelude::*;
use reenact::{Digest, Limit, Shard};

use crate::support::exhaustive;

/// All that a report says.
fn all(report: &Report) -> String {
    format!("{report:?}\n{report}")
}

async fn tasks(n: u32, yields: u32) {
    let tasks: Vec<_> = (0..n)
        .map(|_| {
            spawn(async move {
                for _ in 0..yields {
                    yield_now().await;
                }
            })
        })
        .collect();
    wait(tasks).await;
}

async fn lost_update() {
    let count = Shared::new(0);
    let add = |count: Shared<u32>| async move {
        for _ in 0..3 {
            yield_now().await;
        }
        let seen = count.get();
        yield_now().await;
        count.set(seen + 1);
    };
    gather([add(count.clone()), add(count.clone())]).await;
    assert_eq!(count.get(), 2);
}

const SCHEDULERS: [&str; 7] = ["fifo", "random", "pct:2", "surw", "portfolio", "exhaustive", "exhaustive:1"];

/// The report on 2, 3 and 8 threads is that on one, for every scheduler and budget.
fn same_on_any_number_of_threads<F: Future<Output = ()>>(explorer: impl Fn() -> Explorer, body: impl Fn() -> F + Sync + Copy) {
    for scheduler in SCHEDULERS {
        for executions in [1, 3, 4, 20, 90, 1_000, 30_000] {
            let explorer = explorer().scheduler(scheduler.parse().unwrap()).executions(executions).seed(5);
            let one = all(&explorer.run(body));
            for jobs in [1, 2, 3, 8] {
                assert_eq!(all(&explorer.run_parallel(jobs, body)), one, "{scheduler}, {executions} executions, {jobs} jobs");
            }
        }
    }
}

#[test]
fn a_passing_exploration_comes_to_the_same_report_on_any_number_of_threads() {
    same_on_any_number_of_threads(Explorer::new, || tasks(3, 2));
    same_on_any_number_of_threads(Explorer::new, || tasks(2, 3));
}

#[test]
fn the_lowest_failing_execution_is_the_failure_whoever_finds_one_first() {
    same_on_any_number_of_threads(Explorer::new, lost_update);
}

#[test]
fn warnings_and_executions_that_stop_at_a_limit_are_those_of_one_thread() {
    same_on_any_number_of_threads(
        || Explorer::new().max_steps(Limit::Stop(9)),
        || async {
            let slow = choose(3);
            if choose(4) == 3 {
                drop(spawn(sleep(Duration::from_secs(1))));
            }
            tasks(2, slow * 2).await;
        },
    );
}

#[test]
fn every_leaf_of_the_tree_is_visited_once_however_it_is_split() {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    let body = || async {
        RUNS.fetch_add(1, Ordering::Relaxed);
        tasks(3, 3).await;
    };
    let report = exhaustive().run_parallel(4, body);
    assert_eq!((report.executions, report.distinct, report.exhausted), (34_650, 34_650, true));
    // One execution of each part is run twice, as a check, and no part is smaller than 16.
    let runs = RUNS.load(Ordering::Relaxed);
    assert!((34_650..34_650 + 34_650 / 16).contains(&runs), "{runs}");
}

/// The digests of each part.
fn parts<F: Future>(explorer: impl Fn() -> Explorer, of: u32, body: impl Fn() -> F) -> Vec<Vec<Digest>> {
    let part = |n: u32| {
        let mut digests = Vec::new();
        let shard: Shard = format!("{n}/{of}").parse().unwrap();
        let report = explorer().shard(shard).visit(&body, |execution| {
            digests.push(execution.trace.digest());
            ControlFlow::Continue(())
        });
        assert_eq!((report.executions, report.shard), (digests.len() as u64, Some(shard)));
        digests
    };
    (1..=of).map(part).collect()
}

#[test]
fn the_parts_of_an_exploration_are_disjoint_and_together_all_of_it() {
    let body = || tasks(3, 2);
    for scheduler in ["exhaustive", "exhaustive:2"] {
        let explorer = || Explorer::new().scheduler(scheduler.parse().unwrap());
        let whole = explorer().run(body);
        for of in [1, 2, 3, 7] {
            let parts = parts(explorer, of, body);
            let all: Vec<Digest> = parts.concat();
            let distinct: BTreeSet<Digest> = all.iter().copied().collect();
            assert_eq!((all.len() as u64, distinct.len() as u64), (whole.executions, whole.distinct), "{scheduler}, {of} parts");
            let longest = parts.iter().map(Vec::len).max().unwrap_or_default();
            assert!(
                longest as u64 <= whole.executions.div_ceil(u64::from(of)) * 3 / 2,
                "{scheduler}: {longest} of {}",
                all.len()
            );
        }
    }
    for scheduler in ["random", "portfolio"] {
        let explorer = || Explorer::new().scheduler(scheduler.parse().unwrap()).executions(500).seed(3);
        let mut whole = Vec::new();
        explorer().visit(body, |execution| {
            whole.push(execution.trace.digest());
            ControlFlow::Continue(())
        });
        let mut rest = parts(explorer, 3, body).into_iter().map(Vec::into_iter).collect::<Vec<_>>();
        for (n, digest) in whole.into_iter().enumerate() {
            assert_eq!(rest[n / 8 % 3].next(), Some(digest), "{scheduler}: execution {n}");
        }
        assert!(rest.iter_mut().all(|part| part.next().is_none()));
    }
}

#[test]
fn a_part_on_several_threads_is_the_same_part() {
    for scheduler in SCHEDULERS {
        for part in ["1/3", "2/3", "3/3"] {
            let explorer =
                Explorer::new().scheduler(scheduler.parse().unwrap()).executions(700).seed(5).shard(part.parse().unwrap());
            for body in [lost_update_in_a_box, tasks_in_a_box] {
                let one = all(&explorer.run(body));
                assert_eq!(all(&explorer.run_parallel(3, body)), one, "{scheduler}, part {part}");
            }
        }
    }
}

fn lost_update_in_a_box() -> std::pin::Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(lost_update())
}

fn tasks_in_a_box() -> std::pin::Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(tasks(3, 2))
}

#[test]
fn a_failure_in_a_part_has_its_number_in_the_whole() {
    let explorer = || Explorer::new().scheduler(SchedulerKind::Random).executions(400).seed(9);
    let failing: Vec<u64> = ["1/2", "2/2"]
        .iter()
        .filter_map(|part| explorer().shard(part.parse().unwrap()).run(lost_update).failure)
        .map(|failure| failure.execution)
        .collect();
    let whole = explorer().run(lost_update).failure.unwrap();
    assert_eq!(failing.iter().min(), Some(&whole.execution));
    assert!(failing.len() == 2 && failing[0] != failing[1]);
}

#[test]
#[should_panic(expected = "run_parallel takes a number of threads from 1 on")]
fn no_threads_are_refused() {
    Explorer::new().run_parallel(0, || async {});
}

#[test]
fn what_several_threads_run_may_differ_from_run_to_run_only_by_being_reported() {
    static FIRST: AtomicU64 = AtomicU64::new(0);
    let report = Explorer::new().scheduler(SchedulerKind::Random).run_parallel(2, || async {
        if FIRST.fetch_add(1, Ordering::Relaxed) == 300 {
            panic!("only once");
        }
    });
    assert_eq!(report.failure.unwrap().kind, FailureKind::Nondeterminism);
}

#[reenact::test(jobs = 2, executions = 5_000)]
async fn the_attribute_takes_a_number_of_threads() {
    tasks(2, 2).await;
}
