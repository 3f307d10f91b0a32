//! The portfolio, the model, and what depends on the seed alone.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use reenact::prelude::*;
use reenact::{ChoicePoint, Model, Scheduler};

use super::measure::firsts;
use super::programs::*;

/// The schedules of an exploration as text.
fn schedules(scheduler: &str, seed: u64, executions: u64) -> Vec<String> {
    let mut schedules = Vec::new();
    Explorer::new().scheduler(scheduler.parse().unwrap()).executions(executions).seed(seed).visit(REORDER_3.buggy, |execution| {
        schedules.push(execution.schedule.to_string());
        ControlFlow::Continue(())
    });
    schedules
}

#[test]
fn the_same_seed_gives_the_same_schedules() {
    for scheduler in ["random", "pct:2", "pct:3:8", "pos", "urw", "surw", "portfolio"] {
        let first = schedules(scheduler, 1, 200);
        assert_eq!(first, schedules(scheduler, 1, 200), "{scheduler}");
        assert_ne!(first, schedules(scheduler, 2, 200), "{scheduler}");
        // A longer exploration begins like a shorter one.
        assert_eq!(first, schedules(scheduler, 1, 300)[..200], "{scheduler}");
        assert!(first.iter().collect::<BTreeSet<_>>().len() > 5, "{scheduler} varies");
    }
}

#[test]
fn five_thousand_seeds_of_one_random_execution_each_reach_every_interleaving_of_a_grid() {
    let seen: BTreeSet<String> = (0..5_000)
        .map(|seed| Sim::new().seed(seed).scheduler(SchedulerKind::Random).run(|| grid(2, 5)).schedule.to_string())
        .collect();
    assert_eq!(seen.len(), 252);
}

#[test]
fn a_portfolio_begins_in_fifo_order() {
    for seed in 0..20 {
        assert_eq!(schedules("portfolio", seed, 1), ["r1:"]);
    }
}

#[test]
fn of_two_tasks_each_goes_first_once_in_two_executions() {
    async fn first_of_two() -> u32 {
        let order = Shared::new(Vec::new());
        for task in 0..2 {
            let order = order.clone();
            drop(spawn(async move { order.with_mut(|order| order.push(task)) }));
        }
        sleep(Duration::from_millis(1)).await;
        order.with(|order| order[0])
    }
    for seed in 0..50 {
        let mut first = Vec::new();
        Explorer::new().executions(5).seed(seed).visit(first_of_two, |execution| {
            first.extend(execution.outcome.as_ref().ok());
            ControlFlow::Continue(())
        });
        assert_eq!((first[0], first[1] + first[2], first[3] + first[4]), (0, 1, 1), "seed {seed}: {first:?}");
    }
}

#[test]
fn a_failure_in_an_execution_that_a_model_is_learned_from_is_reported() {
    for scheduler in ["pct:2", "pos", "urw", "surw", "portfolio"] {
        let explorer = || Explorer::new().scheduler(scheduler.parse().unwrap()).executions(1_000);
        let failure = explorer().run(async || panic!("always")).failure.unwrap();
        assert_eq!((failure.execution, failure.message.as_str()), (0, "always"), "{scheduler}");
        // Not in fifo order, and likely enough to be met among the next three.
        let failures = (0..20).filter_map(|seed| {
            let report = explorer().seed(seed).run(async || assert!(!(LOST_UPDATE_3.buggy)().await));
            let failure = report.failure.unwrap();
            assert_eq!(report.executions, failure.execution + 1);
            let again = Sim::new().replay(&failure.schedule).run(async || assert!(!(LOST_UPDATE_3.buggy)().await));
            assert_eq!(again.outcome.unwrap_err().kind, FailureKind::Panic);
            (failure.execution < 4).then_some(())
        });
        assert!(failures.count() > 10, "{scheduler}");
    }
}

#[test]
fn a_task_that_spins_does_not_hold_up_what_it_waits_for() {
    for scheduler in ["pct:1", "pct:3", "pos", "urw", "surw", "portfolio"] {
        let report = Explorer::new().scheduler(scheduler.parse().unwrap()).executions(100).max_steps(1_000_000).run(async || {
            let (flag, other) = (Shared::new(false), Shared::new(0));
            for _ in 0..2 {
                let (flag, other) = (flag.clone(), other.clone());
                drop(spawn(async move {
                    other.update(|n| n + 1);
                    while !flag.get() {
                        yield_now().await;
                    }
                }));
            }
            drop(spawn(async move {
                other.update(|n| n + 1);
                yield_now().await;
                flag.set(true);
            }));
            sleep(Duration::from_millis(1)).await;
        });
        assert!(report.failure.is_none(), "{scheduler}: {report}");
    }
}

#[test]
fn a_scheduler_of_one_s_own_gets_a_model_if_it_asks_for_one() {
    struct Curious;
    impl Scheduler for Curious {
        fn choose(&mut self, point: &ChoicePoint<'_>) -> u32 {
            point.alternatives() - 1
        }

        fn begin(&mut self, execution: u64, model: &Model) {
            assert!(execution >= 4 && model.steps == 5, "execution {execution}, {model:?}");
        }

        fn needs_model(&self) -> bool {
            true
        }
    }
    let mut executions = 0;
    let report = Explorer::new().executions(10).scheduler_with(|| Box::new(Curious)).visit(LOST_UPDATE_2.buggy, |_| {
        executions += 1;
        ControlFlow::Continue(())
    });
    assert_eq!((report.executions, executions), (10, 10));
}

/// The median, over 100 seeds, of how many executions it takes to the first that goes wrong; `None` if more than half of
/// the seeds need more than 2,000.
fn median(program: Body, scheduler: &str) -> Option<u64> {
    Some(firsts(program, scheduler, 2_000)[50]).filter(|median| *median < u64::MAX)
}

#[test]
fn a_portfolio_finds_what_any_of_its_members_finds() {
    let programs: [(&str, Body); 17] = [
        ("lost_update_2", LOST_UPDATE_2.buggy),
        ("bank_audit", BANK_AUDIT.buggy),
        ("reorder_3", REORDER_3.buggy),
        ("reorder_4_spawned", REORDER_4_SPAWNED),
        ("write_skew", WRITE_SKEW.buggy),
        ("oversell_2", OVERSELL.buggy),
        ("timeout vs completion", TIMEOUT.buggy),
        ("deadlock01", DEADLOCK.buggy),
        ("philosophers_3", PHILOSOPHERS_3.buggy),
        ("twostage_1+1", TWO_STAGES.buggy),
        ("lost_wakeup", LOST_WAKEUP.buggy),
        ("bluetooth_driver", BLUETOOTH.buggy),
        ("chain_5", CHAIN_5.buggy),
        ("chain_3_padded", CHAIN_3_PADDED),
        ("chain_4_padded", CHAIN_4_PADDED),
        ("uneven_10", UNEVEN_10.buggy),
        ("uneven_25", UNEVEN_25),
    ];
    let members = ["random", "pos", "urw", "surw", "pct:1", "pct:2", "pct:3", "pct:4"];
    println!("median executions to the first failure, 100 seeds");
    println!("{:<22} portfolio {}", "", members.map(|name| format!("{name:>6}")).join(" "));
    for (name, program) in programs {
        let portfolio = median(program, "portfolio");
        let alone = members.map(|member| median(program, member));
        let text = |median: Option<u64>| median.map_or("-".to_owned(), |median| median.to_string());
        println!("{name:<22} {:>9} {}", text(portfolio), alone.map(|median| format!("{:>6}", text(median))).join(" "));
        let best = alone.into_iter().flatten().min().unwrap();
        let portfolio = portfolio.unwrap_or_else(|| panic!("{name} is not found"));
        assert!(portfolio <= 10 * best + 20, "{name}: {portfolio} executions, {best} would do");
    }
}
