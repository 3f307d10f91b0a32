//! `REENACT_REPORT`: one line of JSON for each exploration, also of several processes.

use std::process::Command;

use reenact::prelude::*;
use serde_json::Value;

mod fixtures {
    use super::*;

    #[reenact::test(executions = 40, seed = 9)]
    async fn passes() {
        gather([yield_now(), yield_now()]).await;
    }

    #[reenact::test(executions = 40, scheduler = "random")]
    async fn fails_where_it_is_asked_to() {
        let number = choose(3);
        assert!(number != 2 || std::env::var_os("FIXTURE").is_none(), "two\nlines");
    }
}

fn lines(file: &std::path::Path, fixture: &str) -> Vec<Value> {
    lines_with(file, fixture, &[])
}

fn lines_with(file: &std::path::Path, fixture: &str, variables: &[(&str, &str)]) -> Vec<Value> {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("record::fixtures::{fixture}"), "--test-threads=1"]);
    command.env("FIXTURE", "1").env("REENACT_REGRESSIONS", "off").env("REENACT_REPORT", file);
    command.envs(variables.iter().copied()).output().unwrap();
    let text = std::fs::read_to_string(file).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn each_exploration_adds_a_line() {
    let file = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("record-{}.jsonl", std::process::id()));
    let _ = std::fs::remove_file(&file);
    let passed = lines(&file, "passes");
    assert_eq!(passed.len(), 1);
    let line = &passed[0];
    assert_eq!((&line["version"], &line["name"]), (&Value::from(1), &Value::from("explore::record::fixtures::passes")));
    assert_eq!((&line["executions"], &line["seed"]), (&Value::from(40), &Value::from("0x9")));
    assert_eq!((&line["scheduler"], &line["failure"]), (&Value::from("portfolio"), &Value::Null));
    assert!(line["distinct"].as_u64().unwrap() > 1 && line["unseen"].as_f64().unwrap() < 1.0);
    let both = lines(&file, "fails_where_it_is_asked_to");
    assert_eq!((both.len(), &both[0]), (2, line));
    let failure = &both[1]["failure"];
    assert_eq!((&failure["kind"], &failure["message"]), (&Value::from("panic"), &Value::from("two\nlines")));
    assert_eq!(failure["schedule"], Value::from("r1:0=2/3"));
    assert!(failure["place"].as_str().unwrap().starts_with("tests/explore/record.rs:"));
    std::fs::remove_file(&file).unwrap();
}

#[test]
fn what_it_takes_to_add_up_parts_is_written_if_it_is_asked_for() {
    let file = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("parts-{}.jsonl", std::process::id()));
    let _ = std::fs::remove_file(&file);
    let line = &lines_with(&file, "passes", &[("REENACT_REPORT_DIGESTS", "on"), ("REENACT_SHARD", "2/2")])[0];
    let part = &line["parts"][0];
    assert_eq!((&part["part"], &part["of"], &part["executions"]), (&Value::from(2), &Value::from(2), &line["executions"]));
    assert_eq!((&part["failure_at"], &part["trees"]), (&Value::Null, &Value::Array(Vec::new())));
    // 8 bytes and two numbers or more for each distinct digest, in Base64.
    assert!(line["digests"].as_str().unwrap().len() as u64 * 3 / 4 >= line["distinct"].as_u64().unwrap() * 10);
    let failing = &lines_with(&file, "fails_where_it_is_asked_to", &[("REENACT_REPORT_DIGESTS", "on")])[1];
    assert_eq!(
        (failing["parts"][0]["failure_at"].clone(), &failing["limit"]),
        (failing["failure"]["execution"].clone(), &Value::from(40))
    );
    std::fs::remove_file(&file).unwrap();
}

#[test]
fn progress_is_a_line_now_and_then_and_one_at_the_end() {
    let file = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("progress-{}.jsonl", std::process::id()));
    let report = file.with_extension("report");
    let _ = std::fs::remove_file(&file);
    let variables =
        [("REENACT_PROGRESS", file.to_str().unwrap()), ("REENACT_EXECUTIONS", "10000000"), ("REENACT_TIME_LIMIT", "0.6")];
    for jobs in ["1", "2"] {
        let line = &lines_with(&report, "passes", &[&variables[..], &[("REENACT_JOBS", jobs)]].concat())[0];
        let text = std::fs::read_to_string(&file).unwrap();
        let told: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let last = told.last().unwrap();
        assert!(told.len() >= 2 && told.len() <= 8, "{text}");
        assert_eq!(
            (&last["done"], &last["executions"], &last["distinct"]),
            (&Value::from(true), &line["executions"], &line["distinct"])
        );
        assert!(told.iter().rev().skip(1).all(|line| line["done"] == false && line["time_limit_ms"] == 600));
        std::fs::remove_file(&file).unwrap();
        std::fs::remove_file(&report).unwrap();
    }
}
