//! `cargo reenact explore`.

use crate::project::PROJECT;

fn columns(line: &str) -> Vec<&str> {
    line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()
}

#[test]
fn tests_are_listed_without_being_run() {
    let (status, list) = PROJECT.json(&["explore", "--list"]);
    let list = list.as_array().unwrap();
    let paths: Vec<&str> = list.iter().map(|test| test["test"].as_str().unwrap()).collect();
    assert_eq!(status, Some(0));
    assert!(paths.contains(&"counts::every_visit_is_counted") && paths.contains(&"probe::tests::in_the_library"), "{paths:?}");
    let of = |path: &str| list.iter().find(|test| test["test"] == path).unwrap();
    let library = of("probe::tests::in_the_library");
    assert_eq!(
        (&library["file"], &library["line"], &library["options"]),
        (&"src/lib.rs".into(), &5.into(), &"executions = 50".into())
    );
    assert_eq!((&of("counts::is_left_out")["ignored"], &library["ignored"]), (&true.into(), &false.into()));
    // All that the test runners know.
    let runner = PROJECT.command(env!("CARGO")).args(["test", "-q", "--", "--list"]).output().unwrap();
    assert_eq!(String::from_utf8(runner.stdout).unwrap().matches(": test\n").count(), list.len());
}

#[test]
fn what_is_found_is_told_in_a_table_and_by_the_exit_status() {
    let ran = PROJECT.reenact(&["explore", "every_visit", "in_the_library"]);
    assert_eq!(ran.status, Some(1), "{ran:?}");
    assert!(ran.out.starts_with("failed: counts::every_visit_is_counted\n  panic at 200ms of virtual time"), "{}", ran.out);
    let table: Vec<Vec<&str>> = ran.out.lines().skip_while(|line| !line.starts_with("test ")).map(columns).collect();
    assert_eq!(table[0], ["test", "executions", "distinct", "unseen", "per second", "time", "result"]);
    assert_eq!((table[1][0], table[1][6]), ("counts::every_visit_is_counted", "panic: r1:1=1/2@0.1"));
    assert!(table[1][1].parse::<u64>().unwrap() > 1, "the first execution, in fifo order, passes");
    assert_eq!((table[2][0], table[2][1], table[2][2], table[2][6]), ("probe::tests::in_the_library", "50", "3", "passed"));
    assert!(ran.out.ends_with("2 tests: 1 failed\n"), "{}", ran.out);
    assert!(!ran.out.contains('\u{1b}') && !ran.err.contains('\u{1b}'), "colours are for terminals");
}

#[test]
fn settings_reach_the_tests() {
    let args = ["explore", "is_random", "--executions", "40", "--scheduler", "pct:3", "--seed", "9", "--jobs", "2"];
    let (status, all) = PROJECT.json(&args);
    let test = &all["tests"][0];
    assert_eq!((status, &test["verdict"], &test["executions"]), (Some(0), &"passed".into(), &40.into()));
    assert_eq!((&test["scheduler"], &test["seed"], &test["failure"]), (&"pct:3".into(), &"0x9".into(), &().into()));
    let (_, all) = PROJECT.json(&["explore", "is_exhaustive"]);
    assert_eq!((&all["tests"][0]["exhausted"], &all["tests"][0]["unseen"]), (&true.into(), &0.0.into()));
}

#[test]
fn a_budget_of_time_is_shared() {
    let (status, all) = PROJECT.json(&["explore", "is_random", "is_long", "--time", "800ms"]);
    assert_eq!(status, Some(0));
    for test in all["tests"].as_array().unwrap() {
        let seconds = test["seconds"].as_f64().unwrap();
        assert!(seconds > 0.2 && test["executions"].as_u64().unwrap() > 0, "{test}");
    }
    assert_eq!(all["tests"].as_array().unwrap().len(), 2);
}

#[test]
fn what_is_no_failure_of_a_schedule_is_told_for_what_it_is() {
    let (status, all) = PROJECT.json(&["explore", "fails_as_it_should"]);
    assert_eq!((status, &all["tests"][0]["verdict"]), (Some(0), &"passed".into()));
    let ran = PROJECT.reenact_with(&["explore", "ends_its_process", "--format", "json"], &[("PROBE_CRASH", "1")]);
    let all: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.status, &all["tests"][0]["verdict"]), (Some(1), &"crashed".into()));
    let (status, all) = PROJECT.json(&["explore", "ends_its", "is_random", "--fail-fast"]);
    assert_eq!((status, all["not_run"].as_array().unwrap().len()), (Some(0), 0));
}

#[test]
fn what_could_not_run_is_neither_found_nor_not_found() {
    for (args, error) in [
        (&["explore", "in_the_libary"][..], "no reenact test has `in_the_libary` in its path"),
        (&["explore", "is_left"], "marked #[ignore]: say --include-ignored"),
        (&["explore", "--scheduler", "dfs"], "exhaustive"),
        (&["explore", "--shard", "4/3"], "1/n to n/n"),
        (&["explore", "--time", "soon"], "no unit of time"),
        (&["explore", "--test", "nonsense"], "could not be built"),
        (&["explore", "is_random", "--report", "no/such/folder"], "no/such/folder cannot be written"),
    ] {
        let ran = PROJECT.reenact(args);
        assert!(ran.status == Some(2) && ran.err.contains(error), "{args:?}: {ran:?}");
    }
    // The nearest name is offered first.
    let ran = PROJECT.reenact(&["explore", "in_the_libary"]);
    assert!(ran.err.contains("such as:\n  probe::tests::in_the_library\n"), "{}", ran.err);
    assert_eq!(PROJECT.reenact(&["explore", "is_left", "--include-ignored"]).status, Some(0));
}

#[test]
fn a_test_is_run_as_cargo_runs_it_and_as_nextest_does() {
    // Nextest lists a binary and starts it for each test.
    let (_, list) = PROJECT.json(&["explore", "--list"]);
    assert!(!list.as_array().unwrap().is_empty());
    let messages = PROJECT.command(env!("CARGO")).args(["test", "--no-run", "--message-format=json", "-q"]).output().unwrap();
    let messages = String::from_utf8(messages.stdout).unwrap();
    let binary = messages.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok()).find_map(|message| {
        let is_it = message["target"]["name"] == "many" && message["profile"]["test"] == true;
        is_it.then(|| message["executable"].as_str().map(str::to_owned)).flatten()
    });
    let binary = binary.unwrap();
    let listed = PROJECT.command(&binary).args(["--list", "--format", "terse"]).output().unwrap();
    assert!(String::from_utf8(listed.stdout).unwrap().contains("is_exhaustive: test\n"));
    for (test, passes) in [("is_exhaustive", true), ("fails_rarely", false)] {
        let ran = PROJECT.command(&binary).args(["--exact", test, "--nocapture"]).env("NEXTEST", "1").output().unwrap();
        assert_eq!(ran.status.success(), passes, "{test}");
    }
}

#[test]
fn what_was_built_is_run_without_cargo() {
    let folder = tempfile::tempdir().unwrap();
    let (built, empty) = (folder.path().join("built.jsonl"), folder.path().join("empty.jsonl"));
    let messages = PROJECT.command(env!("CARGO")).args(["test", "--no-run", "--message-format=json", "-q"]).output().unwrap();
    std::fs::write(&built, messages.stdout).unwrap();
    std::fs::write(&empty, "").unwrap();
    let explore =
        |args: &[&str]| PROJECT.reenact_with(&[&["explore", "is_random"], args].concat(), &[("CARGO", "/no/such/cargo")]);
    let ran = explore(&["--built", built.to_str().unwrap()]);
    assert!(ran.status == Some(0) && ran.out.contains("500"), "{ran:?}");
    for (args, error) in [
        (&[][..], "cargo could not be started"),
        (&["--built", "/no/such/file"], "/no/such/file cannot be read"),
        (&["--built", empty.to_str().unwrap()], "empty.jsonl tells of no test binaries: it takes what `cargo test --no-run"),
        (&["--built", built.to_str().unwrap(), "--release"], "cannot be used with '--release'"),
    ] {
        let ran = explore(args);
        assert!(ran.status == Some(2) && ran.err.contains(error), "{args:?}: {ran:?}");
    }
}
