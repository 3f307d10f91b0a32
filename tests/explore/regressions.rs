//! Failures on disk: saved, replayed first, told by names when the program has changed, never passed over in silence.

use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};

use rand::Rng;
use reenact::prelude::*;
use reenact::task::Builder;
use reenact::{Regressions, Warning};

/// A folder of this test's own, gone when the test is.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("regressions-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        Self(folder)
    }

    fn explorer(&self) -> Explorer {
        Explorer::new().name("pool::drains").seed(1).regressions(Regressions::In(self.0.clone()))
    }

    fn file(&self) -> PathBuf {
        self.0.join("pool--drains.txt")
    }

    fn text(&self) -> String {
        fs::read_to_string(self.file()).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Two tasks that lose an update if the second reads before the first has written; `before` bystanders come first, so that its choices
/// move.
async fn lost_update(before: u32, fixed: bool) {
    let count = Shared::new(0);
    let add = |name: &'static str, head_start: u32| {
        let count = count.clone();
        Builder::new().name(name).spawn(async move {
            for _ in 0..head_start {
                yield_now().await;
            }
            let seen = count.get();
            if !fixed {
                yield_now().await;
            }
            count.set(seen + 1);
        })
    };
    let bystanders: Vec<_> = (0..before).map(|_| spawn(yield_now())).collect();
    let tasks = [add("early bird", 0), add("late", 3)];
    wait(tasks).await;
    wait(bystanders).await;
    assert_eq!(count.get(), 2, "an update was lost");
}

/// A throw of dice, after some others.
async fn dice(before: u32) {
    for _ in 0..before {
        choose(5);
    }
    let task = Builder::new().name("dice").spawn(async {
        let thrown = choose(6);
        let number = rng().next_u32() % 3;
        assert!(thrown != 5 || number != 1, "five and one");
    });
    task.await.unwrap();
}

async fn picks_none_up_to(bound: u32) {
    let picked = choose(4);
    assert!(picked == 0 || picked > bound, "picked {picked}");
}

#[test]
fn a_failure_is_saved_and_replayed_first_until_it_is_mended() {
    let folder = Folder::new("saved");
    let report = folder.explorer().run(|| lost_update(0, false));
    let failure = report.failure.unwrap();
    assert!(failure.to_string().ends_with("/pool--drains.txt, and replayed first from now on"), "{failure}");
    let text = folder.text();
    assert!(text.starts_with("# Failures that reenact found in pool::drains."), "{text}");
    assert!(text.contains("\n# panic at tests/explore/regressions.rs:"), "{text}");
    assert!(text.contains(&format!("\nschedule {}\nnamed n1:", failure.schedule)), "{text}");
    assert!(text.contains("late#") && text.contains("<early%20bird#"), "{text}");
    assert!(text.ends_with("\nseed 0x1\n"), "{text}");

    // It is the first thing that the next one runs, whatever the budget and the seed.
    let runs = Cell::new(0);
    let again = folder.explorer().seed(99).executions(1).run(|| {
        runs.set(runs.get() + 1);
        lost_update(0, false)
    });
    assert_eq!((again.executions, again.replayed), (0, 1));
    assert!(runs.get() < 10, "it is explained, and nothing else is run: {}", runs.get());
    let again = again.failure.unwrap();
    assert_eq!((again.kind, &again.schedule, again.trace.digest()), (failure.kind, &failure.schedule, failure.trace.digest()));
    assert!(again.to_string().contains("  replayed from ") && again.to_string().contains("/pool--drains.txt; "), "{again}");
    assert!(!again.to_string().contains("explore again"), "{again}");
    assert_eq!(again.explanation, failure.explanation);
    assert_eq!(folder.text(), text, "it is saved once");

    // Mended, it passes, and stays until somebody removes it.
    let mended = folder.explorer().run(|| lost_update(0, true));
    assert!(mended.failure.is_none());
    assert_eq!(mended.replayed, 1);
    assert_eq!(folder.text(), text);
}

#[test]
fn when_the_program_has_moved_its_choices_the_failure_is_found_by_names() {
    let folder = Folder::new("names");
    let failure = folder.explorer().run(|| lost_update(0, false)).failure.unwrap();
    // Other tasks are there now, so the saved indexes, alternatives and paths are of another execution.
    let moved = || lost_update(3, false);
    let by_index = Sim::new().replay(&failure.schedule).run(moved);
    assert_eq!(by_index.outcome.unwrap_err().kind, FailureKind::Divergence);
    let report = folder.explorer().executions(1).scheduler(SchedulerKind::Fifo).run(moved);
    assert_eq!((report.executions, report.replayed), (0, 1));
    let found = report.failure.unwrap();
    assert_eq!((found.kind, &found.message), (failure.kind, &failure.message));
    // What it prints is of the program as it is now.
    let replayed = Sim::new().replay(&found.schedule).run(moved);
    assert_eq!(replayed.trace.digest(), found.trace.digest());
    // And where that is mended, it passes without a word.
    let mended = folder.explorer().run(|| lost_update(3, true));
    assert!(mended.failure.is_none() && mended.replayed == 1);
}

#[test]
fn what_cannot_be_replayed_any_more_is_said() {
    let folder = Folder::new("stale");
    folder.explorer().run(|| lost_update(0, false));
    let report = folder.explorer().run(|| async {
        spawn(async {}).await.unwrap();
    });
    assert!(report.failure.is_none());
    let [Warning::Unreplayed { file, schedule, message }] = &report.warnings[..] else { panic!("{:?}", report.warnings) };
    assert!(file.ends_with("/pool--drains.txt") && schedule.starts_with("r1:"), "{file} {schedule}");
    assert!(message.contains("told by names, 0 of its"), "{message}");
    assert!(report.to_string().contains("was not replayed, because the program is another one now"), "{report}");
}

#[test]
fn drawn_data_and_other_choices_come_back_by_names_too() {
    let folder = Folder::new("data");
    let failure = folder.explorer().run(|| dice(0)).failure.unwrap();
    assert_eq!(failure.message, "five and one");
    assert!(folder.text().contains("named n1:data(dice#1)=5/6;seed=0x"), "{}", folder.text());
    let report = folder.explorer().executions(1).run(|| dice(2));
    assert_eq!((report.executions, report.failure.unwrap().message), (0, failure.message));
}

#[test]
fn several_failures_are_kept_side_by_side() {
    let folder = Folder::new("several");
    let explorer = || folder.explorer().scheduler(SchedulerKind::Exhaustive { preemptions: None });
    assert!(explorer().run(|| picks_none_up_to(1)).failure.is_some());
    let only_two = || async { assert_ne!(choose(4), 2, "picked 2") };
    let report = explorer().run(only_two);
    assert_eq!((report.replayed, report.executions), (1, 3));
    let text = folder.text();
    assert_eq!(text.matches("\nschedule r1:").count(), 2, "{text}");
    assert!(text.contains("picked 1") && text.contains("picked 2"), "{text}");
}

#[test]
fn nothing_is_saved_without_a_name_or_when_it_is_off_or_when_every_execution_is_shown() {
    let folder = Folder::new("off");
    let nameless = Explorer::new().regressions(Regressions::In(folder.0.clone()));
    assert!(nameless.run(|| lost_update(0, false)).failure.is_some());
    assert!(folder.explorer().regressions(Regressions::Off).run(|| lost_update(0, false)).failure.is_some());
    folder.explorer().visit(|| lost_update(0, false), |_| std::ops::ControlFlow::Continue(()));
    assert!(!folder.0.exists());
}

#[test]
fn several_threads_save_and_replay_the_same() {
    let folder = Folder::new("threads");
    let body = || lost_update(0, false);
    let failure = folder.explorer().run_parallel(2, body).failure.unwrap();
    let report = folder.explorer().run_parallel(2, body);
    assert_eq!((report.executions, report.replayed), (0, 1));
    assert_eq!(report.failure.unwrap().schedule, failure.schedule);
}

#[test]
fn a_file_that_means_nothing_fails_the_test_by_name() {
    let folder = Folder::new("malformed");
    fs::create_dir_all(&folder.0).unwrap();
    fs::write(folder.file(), "# fine\nschedule r1:1=x\n").unwrap();
    let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| folder.explorer().run(|| async {}))).unwrap_err();
    let message = panic.downcast_ref::<String>().unwrap();
    assert!(message.contains("pool--drains.txt, line 2: `1=x` is no choice (the pick is no number)"), "{message}");
}

#[test]
fn a_folder_that_cannot_be_made_is_a_warning() {
    let folder = Folder::new("readonly");
    fs::create_dir_all(&folder.0).unwrap();
    let file: &Path = &folder.0.join("a file");
    fs::write(file, "").unwrap();
    let explorer = folder.explorer().regressions(Regressions::In(file.join("below")));
    // Reading below a file is an error of its own on some systems, and nothing there on others.
    let report = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| explorer.run(|| lost_update(0, false))));
    match report {
        Ok(report) => assert!(matches!(report.warnings[..], [Warning::Unsaved { .. }]), "{report}"),
        Err(panic) => assert!(panic.downcast_ref::<String>().unwrap().contains("cannot be read")),
    }
}
