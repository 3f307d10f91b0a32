//! `cargo reenact replay`, `shrink`, `show` and `diff`.

use std::fs;

use crate::project::PROJECT;

const TEST: &str = "every_visit_is_counted";
const FAILS: &str = "r1:1=1/2@0.1";

#[test]
fn a_schedule_is_replayed_with_its_output_and_its_trace() {
    let ran = PROJECT.reenact(&["replay", FAILS, TEST]);
    assert_eq!(ran.status, Some(1));
    for text in
        ["replaying r1:1=1/2@0.1 of counts::every_visit_is_counted", "choice 1: 1/2 step 0.1", "counted 1", "panic at 200ms"]
    {
        assert!(ran.err.contains(text) || ran.out.contains(text), "{text} is missing: {ran:?}");
    }
    let (status, json) = PROJECT.json(&["replay", FAILS, TEST]);
    assert_eq!((status, &json["failure"]["kind"], &json["schedule"]), (Some(1), &"panic".into(), &FAILS.into()));
    let (status, json) = PROJECT.json(&["replay", "r1:", TEST]);
    assert_eq!((status, &json["failure"], json["digest"].as_str().unwrap().len()), (Some(0), &().into(), 16));
    let ran = PROJECT.reenact(&["replay", FAILS]);
    assert!(ran.status == Some(2) && ran.err.contains("name of one test, of these:"), "{ran:?}");
}

#[test]
fn a_schedule_is_shrunk() {
    let (longer, test) = ("r1:0=3,1=1,2=4", "fails_by_the_second_draw");
    let (status, json) = PROJECT.json(&["shrink", longer, test]);
    assert_eq!((status, &json["from"], &json["schedule"]), (Some(1), &longer.into(), &"r1:1=1/6".into()));
    assert_eq!(json["failure"]["kind"], "panic");
    let ran = PROJECT.reenact(&["shrink", longer, test]);
    assert!(ran.status == Some(1) && ran.out.starts_with("r1:1=1/6\n\npanic at 0s"), "{ran:?}");
    assert!(ran.out.contains("shrunk from 3 in"), "{}", ran.out);
    assert_eq!(PROJECT.json(&["shrink", "r1:", TEST]).0, Some(0));
    let ran = PROJECT.reenact(&["shrink", "r1:99=1", TEST]);
    assert!(ran.status == Some(2) && ran.err.contains("of no execution"), "{ran:?}");
}

#[test]
fn an_execution_is_shown_as_lanes_and_written_as_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let (html, perfetto) = (folder.path().join("a.html"), folder.path().join("a.json"));
    let args = [format!("--html={}", html.display()), format!("--perfetto={}", perfetto.display())];
    let ran = PROJECT.reenact(&["show", FAILS, TEST, &args[0], &args[1]]);
    assert_eq!(ran.status, Some(1));
    assert!(ran.out.starts_with("a main   b visit   c counts.rs:14\n"), "{}", ran.out);
    assert!(ran.out.contains(" >o  counts.rs:14: reads count") && ran.out.contains("panic: assertion"), "{}", ran.out);
    assert!(fs::read_to_string(&html).unwrap().starts_with("<!DOCTYPE html>"));
    let perfetto: serde_json::Value = serde_json::from_str(&fs::read_to_string(perfetto).unwrap()).unwrap();
    assert!(perfetto["traceEvents"].as_array().unwrap().len() > 10);
    let events = PROJECT.reenact(&["show", "r1:", TEST, "--events"]);
    assert!(events.status == Some(0) && events.out.contains("print \"counted 2\""), "{events:?}");
    let (_, json) = PROJECT.json(&["show", FAILS, TEST]);
    assert!(json["lanes"].as_str().unwrap().contains("reads count") && json["events"].as_array().unwrap().len() > 10);
}

#[test]
fn a_trace_that_was_kept_is_shown_and_compared_like_a_schedule() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kept.jsonl");
    let kept = file.to_str().unwrap();
    let mut cargo = PROJECT.command(env!("CARGO"));
    cargo.args(["test", "-q", "--test", "counts", TEST]).env("REENACT_REPLAY", FAILS).env("REENACT_TRACE", &file);
    assert!(!cargo.output().unwrap().status.success());
    let shown = PROJECT.reenact(&["show", kept]);
    assert_eq!(shown.out, PROJECT.reenact(&["show", FAILS, TEST]).out);
    let (status, json) = PROJECT.json(&["diff", kept, FAILS, TEST]);
    assert_eq!((status, &json["same"]), (Some(0), &true.into()));
    let (status, json) = PROJECT.json(&["diff", kept, "r1:", TEST]);
    assert_eq!((status, &json["same"], &json["index"]), (Some(1), &false.into(), &15.into()));
    assert!(json["left"].as_str().unwrap().ends_with("choice 1: 1/2 step 0.1"), "{json}");
    let html = folder.path().join("both.html");
    let ran = PROJECT.reenact(&["diff", FAILS, "r1:", TEST, &format!("--html={}", html.display())]);
    assert!(ran.out.starts_with("the same for 15 events, then\n  first: "), "{}", ran.out);
    assert!(fs::read_to_string(html).unwrap().starts_with("<!DOCTYPE html>"));
    fs::write(&file, "{\"type\":\"trace\",\"version\":9}").unwrap();
    let ran = PROJECT.reenact(&["show", kept]);
    assert!(ran.status == Some(2) && ran.err.contains("version 9 of traces is not known"), "{ran:?}");
}
