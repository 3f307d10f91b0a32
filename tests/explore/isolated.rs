//! A process for each execution: code with state that outlives an execution is tested as if each execution were the first.
//!
//! The fixtures are tests of their own, which this program runs in processes; each fails only when it is asked to.

use std::io::Write;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

use reenact::prelude::*;

fn wanted() -> bool {
    std::env::var_os("FIXTURE").is_some()
}

mod fixtures {
    use super::*;

    static RUNS: AtomicU32 = AtomicU32::new(0);

    /// Passes only if nothing was run before it in its process.
    #[reenact::test(isolate, executions = 12)]
    async fn every_execution_is_the_first() {
        assert_eq!(RUNS.fetch_add(1, Ordering::Relaxed), 0, "another execution was here before");
        yield_now().await;
    }

    #[reenact::test(executions = 12)]
    async fn shares_its_process() {
        if wanted() {
            assert_eq!(RUNS.fetch_add(1, Ordering::Relaxed), 0, "another execution was here before");
        }
    }

    /// A counter that outlives its execution, and an update that is lost.
    #[reenact::test(isolate = true, executions = 60)]
    async fn lost_update() {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let add = |head_start: u32| async move {
            for _ in 0..head_start {
                yield_now().await;
            }
            let seen = COUNT.load(Ordering::Relaxed);
            yield_now().await;
            COUNT.store(seen + 1, Ordering::Relaxed);
        };
        if wanted() {
            gather([add(0), add(2)]).await;
            assert_eq!(COUNT.load(Ordering::Relaxed), 2, "an update was lost");
        }
    }

    #[reenact::test(isolate, executions = 20)]
    async fn ends_its_process() {
        if wanted() && choose(4) == 3 {
            let _ = writeln!(std::io::stderr(), "last words");
            std::process::exit(7);
        }
    }

    /// Takes its second poll for the one that it waits for.
    #[reenact::test(isolate, executions = 40)]
    async fn trusts_its_polls() {
        if wanted() {
            let mut timer = std::pin::pin!(sleep(Duration::from_secs(1)));
            let mut polled = false;
            std::future::poll_fn(|cx| {
                if std::mem::replace(&mut polled, true) {
                    assert_eq!(now().as_nanos(), 1_000_000_000, "polled before it was woken");
                    return std::task::Poll::Ready(());
                }
                timer.as_mut().poll(cx)
            })
            .await;
        }
    }

    #[reenact::test(isolate, executions = 2)]
    async fn leaves_a_task() {
        if wanted() {
            drop(Builder::new().name("left").spawn(sleep(Duration::from_secs(5))));
        }
    }
}

use reenact::task::Builder;

fn run(fixture: &str, variables: &[(&str, &str)]) -> (bool, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("REENACT_") || name == "RUST_BACKTRACE") {
        command.env_remove(name);
    }
    command.args(["--exact", &format!("isolated::fixtures::{fixture}"), "--test-threads=1", "--nocapture"]);
    command.env("FIXTURE", "1").env("REENACT_REGRESSIONS", "off").envs(variables.iter().copied());
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(text.contains("running 1 test"), "{text}");
    (status.success(), text)
}

#[test]
fn an_isolated_execution_is_the_first_of_its_process_and_another_is_not() {
    let (passed, text) = run("every_execution_is_the_first", &[]);
    assert!(passed, "{text}");
    let (passed, text) = run("every_execution_is_the_first", &[("REENACT_JOBS", "3")]);
    assert!(passed, "{text}");
    let (passed, text) = run("shares_its_process", &[]);
    assert!(!passed && text.contains("nondeterminism"), "{text}");
    let (passed, text) = run("shares_its_process", &[("REENACT_ISOLATE", "on")]);
    assert!(passed, "{text}");
    let (passed, text) = run("every_execution_is_the_first", &[("REENACT_ISOLATE", "off")]);
    assert!(!passed && text.contains("nondeterminism"), "{text}");
}

#[test]
fn a_failure_is_shrunk_in_fresh_processes_and_replayed_in_one() {
    let (passed, text) = run("lost_update", &[]);
    assert!(!passed);
    assert!(
        text.contains("panic at 0s of virtual time in task 0 `main`\n  assertion `left == right` failed: an update was lost"),
        "{text}"
    );
    assert!(text.contains("; 2 choices differ from fifo order"), "{text}");
    assert!(text.contains("  0.1 steps 2 to 3 ran before 0.0 step 2"), "{text}");
    let replay = text.split("REENACT_REPLAY='").nth(1).unwrap().split('\'').next().unwrap();
    let (passed, again) = run("lost_update", &[("REENACT_REPLAY", replay)]);
    assert!(!passed && again.contains("an update was lost") && again.contains("\ndigest "), "{again}");
}

#[test]
fn every_schedule_is_tried_in_processes_as_well() {
    let (passed, text) = run("lost_update", &[("REENACT_SCHEDULER", "exhaustive"), ("REENACT_EXECUTIONS", "500")]);
    assert!(!passed && text.contains("an update was lost"), "{text}");
    let (passed, text) = run("every_execution_is_the_first", &[("REENACT_SCHEDULER", "exhaustive")]);
    assert!(passed, "{text}");
    let (passed, text) = run("lost_update", &[("REENACT_SCHEDULER", "exhaustive:1")]);
    assert!(!passed && text.contains("exhaustive can, without a bound"), "{text}");
    let (passed, text) = run("lost_update", &[("REENACT_SCHEDULER", "guided")]);
    assert!(!passed && text.contains("choose another scheduler than guided"), "{text}");
}

#[test]
fn a_process_that_ends_in_the_middle_is_a_failure_with_its_last_words() {
    let (passed, text) = run("ends_its_process", &[]);
    assert!(!passed);
    assert!(text.contains("gave no answer: it ended with exit status: 7 in the middle"), "{text}");
    assert!(text.contains("last words"), "{text}");
}

#[test]
fn a_process_is_as_hostile_as_it_was_told_to_be() {
    let (passed, text) = run("trusts_its_polls", &[]);
    assert!(passed, "{text}");
    let (passed, text) = run("trusts_its_polls", &[("REENACT_HOSTILE", "spurious:2")]);
    assert!(!passed && text.contains("polled before it was woken"), "{text}");
    let replay = text.split("REENACT_REPLAY='").nth(1).unwrap().split('\'').next().unwrap();
    let (passed, again) = run("trusts_its_polls", &[("REENACT_REPLAY", replay)]);
    assert!(!passed && again.contains("polled before it was woken"), "{again}");
}

#[test]
fn warnings_arrive() {
    let (passed, text) = run("leaves_a_task", &[]);
    assert!(passed, "{text}");
    assert_eq!(text.matches("1 task was unfinished when main was done:\n  0.0 `left`").count(), 1, "{text}");
}

/// The line that a fixture has written about its exploration.
fn report(fixture: &str, variables: &[(&str, &str)]) -> serde_json::Value {
    let file =
        std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("isolated-{fixture}-{}.jsonl", std::process::id()));
    let _ = std::fs::remove_file(&file);
    let (passed, text) = run(fixture, &[&[("REENACT_REPORT", file.to_str().unwrap())], variables].concat());
    let lines = std::fs::read_to_string(&file).unwrap();
    std::fs::remove_file(&file).unwrap();
    assert_eq!(lines.lines().count(), 1, "{lines}{text}");
    let line: serde_json::Value = serde_json::from_str(&lines).unwrap();
    assert_eq!(line["failure"].is_null(), passed, "{lines}{text}");
    line
}

#[test]
fn a_report_says_what_the_processes_came_to() {
    let passed = report("every_execution_is_the_first", &[("REENACT_REPORT_DIGESTS", "on"), ("REENACT_SHARD", "2/2")]);
    assert_eq!((passed["executions"].as_u64(), passed["shard"].as_str()), (Some(4), Some("2/2")));
    assert_eq!((passed["parts"][0]["executions"].as_u64(), passed["distinct"].as_u64()), (Some(4), Some(1)));
    let all = report("every_execution_is_the_first", &[("REENACT_SCHEDULER", "exhaustive")]);
    assert_eq!((all["executions"].as_u64(), all["exhausted"].as_bool()), (Some(1), Some(true)));
    let warned = report("leaves_a_task", &[]);
    assert!(warned["warnings"][0].as_str().unwrap().contains("1 task was unfinished"), "{warned}");
    let differs = report("shares_its_process", &[("REENACT_ISOLATE", "on"), ("REENACT_JOBS", "2")]);
    assert_eq!(differs["executions"].as_u64(), Some(12));
    let failed = report("lost_update", &[]);
    let failure = &failed["failure"];
    assert_eq!((failure["kind"].as_str(), failure["seed"].as_str()), (Some("panic"), failed["seed"].as_str()));
    assert_eq!(failed["executions"].as_u64(), failure["execution"].as_u64().map(|index| index + 1));
    assert!(failure["text"].as_str().unwrap().contains("an update was lost"));
    let (passed, again) = run("lost_update", &[("REENACT_REPLAY", failure["schedule"].as_str().unwrap())]);
    assert!(!passed && again.contains(&format!("\ndigest {}", failure["digest"].as_str().unwrap())), "{again}");
}

#[test]
fn a_saved_failure_is_replayed_first_in_a_process_of_its_own() {
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("isolated-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let variables = [("REENACT_REGRESSIONS", folder.to_str().unwrap())];
    let (_, text) = run("lost_update", &variables);
    assert!(text.contains("note: saved in:        "), "{text}");
    let (passed, text) = run("lost_update", &[variables[0], ("REENACT_EXECUTIONS", "1")]);
    assert!(!passed && text.contains("  replayed from ") && text.contains("an update was lost"), "{text}");
    let line = report("lost_update", &variables);
    assert_eq!((line["executions"].as_u64(), line["replayed"].as_u64()), (Some(0), Some(1)));
    std::fs::remove_dir_all(&folder).unwrap();
}
