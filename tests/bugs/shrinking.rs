//! What a failure is shrunk to: the minimum over all schedules.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::pin::Pin;

use reenact::prelude::*;
use reenact::{ChoicePoint, PendingAtExit, Scheduler};

use super::programs::own::hangs::ACTOR_CYCLE_LATER;
use super::programs::{Body, OWN, PUBLISHED, Program};

/// Random failing seeds that are shrunk of each program.
const SEEDS: u64 = 200;

/// The program as a test.
fn tested(program: &Program) -> impl Fn() -> Pin<Box<dyn Future<Output = ()>>> {
    let Program { wrong, buggy, .. } = *program;
    move || Box::pin(async move { assert!(!buggy().await, "{wrong}") })
}

/// The fewest deviations from fifo order over all failing schedules.
fn minimum(program: Body) -> usize {
    if Sim::new().pending_at_exit(PendingAtExit::Ignore).run(program).outcome.is_ok_and(|wrong| wrong) {
        return 0;
    }
    let mut fewest = usize::MAX;
    let explorer = Explorer::new().scheduler("exhaustive".parse().unwrap()).pending_at_exit(PendingAtExit::Ignore);
    let report = explorer.visit(program, |execution| {
        if execution.outcome.as_ref().is_ok_and(|wrong| *wrong) {
            fewest = fewest.min(execution.schedule.deviations().len());
        }
        ControlFlow::Continue(())
    });
    assert!(report.exhausted);
    fewest
}

/// Runs one schedule, without checking anything.
struct Follow(Schedule);

impl Scheduler for Follow {
    fn choose(&mut self, point: &ChoicePoint<'_>) -> u32 {
        let deviations = self.0.deviations();
        deviations.iter().find(|deviation| deviation.index == point.index()).map_or(0, |deviation| deviation.picked)
    }
}

/// What so many random failing seeds are shrunk to, and how often.
fn shrunk(program: &Program, seeds: u64) -> BTreeMap<String, usize> {
    let mut schedules = BTreeMap::new();
    for seed in 0..seeds {
        let explorer = Explorer::new().scheduler(SchedulerKind::Random).executions(100_000).seed(seed);
        let failure = explorer.pending_at_exit(PendingAtExit::Ignore).run(tested(program)).failure.expect("random finds it");
        *schedules.entry(failure.schedule.to_string()).or_default() += 1;
    }
    schedules
}

/// Returns how many programs have a minimum of two deviations or more.
fn check(programs: &[Program]) -> usize {
    let mut many = 0;
    for program in programs {
        let name = program.name;
        let (schedules, minimum) = (shrunk(program, SEEDS), minimum(program.buggy));
        println!("{name}: {minimum} deviations at least; {schedules:?}");
        // Which of several schedules with the minimum it is does not depend on where it began either.
        let [schedule] = schedules.keys().collect::<Vec<_>>()[..] else { panic!("{name}: {schedules:?}") };
        let schedule: Schedule = schedule.parse().unwrap();
        assert_eq!(schedule.deviations().len(), minimum, "{name}: {schedule}");
        let follow = schedule.clone();
        let explorer = Explorer::new().scheduler_with(move || Box::new(Follow(follow.clone()))).executions(1);
        let again = explorer.pending_at_exit(PendingAtExit::Ignore).run(tested(program)).failure.expect("it fails");
        assert_eq!(again.schedule, schedule, "{name}, shrunk again");
        many += usize::from(minimum >= 2);
    }
    many
}

#[test]
fn every_failing_seed_of_a_published_program_is_shrunk_to_the_one_minimum() {
    assert_eq!(check(&PUBLISHED), 6);
}

#[test]
fn every_failing_seed_of_another_program_is_shrunk_to_the_one_minimum() {
    assert!(check(&OWN) >= 6);
}

#[test]
fn where_there_are_too_many_schedules_to_try_the_minimum_is_reached_all_the_same() {
    let (schedules, minimum) = (shrunk(&ACTOR_CYCLE_LATER, 10), minimum(ACTOR_CYCLE_LATER.buggy));
    println!("{minimum} deviations at least; {schedules:?}");
    for schedule in schedules.keys() {
        let schedule: Schedule = schedule.parse().unwrap();
        assert_eq!(schedule.deviations().len(), minimum, "{schedule}");
    }
}
