//! [`hold_to`]: an implementation against the guarantees of a construct.

use std::rc::Rc;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngSeed, TestRunner};
use reenact_sim::{Sim, TaskPanics};

use super::{Combinators, Construct, Guarantee, Seen, observe};
use crate::scenario::{Scenario, scenarios};
use crate::schedule::{DrawnSchedules, hold_with, schedules};

/// Whether an implementation kept a guarantee.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Row {
    /// The guarantee.
    pub guarantee: Guarantee,
    /// In how many executions it was looked at; 0 if the implementation does not have the construct, or not as the guarantee needs it.
    pub executions: u32,
    /// Where it was broken first, if it was.
    pub breach: Option<Breach>,
}

/// Where a guarantee was broken.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Breach {
    /// Which execution it was, counted from 1.
    pub execution: u32,
    /// The scenario, as it was drawn.
    pub scenario: Scenario,
    /// What was seen instead, with the schedule.
    pub told: String,
}

/// Runs a construct of an implementation on so many scenarios, under one drawn schedule each, and tells of each of its guarantees whether it
/// held. What is drawn is always the same.
///
/// An execution that fails altogether, with a deadlock say, breaks every guarantee.
///
/// # Panics
///
/// Inside an execution.
pub fn hold_to(implementation: &Rc<dyn Combinators>, construct: Construct, executions: u32) -> Vec<Row> {
    let mut rows: Vec<Row> =
        construct.guarantees().iter().map(|guarantee| Row { guarantee: *guarantee, executions: 0, breach: None }).collect();
    let config = Config { failure_persistence: None, rng_seed: RngSeed::Fixed(1), ..Config::default() };
    let mut runner = TestRunner::new(config);
    let inputs = (scenarios(), schedules());
    for execution in 1..=executions {
        let Ok(tree) = inputs.new_tree(&mut runner) else { unreachable!("these strategies reject nothing") };
        let (scenario, schedule) = tree.current();
        let seen = match run(implementation, construct, &scenario, &schedule) {
            Ok(None) => continue,
            Ok(Some(seen)) => Ok(seen),
            Err(told) => Err(told),
        };
        for row in &mut rows {
            if seen.as_ref().is_ok_and(|seen| !row.guarantee.applies(seen)) {
                continue;
            }
            row.executions += 1;
            let held = seen.as_ref().map_err(Clone::clone).and_then(|seen| row.guarantee.check(seen));
            if let (Err(told), None) = (held, &row.breach) {
                row.breach = Some(Breach { execution, scenario: scenario.clone(), told });
            }
        }
        if rows.iter().all(|row| row.breach.is_some()) {
            break;
        }
    }
    rows
}

/// What was seen in one execution, `None` if the implementation does not have the construct.
fn run(
    implementation: &Rc<dyn Combinators>,
    construct: Construct,
    scenario: &Scenario,
    schedule: &DrawnSchedules,
) -> Result<Option<Seen>, String> {
    let seen = std::cell::RefCell::new(None);
    let simulation = || Sim::new().task_panics(TaskPanics::Deliver).max_steps(100_000);
    let ran = hold_with(schedule, simulation, || async {
        let observed = observe(implementation, construct, scenario).await;
        seen.replace(observed);
    });
    match ran {
        Ok(()) => Ok(seen.into_inner()),
        Err(failed) => Err(failed.to_string()),
    }
}
