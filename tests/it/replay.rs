//! Replay: the schedule's text is enough, and what does not fit is a divergence that says where.

use reenact::prelude::*;
use reenact::{Choice, ChoiceKind, task};

/// Three ready tasks at choice 0 and 1, then an explicit choice of 2 if `with_choice`.
async fn three(with_choice: bool) -> Vec<u32> {
    let order = Shared::new(Vec::new());
    let tasks = [0, 1, 2].map(|n| {
        let order = order.clone();
        spawn(async move { order.with_mut(|order| order.push(n)) })
    });
    wait(tasks).await;
    if with_choice {
        order.with_mut(|order| order.push(10 + choose(2)));
    }
    order.get()
}

fn replay(schedule: &str, with_choice: bool) -> Execution<Vec<u32>> {
    Sim::new().replay(&schedule.parse().unwrap()).run(|| three(with_choice))
}

#[test]
fn a_schedule_says_which_task_steps_early() {
    assert_eq!(replay("r1:", true).outcome.unwrap(), [0, 1, 2, 10]);
    assert_eq!(replay("r1:0=2", true).outcome.unwrap(), [2, 0, 1, 10]);
    assert_eq!(replay("r1:0=2/3@0.2,1=1/2@0.1,2=1/2", true).outcome.unwrap(), [2, 1, 0, 11]);
}

#[test]
fn an_execution_knows_its_schedule_and_all_its_choices() {
    let execution = replay("r1:0=2,2=1", true);
    assert_eq!(execution.schedule.to_string(), "r1:0=2/3@0.2,2=1/2");
    let choice = |kind, picked, alternatives| Choice { kind, picked, alternatives };
    assert_eq!(
        execution.choices,
        [choice(ChoiceKind::Task, 2, 3), choice(ChoiceKind::Task, 0, 2), choice(ChoiceKind::Data, 1, 2)]
    );
    assert_eq!(Schedule::from_choices(execution.choices).to_string(), "r1:0=2/3,2=1/2");
}

#[test]
fn what_does_not_fit_is_a_divergence_that_says_where() {
    for (schedule, message) in [
        ("r1:0=1/4", "choice 0 should have 4 alternatives and has 3 (a task choice)"),
        ("r1:0=3", "choice 0 should pick alternative 3 and has 3 alternatives (a task choice)"),
        ("r1:0=1@0.2", "choice 0 should step task 0.2, and its alternative 1 is task 0.1"),
        ("r1:2=1/2@0.1", "choice 2 should step task 0.1 and is a data choice, not one between tasks"),
        ("r1:3=1", "choice 3 of the schedule never came: the execution made 3 choices"),
        ("r1:0=1,7=1,8=1", "choice 7 of the schedule never came: the execution made 3 choices"),
    ] {
        let failure = replay(schedule, true).outcome.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Divergence, "{schedule}");
        assert_eq!(failure.message, message, "{schedule}");
    }
}

#[test]
fn a_divergence_inside_a_step_ends_the_step_at_once() {
    let reached = std::cell::Cell::new(false);
    let body = || async {
        let _ = choose(2);
        reached.set(true);
        // Would never end if the choice went on being 0.
        while choose(3) == 0 {}
    };
    let failure = Sim::new().replay(&"r1:0=1/3".parse().unwrap()).run(body).outcome.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Divergence);
    assert!(!reached.get());
}

#[test]
fn a_divergence_says_how_the_execution_ended_instead() {
    let failure = Sim::new().replay(&"r1:5=1".parse().unwrap()).run(|| async { panic!("boom") }).outcome.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Divergence);
    assert!(failure.message.ends_with("the execution made 0 choices; it ended with a panic: boom"), "{}", failure.message);
}

#[test]
fn a_failure_found_by_exploring_replays_with_the_same_trace() {
    let body = || async {
        let flag = Shared::new(false);
        let setter = spawn({
            let flag = flag.clone();
            async move { flag.set(true) }
        });
        let reader = task::Builder::new().name("reader").spawn({
            let flag = flag.clone();
            async move { assert!(flag.get(), "read before it was set") }
        });
        gather([setter, reader]).await;
    };
    let failure = Explorer::new().run(body).failure.unwrap();
    assert_eq!(failure.kind, FailureKind::Panic);
    assert_eq!(failure.message, "read before it was set");
    assert_eq!(failure.task_name.as_deref(), Some("reader"));
    let again = Sim::new().replay(&failure.schedule).run(body).outcome.unwrap_err();
    assert_eq!(again.trace, failure.trace);
    assert_eq!((again.kind, again.message, again.at), (failure.kind, failure.message, failure.at));
}
