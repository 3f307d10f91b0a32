//! The page of a failure whose executions have processes of their own.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use reenact::prelude::*;

mod fixtures {
    use super::*;

    /// Updates a counter that outlives its execution. Fails only when it is asked to.
    #[reenact::test(isolate, executions = 60)]
    async fn lost_update() {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let add = |name: &str| {
            let task = reenact::task::Builder::new().name(name);
            task.spawn(async {
                let seen = COUNT.load(Ordering::Relaxed);
                yield_now().await;
                COUNT.store(seen + 1, Ordering::Relaxed);
            })
        };
        if std::env::var_os("FIXTURE").is_some() {
            let tasks = [add("one"), add("other")];
            for task in tasks {
                task.await.unwrap();
            }
            assert_eq!(COUNT.load(Ordering::Relaxed), 2, "an update was lost");
        }
    }
}

#[test]
fn a_failure_in_a_process_of_its_own_leaves_a_page_too() {
    let mut command = Command::new(std::env::current_exe().unwrap());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("REENACT_")) {
        command.env_remove(name);
    }
    command.args(["--exact", "isolated::fixtures::lost_update", "--test-threads=1", "--nocapture"]);
    let output = command.env("FIXTURE", "1").env("REENACT_REGRESSIONS", "off").output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && text.contains("an update was lost"), "{text}");
    let notes: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("note: look at it:      ")).collect();
    assert_eq!(notes.len(), 1, "{text}");
    assert!(notes[0].ends_with("/reenact/snapshots--isolated--fixtures--lost_update.html"), "{text}");
    let page = std::fs::read_to_string(notes[0]).unwrap();
    assert!(page.contains(r#""name":"other""#) && page.contains("an update was lost"));
    std::fs::remove_file(notes[0]).unwrap();
}
