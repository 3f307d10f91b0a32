//! libFuzzer drives an ordinary test: this program starts itself with one test picked and the fuzzer's command line in the environment.
//!
//! The fixture is a test of its own, which without that variable explores nothing that fails.

mod bytes;
#[path = "../explore/machine.rs"]
mod machine;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use reenact::Regressions;
use reenact::prelude::*;

use machine::machine;

mod fixtures {
    #[reenact::test(executions = 20)]
    async fn driven() {
        crate::machine::machine().await;
    }

    #[test]
    fn without_the_attribute() {
        reenact::libfuzzer::fuzz("without_the_attribute", crate::machine::machine);
    }
}

/// Executions in which the machine has to be found: 30 times of what it takes at the median.
const RUNS: u32 = 1_000_000;

struct Ended {
    success: bool,
    text: String,
}

/// A test of this program in a process of its own.
fn run(test: &str, exact: bool, folder: &Path, variables: &[(&str, &str)]) -> Ended {
    let mut command = Command::new(std::env::current_exe().unwrap());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("REENACT_") || name == "RUST_BACKTRACE") {
        command.env_remove(name);
    }
    command.arg(test).args(exact.then_some("--exact")).args(["--nocapture", "--test-threads=2"]);
    command.current_dir(folder).env("REENACT_REGRESSIONS", folder.join("saved")).envs(variables.iter().copied());
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    Ended { success: status.success(), text }
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("libfuzzer").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The only file in a folder whose name begins so.
fn file(folder: &Path, begins: &str) -> PathBuf {
    let mut found: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.file_name().unwrap().to_str().unwrap().starts_with(begins));
    let [file] = found.as_slice() else { panic!("{found:?}") };
    file.clone()
}

/// What stands between quotes behind `REENACT_REPLAY=`.
fn schedule(text: &str) -> &str {
    text.split("REENACT_REPLAY='").nth(1).unwrap_or_else(|| panic!("{text}")).split('\'').next().unwrap()
}

#[test]
fn what_an_execution_shows_guides_libfuzzer_to_a_failure_that_replays() {
    for (test, flags) in [("fixtures::driven", "-seed=1"), ("fixtures::without_the_attribute", "-seed=2")] {
        let folder = folder(&test.replace("::", "-"));
        let options = format!("{flags} -runs={RUNS} -max_len=64");
        let Ended { success, text } = run(test, true, &folder, &[("REENACT_LIBFUZZER", &options)]);
        assert!(!success, "{text}");
        assert!(text.contains("4096 Extra Counters"), "{text}");
        // The block of an exploration.
        for part in [
            "panic at 0s of virtual time",
            "  planted\n",
            "without the last of these it passes",
            "note: replay exactly:  REENACT_REPLAY='r1:",
        ] {
            assert!(text.contains(part), "no {part:?} in {text}");
        }
        assert!(text.contains("note: saved in:") && !text.contains("note: explore again"), "{text}");

        // The file that libFuzzer has written is an execution that fails, and the same one as text.
        let crash = fs::read(file(&folder, "crash-")).unwrap();
        let execution = Sim::new().bytes(&crash).run(machine);
        assert_eq!(execution.outcome.as_ref().unwrap_err().message, "planted");
        let of_text: Schedule = execution.schedule.to_string().parse().unwrap();
        let again = Sim::new().replay(&of_text).run(machine);
        assert_eq!(again.trace.digest(), execution.trace.digest());
        assert_eq!(Sim::new().bytes(&again.to_bytes()).run(machine).trace.digest(), execution.trace.digest());

        // What was printed is simpler and fails in the same way, here and when it is pasted.
        let shrunk: Schedule = schedule(&text).parse().unwrap();
        assert!(shrunk.deviations().len() <= execution.schedule.deviations().len());
        assert_eq!(Sim::new().replay(&shrunk).run(machine).outcome.unwrap_err().message, "planted");
        let replayed = run(test, true, &folder, &[("REENACT_REPLAY", schedule(&text))]);
        assert!(!replayed.success && replayed.text.contains("planted"), "{}", replayed.text);

        // libFuzzer runs the file again.
        let crash = file(&folder, "crash-").display().to_string();
        let of_file = run(test, true, &folder, &[("REENACT_LIBFUZZER", &crash)]);
        assert!(!of_file.success && of_file.text.contains("planted"), "{}", of_file.text);
        assert_eq!(schedule(&of_file.text), schedule(&text));

        // Saved, so that without a fuzzer it is replayed first.
        let saved = run(test, true, &folder, &[]);
        assert!(!saved.success && saved.text.contains("replayed from"), "{}", saved.text);
    }
}

#[test]
fn a_number_of_runs_without_a_failure_passes() {
    let folder = folder("passes");
    fs::create_dir(folder.join("corpus")).unwrap();
    let Ended { success, text } = run("fixtures::driven", true, &folder, &[("REENACT_LIBFUZZER", "-runs=5000 -seed=1 corpus")]);
    assert!(success && text.contains("Done 5000 runs"), "{text}");
    // Each input that showed something new is kept, and is an execution that passes.
    let entries: Vec<_> =
        fs::read_dir(folder.join("corpus")).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect();
    assert!(entries.len() > 1, "{text}");
    for entry in entries {
        assert!(Sim::new().bytes(&entry).run(machine).outcome.is_ok());
    }
}

#[test]
fn what_cannot_be_done_in_a_test_is_refused() {
    let folder = folder("refused");
    let several = run("fixtures", false, &folder, &[("REENACT_LIBFUZZER", "-runs=1")]);
    assert!(
        !several.success && several.text.contains("ask for one test: cargo test fixtures::driven -- --exact"),
        "{}",
        several.text
    );
    let forks = run("fixtures::driven", true, &folder, &[("REENACT_LIBFUZZER", "-fork=2")]);
    assert!(!forks.success && forks.text.contains("`-fork=2` makes libFuzzer start its program again"), "{}", forks.text);
}

#[test]
fn without_libfuzzer_it_explores() {
    let explored = Explorer::new().executions(20).regressions(Regressions::Off).run(machine);
    assert!(explored.failure.is_none());
}
