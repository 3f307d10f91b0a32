//! `cargo reenact regressions`.

use crate::project::PROJECT;

#[test]
fn saved_failures_are_listed_run_again_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let variables = [("REENACT_REGRESSIONS", folder.path().to_str().unwrap())];
    let run = |args: &[&str]| PROJECT.reenact_with(args, &variables);
    assert_eq!(run(&["regressions", "list"]).out, "no failure is saved\n");
    assert_eq!(run(&["explore", "every_visit", "fails_rarely"]).status, Some(1));
    let list = run(&["regressions", "list", "--format", "json"]);
    let list: serde_json::Value = serde_json::from_str(&list.out).unwrap();
    let entries = list["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 2);
    assert_eq!(
        (&entries[0]["test"], &entries[0]["schedule"]),
        (&"counts::every_visit_is_counted".into(), &"r1:1=1/2@0.1".into())
    );
    assert!(entries[0]["what"].as_str().unwrap().starts_with("panic at tests/counts.rs:"));
    // By hand: one that passes, and one that is of no execution.
    let file = entries[0]["file"].as_str().unwrap();
    let text = std::fs::read_to_string(file).unwrap();
    std::fs::write(file, format!("{text}\n# by hand\nschedule r1:\n\nschedule r1:9=9\n")).unwrap();
    let again = run(&["regressions", "rerun", "every_visit"]);
    assert_eq!(again.status, Some(1));
    for (line, now) in again.out.lines().skip(1).zip(["fails", "passes", "cannot be replayed"]) {
        assert!(line.contains(now), "{now} is missing in {line}");
    }
    assert_eq!(again.out.lines().count(), 4);
    let refused = run(&["regressions", "remove", "counts::every_visit_is_counted", "4"]);
    assert!(refused.status == Some(2) && refused.err.contains("no entry 4: 1 to 3 are"), "{refused:?}");
    assert_eq!(run(&["regressions", "remove", "counts::every_visit_is_counted", "1", "3"]).status, Some(0));
    assert_eq!(run(&["regressions", "rerun", "every_visit"]).status, Some(0));
    assert_eq!(run(&["regressions", "remove", "counts::every_visit_is_counted", "--all"]).status, Some(0));
    assert!(!std::path::Path::new(file).exists());
    assert_eq!(run(&["regressions", "remove", "counts::every_visit_is_counted", "1"]).status, Some(2));
}
