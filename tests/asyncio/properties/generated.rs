//! The same over generated scenarios and schedules, which shrink together.

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use reenact::prelude::*;
use reenact::{Sim, TaskPanics};
use reenact_properties::scenario::{Child, End, Event, Journal, OnCancel, Phase, Scenario, Ticks, play, scenarios};
use reenact_properties::{hold_with, schedules};

fn fixed() -> ProptestConfig {
    ProptestConfig { cases: 200, failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..ProptestConfig::default() }
}

/// The children as futures, and what they will tell of themselves.
fn start(scenario: &Scenario) -> (Vec<impl Future<Output = Result<u32, reenact_properties::scenario::Failed>> + use<>>, Journal) {
    let journal = Journal::new();
    let children = scenario.children.iter().zip(scenario.numbers());
    (children.map(|(child, number)| play(child, number, &journal)).collect(), journal)
}

/// Of these children, in the order in which they came to their end.
fn ended(journal: &Journal, numbers: &[u32]) -> Vec<u32> {
    let ended = journal.entries().into_iter().filter_map(|entry| match entry.event {
        Event::Ended(number, _) if numbers.contains(&number) => Some(number),
        _ => None,
    });
    ended.collect()
}

fn number(outcome: Result<u32, reenact_properties::scenario::Failed>) -> u32 {
    outcome.unwrap_or_else(|failed| failed.0)
}

/// Without panics, which are a matter of their own.
fn calm() -> impl Strategy<Value = Scenario> {
    fn calm(child: &Child) -> bool {
        match child {
            Child::Phase(phase) => phase.ends != End::Panics,
            Child::Group(children) => children.iter().all(calm),
        }
    }
    scenarios().prop_map(|mut scenario| {
        scenario.children.retain(calm);
        let children = scenario.children.len();
        scenario.cancels.retain(|cancel| cancel.child < children);
        scenario
    })
}

reenact_properties::proptest! {
    #![proptest_config(fixed())]
    #![executions(4)]

    #[test]
    async fn gather_preserves_argument_order(scenario in calm()) {
        let (children, journal) = start(&scenario);
        let numbers: Vec<u32> = gather(children).await.into_iter().map(number).collect();
        prop_assert_eq!(&numbers, &scenario.numbers());
        prop_assert_eq!(ended(&journal, &numbers).len(), numbers.len());
    }

    #[test]
    async fn as_completed_yields_in_completion_order(scenario in calm()) {
        let (children, journal) = start(&scenario);
        let mut stream = as_completed(children);
        let mut yielded = Vec::new();
        while let Some(outcome) = stream.next().await {
            yielded.push(number(outcome));
            // And no later than that.
            prop_assert!(ended(&journal, &scenario.numbers()).starts_with(&yielded));
        }
        prop_assert_eq!(&yielded, &ended(&journal, &scenario.numbers()));
    }
}

proptest! {
    #![proptest_config(fixed())]

    // With failures, panics and cancels, in an ordinary block.
    #[test]
    fn a_timeout_leaves_exactly_the_right_pending_set(scenario in scenarios(), limit in 0..5_u32, schedule in schedules().executions(4)) {
        let deliver = || Sim::new().task_panics(TaskPanics::Deliver);
        hold_with(&schedule, deliver, || pending_after(scenario.clone(), Ticks(limit)))?;
    }
}

async fn pending_after(scenario: Scenario, limit: Ticks) -> Result<(), TestCaseError> {
    let (children, journal) = start(&scenario);
    let tasks: Vec<_> = children.into_iter().map(spawn).collect();
    for cancel in &scenario.cancels {
        let (at, task) = (cancel.at, tasks[cancel.child].task_ref());
        spawn(async move {
            sleep(at.duration()).await;
            task.cancel();
        });
    }
    let ids: Vec<_> = tasks.iter().map(Task::id).collect();
    let waited = wait(tasks).timeout(limit.duration()).await;
    let over = |number: u32| {
        let is = |event: &Event| matches!(event, Event::Ended(n, _) | Event::Dropped(n) if *n == number);
        journal.entries().iter().any(|entry| is(&entry.event))
    };
    let pending: Vec<_> = waited.pending.by_spawn().iter().map(Task::id).collect();
    for ((id, number), child) in ids.into_iter().zip(scenario.numbers()).zip(&scenario.children) {
        prop_assert_eq!(pending.contains(&id), !over(number), "child {}", number);
        let (takes, _) = child.natural_end();
        let cancels = scenario.cancels.iter().any(|cancel| scenario.numbers()[cancel.child] == number);
        // Only at a tie is it the schedule's.
        if !cancels && takes != limit && takes > Ticks(0) {
            prop_assert_eq!(pending.contains(&id), takes > limit, "child {}", number);
        }
    }
    Ok(())
}

#[test]
fn a_failing_scenario_shrinks_to_a_program_that_a_person_can_read() {
    use proptest::test_runner::{TestError, TestRunner};

    // Wrong on purpose: at a tie the child may come first.
    let inputs = (calm(), schedules().executions(4));
    let result = TestRunner::new(fixed()).run(&inputs, |(scenario, schedule)| {
        hold_with(&schedule, Sim::new, || async {
            let limit = Ticks(2);
            let tasks: Vec<_> = start(&scenario).0.into_iter().map(spawn).collect();
            let waited = wait(tasks).timeout(limit.duration()).await;
            let late = scenario.children.iter().filter(|child| child.natural_end().0 >= limit).count();
            prop_assert_eq!(waited.pending.len(), late);
            Ok(())
        })
    });
    let Err(TestError::Fail(_, (scenario, schedule))) = result else { panic!("{result:?}") };
    let tie = Phase { takes: Ticks(2), ends: End::Returns, cancelled: OnCancel::Ends };
    assert_eq!(scenario.children, [Child::Phase(tie)], "{scenario}");
    assert_eq!(scenario.to_string(), "spawn 0: sleep 200ms, return");
    assert!(format!("{schedule:?}").starts_with("r1:"));
}
