//! asyncio's own behaviour, case by case. `cases.jsonl` lists what CPython 3.13 does in small programs, one case a line: its
//! id, the construct, the program's steps, and the outcome as JSON. A case is a test here: the same program, written with the
//! constructs of this library, yields the same JSON under every schedule.
//!
//! A case whose schedule is `fifo` has `others`, the further outcomes that another order of the ready tasks may give: fifo
//! yields `expected`, exploration finds each of the others, and no more. Where this library differs, by decision or because a type
//! makes the program impossible, the file's `DIFFERENCES` say so, and the outcome that holds here is tested instead.
//!
//! To add a construct: a file with tests named like the ids, its `DIFFERENCES`, and a line in [`FILES`].

mod as_completed;
mod gather;
mod run;
mod shield;
mod sleep;
mod task;
mod task_group;
mod timeout;
mod values;
mod wait;
mod wait_for;

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use futures::future::LocalBoxFuture;
use reenact::{Explorer, SchedulerKind, TaskPanics, Warning};
use serde_json::{Value, json};

/// A file of tests, and the constructs of which it covers every case.
struct File {
    constructs: &'static [&'static str],
    source: &'static str,
    differences: &'static [Difference],
}

const FILES: &[File] = &[
    File { constructs: &["as_completed"], source: include_str!("as_completed.rs"), differences: as_completed::DIFFERENCES },
    File { constructs: &["gather"], source: include_str!("gather.rs"), differences: gather::DIFFERENCES },
    File { constructs: &["run_until_complete", "close", "run"], source: include_str!("run.rs"), differences: run::DIFFERENCES },
    File { constructs: &["shield"], source: include_str!("shield.rs"), differences: shield::DIFFERENCES },
    File { constructs: &["sleep"], source: include_str!("sleep.rs"), differences: sleep::DIFFERENCES },
    File { constructs: &["Task.cancel", "Task", "create_task"], source: include_str!("task.rs"), differences: task::DIFFERENCES },
    File { constructs: &["TaskGroup"], source: include_str!("task_group.rs"), differences: task_group::DIFFERENCES },
    File { constructs: &["timeout"], source: include_str!("timeout.rs"), differences: timeout::DIFFERENCES },
    File { constructs: &["wait"], source: include_str!("wait.rs"), differences: wait::DIFFERENCES },
    File { constructs: &["wait_for"], source: include_str!("wait_for.rs"), differences: wait_for::DIFFERENCES },
];

/// A case in which this library differs.
pub(super) struct Difference {
    id: &'static str,
    /// The outcomes here, as JSON: that of fifo order first, then what else exploration finds. Empty if the program cannot be
    /// written; otherwise a test holds them.
    ours: &'static [&'static str],
    reason: &'static str,
}

/// How many executions an exhaustive exploration may need, and how many random ones stand in for it if it needs more.
const EXHAUSTIVE: u64 = 20_000;
const RANDOM: u64 = 10_000;

/// The outcome of a case is what the body returns.
#[track_caller]
pub(super) fn check<F: Future<Output = Value>>(id: &str, body: impl Fn() -> F) {
    explore(id, TaskPanics::Fail, &|| Box::pin(body()), &|value, _| value.clone());
}

/// The outcome of a case is what the body returns together with what is reported at the end. Panics are delivered: they
/// stand for errors where an error value would not be one to the construct.
#[track_caller]
pub(super) fn check_reports<F>(id: &str, body: impl Fn() -> F, outcome: impl Fn(&Value, &[Warning]) -> Value)
where
    F: Future<Output = Value>,
{
    explore(id, TaskPanics::Deliver, &|| Box::pin(body()), &outcome);
}

/// The same for a case that is more than one execution: compares its outcome.
#[track_caller]
pub(super) fn compare(id: &str, outcome: &Value) {
    assert_eq!([outcome.to_string()], *expected(id), "{id}");
}

type Body<'a> = dyn Fn() -> LocalBoxFuture<'a, Value> + 'a;

/// Not generic, so that an exploration is compiled once for all cases.
#[track_caller]
fn explore<'a>(id: &str, panics: TaskPanics, body: &Body<'a>, outcome: &dyn Fn(&Value, &[Warning]) -> Value) {
    let expected = expected(id);
    let run = |kind: SchedulerKind, executions: u64| {
        let mut seen = BTreeSet::new();
        let explorer = Explorer::new().name(id).scheduler(kind).executions(executions).task_panics(panics);
        let report = explorer.visit(body, |execution| {
            match &execution.outcome {
                Ok(value) => drop(seen.insert(outcome(value, &execution.warnings).to_string())),
                Err(failure) => panic!("{id}: {failure}\n{}", execution.trace),
            }
            ControlFlow::Continue(())
        });
        (seen, report)
    };
    let (fifo, _) = run(SchedulerKind::Fifo, 1);
    assert_eq!(Vec::from_iter(fifo), expected[..1], "{id}: in fifo order");
    let (mut seen, mut report) = run(SchedulerKind::Exhaustive { preemptions: None }, EXHAUSTIVE);
    if !report.exhausted {
        (seen, report) = run(SchedulerKind::Random, RANDOM);
    }
    println!("{id}: {} executions{}", report.executions, if report.exhausted { ", every schedule" } else { "" });
    assert_eq!(seen, BTreeSet::from_iter(expected), "{id}: under every schedule");
}

/// What a case may yield here, fifo order first.
fn expected(id: &str) -> Vec<String> {
    let differences = FILES.iter().flat_map(|file| file.differences);
    let normal = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_else(|error| panic!("{text}: {error}")).to_string();
    if let Some(difference) = differences.into_iter().find(|difference| difference.id == id) {
        return difference.ours.iter().map(|ours| normal(ours)).collect();
    }
    let case = cases().into_iter().find(|case| case["id"] == id).unwrap_or_else(|| panic!("there is no case {id}"));
    let others = case["others"].as_array().into_iter().flatten();
    [&case["expected"]].into_iter().chain(others).map(Value::to_string).collect()
}

fn cases() -> Vec<Value> {
    include_str!("cases.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What the test of a case is called.
fn test_name(id: &str) -> String {
    id.to_lowercase().replace(|letter: char| !letter.is_ascii_alphanumeric(), "_")
}

/// Whether a file has the test of a case: by its name, and by the id that it checks.
fn has_test(source: &str, id: &str) -> bool {
    let head = format!("\n#[test]\nfn {}() {{\n", test_name(id));
    let body = source.split_once(&head).and_then(|(_, rest)| rest.split("\n}\n").next());
    body.is_some_and(|body| body.contains(&format!("\"{id}\"")))
}

#[test]
#[should_panic = "wait-iterator-input: in fifo order"]
fn another_outcome_in_fifo_order_fails() {
    check("wait-iterator-input", || async { json!({"done": 2, "t": 0.1}) });
}

#[test]
#[should_panic = "wait-iterator-input: under every schedule"]
fn a_further_outcome_fails() {
    check("wait-iterator-input", || async { json!({"done": 2 - reenact::choose(2), "t": 0.15}) });
}

#[test]
#[should_panic = "sleep-zero-lets-others-run: under every schedule"]
fn a_missing_outcome_fails() {
    check("sleep-zero-lets-others-run", || async { json!({"before": 0, "after": 1, "end": 11}) });
}

#[test]
fn every_case_is_a_test_or_a_difference() {
    let cases = cases();
    let (mut ran, mut listed, mut tested) = (0, 0, 0);
    for File { constructs, source, differences } in FILES {
        let of_file =
            |id: &str| cases.iter().any(|case| case["id"] == id && constructs.contains(&case["construct"].as_str().unwrap()));
        for Difference { id, reason, .. } in *differences {
            assert!(of_file(id), "{id} is no case of {constructs:?}");
            assert!(!reason.is_empty() && differences.iter().filter(|other| other.id == *id).count() == 1, "{id}");
        }
        let mut tests = 0;
        for case in &cases {
            let id = case["id"].as_str().unwrap();
            if !of_file(id) {
                continue;
            }
            let is_test = has_test(source, id);
            tests += usize::from(is_test);
            match differences.iter().find(|difference| difference.id == id) {
                None => {
                    assert!(is_test, "{id} of {constructs:?} is neither a test nor a difference");
                    ran += 1;
                }
                Some(difference) => {
                    assert_eq!(is_test, !difference.ours.is_empty(), "{id}: what holds here is tested, if anything does");
                    println!("{id}: {}", difference.reason);
                    listed += 1;
                    tested += usize::from(is_test);
                }
            }
        }
        assert_eq!(tests, source.matches("#[test]").count(), "{constructs:?}: a test is that of a case");
    }
    assert_eq!(ran + listed, cases.len(), "every case is that of a file");
    println!("{ran} cases hold as in asyncio, {listed} differ; of those {tested} have an outcome here, which is tested");
}
