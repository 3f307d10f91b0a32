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
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("record::fixtures::{fixture}"), "--test-threads=1"]);
    command.env("FIXTURE", "1").env("REENACT_REGRESSIONS", "off").env("REENACT_REPORT", file);
    command.output().unwrap();
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
