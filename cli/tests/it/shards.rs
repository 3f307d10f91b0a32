//! Shards and `cargo reenact merge`: the parts add up to what one process reports.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::project::PROJECT;

fn explore(test: &str, shard: Option<&str>, file: &Path) {
    let mut args = vec!["explore", test, "--digests", "--report", file.to_str().unwrap()];
    args.extend(shard.iter().flat_map(|shard| ["--shard", shard]));
    let status = PROJECT.reenact(&args).status;
    assert!(status == Some(0) || status == Some(1), "{status:?}");
}

/// The reports of all parts of a test, and of one process over everything.
fn parts(test: &str, of: u32, folder: &TempDir) -> (Vec<PathBuf>, PathBuf) {
    let file = |name: String| folder.path().join(name);
    let parts: Vec<PathBuf> = (1..=of)
        .map(|part| {
            let report = file(format!("{part}.jsonl"));
            explore(test, Some(&format!("{part}/{of}")), &report);
            report
        })
        .collect();
    let whole = file("whole.jsonl".to_owned());
    explore(test, None, &whole);
    (parts, whole)
}

fn merge<'a>(reports: impl IntoIterator<Item = &'a PathBuf>, into: &Path) -> Value {
    let reports: Vec<&str> = reports.into_iter().map(|report| report.to_str().unwrap()).collect();
    let (_, json) = PROJECT.json(&[&["merge", "-o", into.to_str().unwrap()], &reports[..]].concat());
    assert_eq!(json["explorations"].as_array().unwrap().len(), 1);
    json["explorations"][0].clone()
}

/// What does not say who ran what.
fn sums(line: &Value) -> Value {
    let mut sums = serde_json::Map::new();
    for field in ["name", "seed", "scheduler", "executions", "distinct", "exhausted", "unseen", "stopped", "warnings"] {
        sums.insert(field.to_owned(), line[field].clone());
    }
    for field in ["kind", "message", "schedule", "execution", "digest", "place", "at_ns"] {
        sums.insert(format!("failure.{field}"), line["failure"][field].clone());
    }
    sums.into()
}

fn adds_up(test: &str, of: u32) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let (parts, whole) = parts(test, of, &folder);
    let out = |name: &str| folder.path().join(name);
    let line: Value = serde_json::from_str(&fs::read_to_string(&whole).unwrap()).unwrap();
    let merged = merge(&parts, &out("merged"));
    assert_eq!(sums(&merged), sums(&line), "{test} in {of} parts");
    // Whatever the order, however often, and merged reports like others.
    let text = fs::read_to_string(out("merged")).unwrap();
    let mut last = merge(parts.iter().rev(), &out("reversed"));
    assert_eq!((&last, fs::read_to_string(out("reversed")).unwrap()), (&merged, text.clone()));
    merge(&parts[..2], &out("begun"));
    last = merge([&out("begun")].into_iter().chain(&parts[1..]).chain(&parts[1..2]), &out("again"));
    assert_eq!((&last, fs::read_to_string(out("again")).unwrap()), (&merged, text));
    line
}

#[test]
fn parts_of_a_random_exploration_add_up() {
    assert_eq!(adds_up("is_random", 3)["executions"], 500);
}

#[test]
fn parts_add_up_to_the_first_failure() {
    for of in [2, 5] {
        let line = adds_up("fails_rarely", of);
        let executions = line["executions"].as_u64().unwrap();
        assert!(executions > 16 && executions < 1_000 && line["failure"]["execution"] == executions - 1, "{line}");
    }
}

#[test]
fn parts_of_every_schedule_add_up() {
    let line = adds_up("is_exhaustive", 3);
    assert!(line["exhausted"] == true && line["executions"].as_u64().unwrap() > 100, "{line}");
    let line = adds_up("fails_in_one_of_all", 2);
    assert!(line["exhausted"] == false && line["failure"]["execution"] == 3 * 36 + 6 + 4, "{line}");
}

#[test]
fn a_part_that_is_missing_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (parts, _) = parts("is_exhaustive", 3, &folder);
    let merged = merge([&parts[0], &parts[2]], &folder.path().join("merged"));
    assert_eq!((&merged["missing"], &merged["exhausted"]), (&vec!["2/3"].into(), &false.into()));
    let reports = [parts[0].to_str().unwrap(), parts[2].to_str().unwrap()];
    let ran = PROJECT.reenact(&["merge", reports[0], reports[1]]);
    assert!(ran.status == Some(0) && ran.out.contains("without 2/3"), "{ran:?}");
}

#[test]
fn parts_that_had_different_times_are_parts_of_one_exploration() {
    let folder = tempfile::tempdir().unwrap();
    let run = |part: &str, time: &str| {
        let report = folder.path().join(format!("{time}.jsonl"));
        let args = ["explore", "is_long", "--time", time, "--shard", part, "--report", report.to_str().unwrap()];
        let (status, json) = PROJECT.json(&args);
        assert_eq!(status, Some(0));
        (report, json["tests"][0]["executions"].as_u64().unwrap())
    };
    let ((first, some), (second, more)) = (run("1/2", "300ms"), run("2/2", "500ms"));
    let merged = merge([&first, &second], &folder.path().join("merged"));
    assert_eq!((&merged["executions"], &merged["exhausted"]), (&(some + more).into(), &false.into()));
    // The part ran again, for less long: what came further counts.
    let (again, fewer) = run("2/2", "100ms");
    assert!(fewer < more);
    assert_eq!(merge([&first, &again, &second], &folder.path().join("merged")), merged);
}

#[test]
fn a_process_that_was_killed_is_run_again() {
    let folder = tempfile::tempdir().unwrap();
    let (parts, whole) = parts("is_random", 2, &folder);
    let report = folder.path().join("killed.jsonl");
    let mut command = PROJECT.command(env!("CARGO_BIN_EXE_cargo-reenact"));
    command.args(["explore", "is_random", "is_long", "--shard", "2/2", "--report", report.to_str().unwrap(), "--time", "4s"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    // While the second test runs: the first one's line is there, whole.
    let start = std::time::Instant::now();
    while !report.exists() && start.elapsed() < Duration::from_secs(60) {
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let text = fs::read_to_string(&report).unwrap();
    assert!(text.ends_with('\n') && text.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
    explore("is_random", Some("2/2"), &report);
    let merged = merge([&parts[0], &report], &folder.path().join("merged"));
    let line: Value = serde_json::from_str(&fs::read_to_string(whole).unwrap()).unwrap();
    assert_eq!(sums(&merged), sums(&line));
}

#[test]
fn what_cannot_be_merged_is_refused_by_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.jsonl");
    let name = file.to_str().unwrap();
    let mut cargo = PROJECT.command(env!("CARGO"));
    cargo.args(["test", "-q", "--test", "many", "is_random"]).env("REENACT_REPORT", &file);
    assert!(cargo.output().unwrap().status.success());
    let ran = PROJECT.reenact(&["merge", name]);
    assert!(ran.status == Some(2) && ran.err.contains("line 1: it has no digests"), "{ran:?}");
    fs::write(&file, "nonsense\n").unwrap();
    let ran = PROJECT.reenact(&["merge", name]);
    assert!(ran.status == Some(2) && ran.err.contains("report.jsonl, line 1: this is no line of a report"), "{ran:?}");
    assert_eq!(PROJECT.reenact(&["merge", "/no/such/report"]).status, Some(2));
}
