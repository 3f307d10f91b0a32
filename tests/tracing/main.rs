//! Tracing by way of the facade: a test with the attribute, and what a replay of it prints.

use std::process::Command;

use reenact::prelude::*;
use tracing::{Instrument, Level, debug, info, info_span};

async fn serve() {
    yield_now().await;
    info!(bytes = 512, "served");
    debug!("not at this level");
}

/// Installs the layer as its first act, as a test does.
#[reenact::test(scheduler = "exhaustive")]
async fn requests_say_which_they_are() {
    reenact::tracing::init(Level::INFO);
    let tasks = [1, 2].map(|id| {
        let request = serve().instrument(info_span!("request", id));
        reenact::task::Builder::new().name(format!("request {id}")).spawn(request)
    });
    for task in tasks {
        task.await.unwrap();
    }
    sleep(Duration::from_millis(5)).await;
    info!(target: "pool", "empty");
}

#[test]
fn a_replay_prints_lines_with_virtual_time_task_and_spans() {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["requests_say_which_they_are", "--exact", "--test-threads=1"]).env("REENACT_REPLAY", "r1:0=1/2,1=1/2");
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{text}");
    // As they are said, and then in the trace.
    let (said, trace) = text.split_once("\ntrace:\n").unwrap();
    let lines: Vec<&str> = said.lines().filter(|line| line.contains("INFO")).map(str::trim).collect();
    let served = |n: u32| format!("0s  0.{} `request {n}`  INFO request{{id={n}}}: tracing: served bytes=512", n - 1);
    assert_eq!(lines, [&served(2), &served(1), "5ms  0 `main`  INFO pool: empty"], "{text}");
    assert!(trace.contains("0s  0.1    log INFO request{id=2}: tracing: served bytes=512"), "{trace}");
    assert!(!text.contains("not at this level"), "{text}");
}

#[test]
fn the_prelude_draws_what_was_said() {
    reenact::tracing::init(Level::INFO);
    let trace = Sim::new().run(|| serve().instrument(info_span!("request", id = 7))).trace;
    assert!(trace.lanes().contains("main: logs INFO request{id=7}: served bytes=512, ends"), "{}", trace.lanes());
    assert_eq!(trace.log().count(), 1);
}
