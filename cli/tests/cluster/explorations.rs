//! Explorations by the scripts of docs/cluster.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::project::{Project, Ran};
use crate::slurm::{Slurm, until};

/// A state that only as many right steps in a row lead through; a step of another task leads back to its beginning.
const ORDERS: &str = "\
use std::{cell::Cell, rc::Rc};
use reenact::prelude::*;

const ORDER: [usize; 16] = [2, 0, 3, 1, 1, 3, 0, 2, 2, 1, 0, 3, 3, 0, 1, 2];

async fn machine(steps: usize, right_steps: usize) {
    let state = Rc::new(Cell::new(0));
    gather([0, 1, 2, 3].map(|me| {
        let state = state.clone();
        async move {
            for _ in 0..steps {
                let right = usize::from(ORDER[state.get()] == me);
                state.set((state.get() + 1) * right);
                reenact::cover!(\"state\", state.get());
                assert!(state.get() < right_steps, \"planted\");
                yield_now().await;
            }
        }
    }))
    .await;
}

#[reenact::test]
async fn nine_right_steps() {
    machine(8, 9).await;
}

#[reenact::test]
async fn sixteen_right_steps() {
    machine(20, 16).await;
}
";

/// A project in a folder that all nodes see.
fn project() -> Project {
    Project::new("orders", "", &[("src/lib.rs", ""), ("tests/orders.rs", ORDERS)])
}

/// Submits an exploration as docs/CLUSTER.md says. Returns the number of the job that merges.
fn submit(slurm: &Slurm, project: &Project, variables: &[(&str, &str)], args: &[&str]) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("docs/cluster/submit");
    let mut command = project.command(script.to_str().unwrap());
    // The scripts are to say it themselves.
    command.env_remove("REENACT_REGRESSIONS").args(args).envs(variables.iter().copied());
    let programs = Path::new(env!("CARGO_BIN_EXE_cargo-reenact")).parent().unwrap();
    let said = slurm.reaches(&mut command, Some(programs)).output().unwrap();
    assert!(said.status.success(), "{said:?}");
    let text = String::from_utf8(said.stdout).unwrap();
    let merge = text.lines().find_map(|line| line.strip_prefix("merge: "));
    merge.unwrap_or_else(|| panic!("no job merges: {text}")).to_owned()
}

/// Where a part was begun, each time: as its log says.
fn begun(folder: &Path, part: u32) -> Vec<String> {
    let log = fs::read_to_string(folder.join(format!("round-1/{part}.log"))).unwrap_or_default();
    let lines = log.lines().filter(|line| line.starts_with(&format!("part {part}/")) && line.contains(" on "));
    lines.map(str::to_owned).collect()
}

fn report(folder: &Path, round: u32, part: u32) -> PathBuf {
    folder.join(format!("round-{round}/{part}.jsonl"))
}

/// The only line of a report, without what says who explored which part: also the failure's text says in which part to look for it.
fn exploration_of(file: &Path) -> Value {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let mut line: Value = serde_json::from_str(&text).unwrap();
    for field in ["shard", "parts", "digests"] {
        line.as_object_mut().unwrap().remove(field);
    }
    if let Some(failure) = line["failure"].as_object_mut() {
        failure.remove("text");
    }
    line
}

const PARTS: u32 = 20;

#[test]
fn twenty_parts_on_two_nodes_of_which_one_is_lost_are_what_one_process_reports() {
    let Some(mut slurm) = Slurm::start() else { return };
    let project = project();
    let exploration = ["orders::nine_right_steps", "--scheduler", "random", "--executions", "40000"];
    let folder = project.path("shared");
    let merge = submit(&slurm, &project, &[], &[&["20", folder.to_str().unwrap()], &exploration[..]].concat());

    // Both nodes have explored something, and the first one is in the middle of two parts: one of them may end before it is lost.
    let runs_on = |part: u32, node: &str| begun(&folder, part).iter().any(|line| line.contains(&format!(" on {node},")));
    let done = |node: &str| (1..=PARTS).any(|part| runs_on(part, node) && report(&folder, 1, part).exists());
    let running = || (1..=PARTS).filter(|part| runs_on(*part, "n1") && !report(&folder, 1, *part).exists()).collect::<Vec<_>>();
    until("parts on n1 while both nodes have done one", Some(&slurm), || {
        (running().len() == 2 && done("n1") && done("n2")).then_some(())
    });
    slurm.kill("n1");
    let lost = running();
    assert!(!lost.is_empty(), "both parts were done before their node was lost");
    // What the controller says itself when it has not heard of a node for SlurmdTimeout.
    slurm.control(&["update", "NodeName=n1", "State=DOWN", "Reason=lost"]).expect("the node is known");
    // What is begun again Slurm lets wait for two minutes.
    until("end of all jobs", Some(&slurm), || {
        let queue = slurm.queue();
        for job in queue.iter().filter(|job| job.waits_for == "BeginTime") {
            slurm.control(&["update", &format!("JobId={}", job.id), "StartTime=now"]);
        }
        queue.is_empty().then_some(())
    });

    for part in 1..=PARTS {
        let begun = begun(&folder, part);
        assert!(report(&folder, 1, part).exists(), "part {part} has no report; it was begun {begun:?}\n{}", slurm.log());
    }
    for part in lost {
        assert_eq!(begun(&folder, part), [format!("part {part}/20 on n1, start 1"), format!("part {part}/20 on n2, start 2")]);
    }
    let job = slurm.control(&["show", "job", &merge]).unwrap();
    assert!(job.contains("ExitCode=1:0"), "a failure was found: {job}");

    let alone = project.path("alone.jsonl");
    let Ran { status, .. } =
        project.reenact(&[&["explore", "--digests", "--report", alone.to_str().unwrap()], &exploration[..]].concat());
    assert_eq!(status, Some(1));
    let (merged, alone) = (exploration_of(&folder.join("merged.jsonl")), exploration_of(&alone));
    assert_eq!(alone["failure"]["message"], "planted");
    // More than any of the parts has explored.
    assert!(alone["executions"].as_u64().unwrap() > 40_000 / u64::from(PARTS), "{alone}");
    assert_eq!(merged, alone);
}

#[test]
fn rounds_go_on_from_what_the_rounds_before_have_found() {
    let Some(slurm) = Slurm::start() else { return };
    let project = project();
    let (folder, rounds, parts) = (project.path("shared"), 20, 4);
    let (rounds_text, parts_text) = (rounds.to_string(), parts.to_string());
    let exploration = ["orders::sixteen_right_steps", "--scheduler", "guided", "--executions", "1200"];
    let args = [&[&parts_text, folder.to_str().unwrap()], &exploration[..]].concat();
    submit(&slurm, &project, &[("ROUNDS", &rounds_text)], &args);
    until("end of all jobs", Some(&slurm), || slurm.queue().is_empty().then_some(()));

    let failure = |report: &Path| exploration_of(report)["failure"].clone();
    let found =
        |round: u32| (1..=parts).filter(|part| failure(&report(&folder, round, *part)) != Value::Null).collect::<Vec<u32>>();
    let ran: Vec<u32> = (1..=rounds).filter(|round| report(&folder, *round, 1).exists()).collect();
    let last = *ran.last().unwrap();
    let who = found(last);
    assert!(!who.is_empty() && last > 1, "the last round, {last} of {rounds}, has found something that the first one has not");
    assert_eq!(ran, (1..=last).collect::<Vec<u32>>(), "those after it are cancelled");
    assert!(ran[..ran.len() - 1].iter().all(|round| found(*round).is_empty()));

    // Alone the parts that found it find nothing with their seed: they went on from what others had found.
    for part in who {
        let shard = format!("{part}/{parts}");
        let ran = project.reenact(&[&["explore", "--shard", &shard, "--seed", &last.to_string()], &exploration[..]].concat());
        assert_eq!(ran.status, Some(0), "{ran:?}");
    }
    let merged = fs::read_to_string(folder.join("merged.jsonl")).unwrap();
    let merged: Vec<Value> = merged.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(merged.len(), ran.len(), "a line for each round");
    let planted = merged.iter().filter(|line| line["failure"]["message"] == "planted");
    assert_eq!(planted.map(|line| line["seed"].clone()).collect::<Vec<_>>(), [format!("{last:#x}")]);
}
