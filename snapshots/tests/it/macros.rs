//! The forms of the macro, and that it fails where it should.

use reenact_sim::{Sim, Trace};
use reenact_snapshots::{Level, TraceSnapshot, assert_trace_snapshot, insta};

use crate::support::{trace, worker};

fn one() -> Trace {
    trace("r1:", || async { worker("worker", 1).await.unwrap() })
}

#[test]
fn a_snapshot_is_named_after_its_test() {
    assert_trace_snapshot!(one());
}

#[test]
fn a_snapshot_has_the_name_that_is_given() {
    assert_trace_snapshot!("by_name", one());
    assert_trace_snapshot!("by_another_name", &one().trace_text().level(Level::Output),);
}

#[test]
fn an_execution_can_be_given_by_reference() {
    let execution = Sim::new().run(|| async { 7 });
    assert_trace_snapshot!(&execution, @"
    0s       main         starts
    0s       main         ends
    ");
    assert_eq!(execution.outcome.unwrap(), 7);
}

#[test]
fn redactions_make_rows() {
    assert_trace_snapshot!(one().trace_text().level(Level::Output), { "[].at" => "[time]" }, @r#"
    - at: "[time]"
      task: worker
      what: "prints \"worker is done\""
    "#);
    assert_trace_snapshot!("redacted", one(), { "[].at" => "[time]", "[].what" => insta::dynamic_redaction(
        |value, _| value.as_str().unwrap().split(" at ").next().unwrap().to_owned()
    ) });
}

/// Set in the process that the test below starts.
const INNER: &str = "SNAPSHOTS_TEST_INNER";

#[test]
fn in_ci_a_snapshot_that_is_missing_fails_and_writes_nothing() {
    if std::env::var_os(INNER).is_some() {
        assert_trace_snapshot!("nobody_has_reviewed_this", one());
        return;
    }
    let test = "macros::in_ci_a_snapshot_that_is_missing_fails_and_writes_nothing";
    let mut inner = std::process::Command::new(std::env::current_exe().unwrap());
    inner.args([test, "--exact", "--nocapture"]).env("CI", "true").env(INNER, "1");
    let output = inner.env_remove("INSTA_UPDATE").env_remove("INSTA_FORCE_PASS").output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains("snapshot assertion for 'nobody_has_reviewed_this' failed"), "{said}");
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/snapshots");
    let written = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(written.filter(|name| name.contains("nobody_has_reviewed_this")).count(), 0);
}
