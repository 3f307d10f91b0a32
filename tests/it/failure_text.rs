//! What a failing test prints, and that its lines can be pasted: the test program runs itself with one test picked.

use std::process::{Command, Output};

use reenact::prelude::*;

/// Whether the fixtures below are to do what they are for.
fn wanted() -> bool {
    std::env::var_os("FIXTURE").is_some()
}

mod fixtures {
    use super::*;

    #[reenact::test]
    async fn lost_update() {
        let count = Shared::new(0);
        let add = |count: Shared<u32>, head_start: u32| async move {
            sleep(Duration::from_millis(100)).await;
            for _ in 0..head_start {
                yield_now().await;
            }
            let seen = count.get();
            reenact::println!("saw {seen}");
            yield_now().await;
            count.set(seen + 1);
        };
        gather([add(count.clone(), 0), add(count.clone(), 2)]).await;
        assert!(count.get() == 2 || !wanted(), "an update was lost");
    }

    #[reenact::test(executions = 7, seed = 42, scheduler = "pct:2:9", pending = "fail", time_limit = 60, max_steps = 1_000)]
    async fn leaves_a_task() -> Result<(), String> {
        if wanted() {
            drop(spawn(sleep(Duration::from_secs(5))));
        }
        Ok(())
    }

    #[reenact::test(task_panics = "deliver", max_virtual_time = 3600.0)]
    async fn returns_an_error() -> Result<(), TaskError> {
        if wanted() {
            return spawn(async { panic!("inside") }).await;
        }
        Ok(())
    }

    #[reenact::test(scheduler = "dfs")]
    #[should_panic(expected = "#[reenact::test]: `dfs` is no scheduler: fifo, random, pct:DEPTH")]
    async fn names_no_scheduler() {}

    #[reenact::test]
    async fn passes() {
        reenact::println!("quiet");
        yield_now().await;
    }

    #[reenact::test]
    async fn warns() {
        drop(spawn(sleep(Duration::from_secs(5))));
    }
}

/// Runs one fixture in a process of its own, with these variables.
fn run(fixture: &str, variables: &[(&str, &str)]) -> (bool, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("REENACT_") || name == "RUST_BACKTRACE") {
        command.env_remove(name);
    }
    command
        .args(["--exact", &format!("failure_text::fixtures::{fixture}"), "--test-threads=1"])
        .env("FIXTURE", "1")
        .env("REENACT_REGRESSIONS", "off");
    command.envs(variables.iter().copied());
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(text.contains("running 1 test"), "{text}");
    (status.success(), text)
}

/// The value of a variable in the line after a note.
fn pasted(text: &str, note: &str, variable: &str) -> String {
    let line = text.lines().find_map(|line| line.strip_prefix(note)).unwrap_or_else(|| panic!("no `{note}` in\n{text}"));
    let value = line.split(&format!("{variable}=")).nth(1).unwrap_or_else(|| panic!("no {variable} in {line}"));
    let value = value.strip_prefix('\'').map_or_else(|| value.split(' ').next(), |quoted| quoted.split('\'').next());
    value.unwrap_or_default().to_owned()
}

#[test]
fn a_failing_test_prints_what_where_when_and_two_lines_to_paste() {
    let (passed, text) = run("lost_update", &[]);
    assert!(!passed);
    let start = text.find("panic at 100ms of virtual time in task 0 `main`\n").unwrap_or_else(|| panic!("{text}"));
    let block: Vec<&str> = text[start..].lines().collect();
    assert_eq!(block[1], "  an update was lost");
    assert!(block[2].starts_with("  at tests/it/failure_text.rs:"), "{text}");
    assert!(block[3].starts_with("  execution ") && block[3].contains("fifo order"), "{text}");
    let notes: Vec<&&str> = block.iter().filter(|line| line.starts_with("note: re") || line.starts_with("note: ex")).collect();
    let command = "cargo test -p reenact --test it failure_text::fixtures::lost_update -- --exact";
    assert!(notes[0].starts_with("note: replay exactly:  REENACT_REPLAY='r1:") && notes[0].ends_with(command), "{text}");
    assert!(notes[1].starts_with("note: explore again:   REENACT_SEED=0x") && notes[1].ends_with(command), "{text}");
    // Nothing of the executions before it.
    assert_eq!(text.matches("an update was lost").count(), 1, "{text}");
    assert!(text.lines().filter(|line| line.starts_with("saw")).count() == 0, "{text}");
}

#[test]
fn pasting_the_first_line_replays_that_failure_with_output_and_trace_on_the_terminal() {
    let (_, text) = run("lost_update", &[]);
    let schedule = pasted(&text, "note: replay exactly:", "REENACT_REPLAY");
    let (passed, replayed) = run("lost_update", &[("REENACT_REPLAY", &schedule)]);
    assert!(!passed);
    assert!(replayed.contains(&format!("replaying {schedule} of it::failure_text::fixtures::lost_update\nsaw 0\nsaw 0\n")));
    for line in ["clock moves to 100ms", "print \"saw 0\"", "panic in 0 `main`: \"an update was lost\"", "\ndigest "] {
        assert!(replayed.contains(line), "no {line} in\n{replayed}");
    }
    assert!(replayed.contains("panic at 100ms of virtual time in task 0 `main`\n  an update was lost\n"), "{replayed}");
    assert_eq!(pasted(&replayed, "note: replay exactly:", "REENACT_REPLAY"), schedule);
    assert!(!replayed.contains("note: explore again"), "{replayed}");
    // A schedule that passes says so.
    let (passed, calm) = run("lost_update", &[("REENACT_REPLAY", "r1:")]);
    let expected = if calm.contains("saw 0\nsaw 0") { "an update was lost" } else { "the replayed execution passed" };
    assert!(calm.contains(expected) && passed == calm.contains("the replayed execution passed"), "{calm}");
}

#[test]
fn pasting_the_second_line_finds_the_same_failure_again() {
    let (_, text) = run("lost_update", &[]);
    let seed = pasted(&text, "note: explore again:", "REENACT_SEED");
    let scheduler = pasted(&text, "note: explore again:", "REENACT_SCHEDULER");
    let (passed, again) = run("lost_update", &[("REENACT_SEED", &seed), ("REENACT_SCHEDULER", &scheduler)]);
    assert!(!passed);
    let notes = |text: &str| text.lines().filter(|line| line.starts_with("note: re")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(notes(&text), notes(&again));
}

#[test]
fn options_of_the_attribute_are_defaults_that_the_environment_overrides() {
    let (passed, text) = run("leaves_a_task", &[]);
    assert!(!passed && text.contains("pending at exit at 0s of virtual time in task 0.0"), "{text}");
    assert!(text.contains("REENACT_SEED=0x2a REENACT_SCHEDULER=pct:2:9 REENACT_EXECUTIONS=7 cargo test"), "{text}");
    let variables = [("REENACT_SEED", "7"), ("REENACT_SCHEDULER", "fifo"), ("REENACT_EXECUTIONS", "3")];
    let (_, text) = run("leaves_a_task", &variables);
    assert!(text.contains("REENACT_SEED=0x7 REENACT_SCHEDULER=fifo REENACT_EXECUTIONS=3 cargo test"), "{text}");
}

#[test]
fn an_error_that_a_test_returns_is_its_failure() {
    let (passed, text) = run("returns_an_error", &[]);
    assert!(!passed);
    assert!(text.contains("error at 0s of virtual time in task 0 `main`\n  the body returned Err(Panicked("), "{text}");
}

#[test]
fn a_malformed_variable_fails_the_test_by_name() {
    for (name, value, message) in [
        ("REENACT_SEED", "x", "REENACT_SEED: `x` is no seed"),
        ("REENACT_REPLAY", "r9:1=1", "REENACT_REPLAY: `r9:` is no version of schedules"),
        ("REENACT_EXECUTIONS", "many", "REENACT_EXECUTIONS: `many` is no number of executions"),
        ("REENACT_SCHEDULER", "dfs", "REENACT_SCHEDULER: `dfs` is no scheduler"),
        ("REENACT_TIME_LIMIT", "-1", "REENACT_TIME_LIMIT: `-1` is no number of seconds"),
    ] {
        let (passed, text) = run("passes", &[(name, value)]);
        assert!(!passed && text.contains(message), "{text}");
    }
}

#[test]
fn an_unknown_variable_is_warned_about() {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "failure_text::fixtures::passes", "--nocapture"]).env("REENACT_SEDD", "1");
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success());
    assert!(text.contains("warning: REENACT_SEDD is no variable of reenact and is ignored; there are REENACT_SEED"), "{text}");
    assert_eq!(text.matches("REENACT_SEDD").count(), 1);
}

#[test]
fn a_passing_test_prints_nothing_but_warnings() {
    let (passed, text) = run("passes", &[]);
    assert!(passed && !text.contains("quiet"), "{text}");
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = command.args(["--exact", "failure_text::fixtures::warns", "--nocapture"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    let warning =
        "warning: it::failure_text::fixtures::warns: 1 task was unfinished when main was done:\n  0.0, spawned at tests/it/";
    assert!(output.status.success() && text.contains(warning), "{text}");
    assert_eq!(text.matches("warning:").count(), 1, "{text}");
}
