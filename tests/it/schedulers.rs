//! What each scheduler promises.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::time::Duration;

use reenact::prelude::*;
use reenact::{Access, AccessKind, ChoicePoint, Model, Scheduler, task};

use crate::samplers::programs::grid;
use crate::support::exhaustive;

/// Two tasks `read; write` over one value, in two steps each. Main spawns them, then sleeps 1 ms.
async fn lost_update() {
    let count = Shared::new(0);
    for _ in 0..2 {
        let count = count.clone();
        drop(spawn(async move {
            let seen = count.get();
            yield_now().await;
            count.set(seen + 1);
        }));
    }
    sleep(Duration::from_millis(1)).await;
    assert_eq!(count.get(), 2);
}

#[test]
fn pct_learns_the_number_of_steps_if_it_is_not_told() {
    let report = Explorer::new().scheduler("pct:2".parse().unwrap()).executions(200).run(lost_update);
    assert!(report.failure.is_some(), "{report}");
}

#[test]
fn fifo_is_one_schedule_without_deviations() {
    let execution = Sim::new().run(lost_update);
    assert_eq!(execution.schedule, Schedule::fifo());
    assert!(execution.choices.iter().all(|choice| choice.picked == 0));
}

#[test]
fn exhaustive_takes_every_interleaving_once() {
    // Multinomial coefficients: (tasks * steps)! / steps!^tasks.
    for (tasks, steps, interleavings) in [(2, 1, 2), (2, 3, 20), (3, 2, 90), (2, 5, 252), (3, 3, 1680), (4, 2, 2520)] {
        let report = exhaustive().run(|| grid(tasks, steps));
        assert_eq!((report.executions, report.distinct), (interleavings, interleavings), "{tasks} x {steps}");
        assert!(report.exhausted && report.failure.is_none());
        assert_eq!(report.unseen, 0.0);
    }
}

#[test]
fn random_depends_on_the_seed_alone() {
    let order = |seed: u64| {
        let mut schedules = Vec::new();
        Explorer::new().executions(50).seed(seed).scheduler(SchedulerKind::Random).visit(
            || grid(3, 3),
            |execution| {
                schedules.push(execution.schedule.to_string());
                ControlFlow::Continue(())
            },
        );
        schedules
    };
    assert_eq!(order(1), order(1));
    assert_ne!(order(1), order(2));
}

#[test]
fn random_reaches_every_interleaving() {
    let report = Explorer::new().executions(10_000).seed(1).scheduler(SchedulerKind::Random).run(|| grid(2, 5));
    assert_eq!(report.distinct, 252);
    assert!(report.unseen < 0.01);
}

/// A scheduler that writes down what it is told.
struct Telling {
    told: Rc<Cell<Vec<String>>>,
    lasts: Rc<Cell<Vec<Option<u32>>>>,
}

impl Telling {
    fn tell(&self, line: String) {
        let mut told = self.told.take();
        told.push(line);
        self.told.set(told);
    }
}

impl Scheduler for Telling {
    fn choose(&mut self, point: &ChoicePoint<'_>) -> u32 {
        let tasks: Vec<usize> = (0..point.alternatives()).map(|k| point.task(k).unwrap().index()).collect();
        for (k, _) in tasks.iter().enumerate() {
            assert_eq!(point.position_of(point.task(k as u32).unwrap()), Some(k as u32));
        }
        let mut lasts = self.lasts.take();
        lasts.push(point.last().and_then(|(_, position)| position));
        self.lasts.set(lasts);
        self.tell(format!("choose {tasks:?}"));
        point.alternatives() - 1
    }

    fn begin(&mut self, execution: u64, _model: &Model) {
        self.tell(format!("begin {execution}"));
    }

    fn spawned(&mut self, parent: task::TaskId, child: task::TaskId) {
        self.tell(format!("{} spawned {}", parent.index(), child.index()));
    }

    fn ready(&mut self, task: task::TaskId) {
        self.tell(format!("{} ready", task.index()));
    }

    fn stepped(&mut self, task: task::TaskId, accesses: &[Access]) {
        let kinds: Vec<AccessKind> = accesses.iter().map(|access| access.kind).collect();
        self.tell(format!("{} stepped {kinds:?}", task.index()));
    }

    fn finished(&mut self, task: task::TaskId) {
        self.tell(format!("{} finished", task.index()));
    }

    fn end(&mut self) {
        self.tell("end".to_owned());
    }
}

#[test]
fn a_scheduler_of_one_s_own_is_told_everything() {
    let told = Rc::new(Cell::new(Vec::new()));
    let lasts = Rc::new(Cell::new(Vec::new()));
    let scheduler = Telling { told: told.clone(), lasts: lasts.clone() };
    let execution = Sim::new().scheduler_with(Box::new(scheduler)).run(|| async {
        let shared = Shared::new(0);
        let one = spawn({
            let shared = shared.clone();
            async move {
                shared.set(shared.get() + 1);
                yield_now().await;
            }
        });
        let two = spawn(async {});
        let _ = (one.await, two.await);
    });
    execution.outcome.unwrap();
    assert_eq!(
        told.take(),
        [
            "begin 0",
            "0 spawned 1",
            "1 ready",
            "0 spawned 2",
            "2 ready",
            "0 stepped []",
            "choose [1, 2]",
            "2 finished",
            "2 stepped []",
            "1 ready",
            "1 stepped [Read, Write]",
            "1 finished",
            "0 ready",
            "1 stepped []",
            "0 finished",
            "0 stepped []",
            "end",
        ]
    );
    assert_eq!(lasts.take(), [None]);
}

#[test]
fn a_scheduler_of_one_s_own_explores_too() {
    struct Lifo;
    impl Scheduler for Lifo {
        fn choose(&mut self, point: &ChoicePoint<'_>) -> u32 {
            point.alternatives() - 1
        }
    }
    let report = Explorer::new().executions(10).scheduler_with(|| Box::new(Lifo)).run(|| grid(3, 2));
    assert_eq!((report.executions, report.distinct), (10, 1));
    assert_eq!(report.scheduler, None);
}

#[test]
fn an_answer_that_is_no_alternative_ends_the_execution() {
    struct Wrong;
    impl Scheduler for Wrong {
        fn choose(&mut self, point: &ChoicePoint<'_>) -> u32 {
            point.alternatives()
        }
    }
    let failure = Sim::new().scheduler_with(Box::new(Wrong)).run(|| grid(3, 2)).outcome.unwrap_err();
    assert_eq!(failure.message, "the scheduler picked alternative 3 of 3: 0 to 2 were valid");
}

#[test]
fn pct_steps_the_highest_priority_until_it_is_demoted() {
    // With one change point at most, whoever starts runs on for at least a step; schedules of depth 1 never preempt.
    let kind = "pct:1:100".parse().unwrap();
    let mut orders = BTreeSet::new();
    Explorer::new().scheduler(kind).executions(500).seed(3).visit(
        || grid(3, 4),
        |execution| {
            assert_eq!(execution.stats.preemptions, 0);
            orders.insert(execution.schedule.to_string());
            ControlFlow::Continue(())
        },
    );
    assert_eq!(orders.len(), 6, "every order of three tasks, and nothing else");
}

#[test]
fn pct_is_the_same_with_many_tasks_coming_and_going() {
    let body = || async {
        let parents = (0..20).map(|_| async {
            let children: Vec<_> = (0..5).map(|_| spawn(yield_now())).collect();
            wait(children).await;
        });
        gather(parents).await;
    };
    let run = || Sim::new().seed(4).scheduler("pct:5:200".parse().unwrap()).run(body);
    let (one, two) = (run(), run());
    assert_eq!(one.trace.first_difference(&two.trace), None);
    assert_eq!(Sim::new().replay(&one.schedule).run(body).trace.digest(), one.trace.digest());
}
