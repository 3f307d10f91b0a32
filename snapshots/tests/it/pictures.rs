//! Lanes, Perfetto's JSON and the page of HTML.

use std::collections::BTreeMap;

use reenact_sim::{Trace, TraceEvent, task};
use reenact_snapshots::Pictures;
use serde_json::Value;

use crate::support::{TENTH, trace, worker};

/// As many workers as wanted, with long names, and main waits for all of them.
fn crowd(workers: u32) -> Trace {
    trace("r1:0=1", move || async move {
        let tasks: Vec<_> = (0..workers).map(|n| worker(&format!("worker with a long name {n}"), n % 3)).collect();
        for task in tasks {
            task.await.unwrap();
        }
    })
}

#[test]
fn lanes_fit_a_terminal_and_fold_beyond_eight_tasks() {
    for workers in [2, 7, 8, 40] {
        let lanes = crowd(workers).lanes();
        let widest = lanes.lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= 80, "{widest} columns:\n{lanes}");
        assert_eq!(lanes.contains("other tasks"), workers >= 8, "{lanes}");
        assert_eq!(lanes.matches(">o").count(), 1, "the choice that picked another task is marked:\n{lanes}");
    }
    let folded = crowd(8).lanes();
    assert!(folded.contains("* 2 other tasks") && folded.contains("          a  b  c  d  e  f  g  *\n"), "{folded}");
    // The text names the tasks of the folded lane.
    assert!(folded.contains("worker with a long name 7: "), "{folded}");
}

#[test]
fn lanes_have_a_row_for_each_step() {
    let trace = crowd(5);
    let steps = trace.events().iter().filter(|event| matches!(event, TraceEvent::Stepped { .. })).count();
    let lanes = trace.lanes();
    let rows = lanes.split("\n\n").nth(1).unwrap().lines().skip(1);
    assert_eq!(rows.count(), steps, "{lanes}");
}

fn events(trace: &Trace) -> Vec<Value> {
    let json: Value = serde_json::from_str(&trace.to_perfetto()).unwrap();
    json["traceEvents"].as_array().unwrap().clone()
}

fn of<'a>(events: &'a [Value], phase: &str, category: &str) -> Vec<&'a Value> {
    events.iter().filter(|event| event["ph"] == phase && (category.is_empty() || event["cat"] == category)).collect()
}

#[test]
fn perfetto_has_a_slice_for_each_step_and_an_arrow_for_each_wake_by_a_step() {
    let trace = crowd(5);
    let events = events(&trace);
    let steps = trace.events().iter().filter(|event| matches!(event, TraceEvent::Stepped { .. })).count();
    assert_eq!(of(&events, "X", "step").len(), steps);
    let (starts, ends) = (of(&events, "s", "wake"), of(&events, "f", "wake"));
    assert!(!starts.is_empty());
    let ids = |events: &[&Value]| events.iter().map(|event| event["id"].as_u64().unwrap()).collect::<Vec<_>>();
    assert_eq!(ids(&starts), ids(&ends));
    for (start, end) in starts.iter().zip(&ends) {
        assert!(start["ts"].as_f64() < end["ts"].as_f64(), "an arrow goes forward: {start} {end}");
        for event in [start, end] {
            let around = of(&events, "X", "step").into_iter().filter(|slice| {
                let (from, width) = (slice["ts"].as_f64().unwrap(), slice["dur"].as_f64().unwrap());
                let ts = event["ts"].as_f64().unwrap();
                slice["tid"] == event["tid"] && from < ts && ts < from + width
            });
            assert_eq!(around.count(), 1, "both ends are inside a step: {event}");
        }
    }
    assert_eq!(of(&events, "i", "choice").len(), 1, "one choice did not pick the default");
    let names = of(&events, "M", "").into_iter().filter(|event| event["name"] == "thread_name");
    assert_eq!(names.count(), trace.tasks().len());
}

/// A mark is a slice to Perfetto, and an arrow belongs to the innermost slice that has begun: it would be drawn from the mark.
#[test]
fn in_a_step_arrows_come_before_marks() {
    let events = events(&crowd(5));
    let marks = of(&events, "i", "choice");
    assert_eq!(marks.len(), 1);
    let at = |event: &Value| event["ts"].as_f64().unwrap();
    let step = of(&events, "X", "step").into_iter().find(|step| {
        step["tid"] == marks[0]["tid"] && at(step) < at(marks[0]) && at(marks[0]) < at(step) + step["dur"].as_f64().unwrap()
    });
    let step = step.unwrap();
    let arrows = events.iter().filter(|event| {
        event["cat"] == "wake"
            && event["tid"] == step["tid"]
            && at(step) < at(event)
            && at(event) < at(step) + step["dur"].as_f64().unwrap()
    });
    let places: Vec<f64> = arrows.map(at).collect();
    assert!(!places.is_empty() && places.iter().all(|place| *place < at(marks[0])), "{places:?} {}", marks[0]);
}

#[test]
fn slices_of_a_track_do_not_overlap_and_none_is_beyond_its_instant() {
    let trace = trace("r1:", || async {
        let tasks: Vec<_> = (0..50).map(|n| worker(&format!("{n}"), n % 2)).collect();
        // Instants that are nearer to each other than a step is wide.
        for _ in 0..10 {
            reenact_sim::time::sleep(std::time::Duration::from_nanos(7)).await;
        }
        for task in tasks {
            task.await.unwrap();
        }
    });
    let events = events(&trace);
    let mut tracks: BTreeMap<u64, Vec<(f64, f64)>> = BTreeMap::new();
    for event in of(&events, "X", "") {
        let (from, width) = (event["ts"].as_f64().unwrap(), event["dur"].as_f64().unwrap());
        assert!(width > 0.0, "{event}");
        tracks.entry(event["tid"].as_u64().unwrap()).or_default().push((from, from + width));
    }
    assert_eq!(tracks.len(), trace.tasks().len());
    for slices in tracks.values_mut() {
        slices.sort_by(|left, right| left.partial_cmp(right).unwrap());
        for pair in slices.windows(2) {
            assert!(pair[0].1 <= pair[1].0 + 1e-6, "{pair:?}");
        }
    }
    let mut steps: Vec<f64> = of(&events, "X", "step").iter().map(|event| event["ts"].as_f64().unwrap()).collect();
    assert!(steps.is_sorted(), "{steps:?}");
    steps.retain(|ts| *ts >= 0.063 && *ts < 0.07);
    assert_eq!(steps.len(), 1, "the step at 63 ns is drawn before 70 ns");
}

/// Perfetto counts in whole nanoseconds, and drops a slice that then begins before the last one has ended.
#[test]
fn three_steps_share_a_hundred_nanoseconds_without_fractions() {
    let trace = trace("r1:", || async {
        let sleeps = async || {
            for _ in 0..5 {
                reenact_sim::time::sleep(std::time::Duration::from_nanos(100)).await;
            }
        };
        let tasks: Vec<_> = (0..3).map(|_| task::spawn(sleeps())).collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    let events = events(&trace);
    let edges = of(&events, "X", "").into_iter().flat_map(|event| {
        let (from, width) = (event["ts"].as_f64().unwrap(), event["dur"].as_f64().unwrap());
        [from * 1_000.0, (from + width) * 1_000.0]
    });
    let edges: Vec<f64> = edges.collect();
    assert!(edges.iter().any(|edge| (edge - 133.0).abs() < 1e-6), "a third of the first hundred: {edges:?}");
    assert!(edges.iter().all(|edge| (edge - edge.round()).abs() < 1e-6), "{edges:?}");
}

/// The data that a page holds.
fn data(page: &str) -> Value {
    let data = page.split(r#"<script type="application/json" id="data">"#).nth(1).unwrap();
    serde_json::from_str(data.split("</script>").next().unwrap()).unwrap()
}

#[test]
fn a_page_is_one_file_that_loads_nothing() {
    let page = crowd(3).to_html();
    assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"));
    for outside in ["http:", "https:", "src=", "href=", "@import", "url(", "fetch(", "XMLHttpRequest", "/*DATA*/"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("prefers-color-scheme: dark"));
    assert_eq!(page.matches("<script").count(), page.matches("</script>").count());
}

#[test]
fn a_page_holds_every_step_and_what_happened_in_it() {
    let trace = crowd(3);
    let data = data(&trace.to_html());
    let steps = data["traces"][0]["steps"].as_array().unwrap();
    let expected = trace.events().iter().filter(|event| matches!(event, TraceEvent::Stepped { .. })).count();
    assert_eq!(steps.len(), expected);
    assert_eq!(data["traces"][0]["tasks"][1]["name"], "worker with a long name 0");
    assert!(steps.iter().any(|step| step["choice"] == serde_json::json!([1, 3])), "{steps:?}");
    assert!(steps.iter().any(|step| step["by"].is_u64()) && data["parting"].is_null());
}

#[test]
fn text_of_the_program_cannot_end_the_data() {
    let trace = trace("r1:", || async { reenact_sim::println!("</script><script>alert(1)</script> <!-- \u{2028}") });
    let page = trace.to_html();
    assert!(!page.contains("alert(1)</script>"));
    let said = &data(&page)["traces"][0]["steps"][0]["what"][0];
    assert!(said.as_str().unwrap().contains("</script><script>alert(1)"), "{said}");
}

#[test]
fn two_traces_stand_side_by_side_and_it_is_said_where_they_part() {
    let body = || async {
        let tasks = [worker("a", 1), worker("b", 1)];
        for task in tasks {
            task.await.unwrap();
        }
    };
    let (fifo, other) = (trace("r1:", body), trace("r1:1=1", body));
    let page = data(&fifo.to_html_beside(&other));
    assert_eq!(page["traces"].as_array().unwrap().len(), 2);
    // Main, a and b have stepped once; then one steps first.
    assert_eq!(page["parting"], 3);
    assert!(data(&fifo.to_html_beside(&fifo))["parting"].is_null());
}

#[test]
fn pictures_are_the_same_every_time() {
    let (one, two) = (crowd(9), crowd(9));
    assert_eq!(one.lanes(), two.lanes());
    assert_eq!(one.to_perfetto(), two.to_perfetto());
    assert_eq!(one.to_html(), two.to_html());
    let pictures = one.lanes() + &one.to_perfetto() + &one.to_html();
    assert!(!pictures.contains(env!("CARGO_MANIFEST_DIR")));
}

#[test]
fn a_trace_whose_middle_is_left_out_can_be_drawn() {
    let execution = reenact_sim::Sim::new().max_trace_events(200).run(|| async {
        let tasks: Vec<_> = (0..20).map(|n| worker(&format!("{n}"), n)).collect();
        for task in tasks {
            task.await.unwrap();
        }
        for _ in 0..100 {
            task::yield_now().await;
            reenact_sim::time::sleep(TENTH).await;
        }
    });
    let trace = execution.trace;
    assert!(trace.lanes().contains("events are left out"), "{}", trace.lanes());
    assert!(!of(&events(&trace), "X", "step").is_empty());
    assert!(data(&trace.to_html())["traces"][0]["between"].to_string().contains("events are left out"));
}

/// What a browser makes of a page: its document after the scripts have run. `None` where no browser is named.
fn browse(page: &str, name: &str, hash: &str) -> Option<String> {
    let browser = std::env::var_os("SNAPSHOTS_BROWSER").filter(|browser| !browser.is_empty())?;
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("browser-{name}"));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("page.html");
    std::fs::write(&file, page).unwrap();
    let mut command = std::process::Command::new(browser);
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]);
    command.args(["--disable-component-update", "--disable-sync", "--window-size=1300,620", "--dump-dom"]);
    command.arg(format!("--user-data-dir={}", folder.join("profile").display()));
    let output = command.arg(format!("file://{}{hash}", file.display())).output().unwrap();
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Needs a Chromium, which `SNAPSHOTS_BROWSER` names, as CI does.
#[test]
fn a_browser_draws_the_steps_and_goes_to_where_two_traces_part() {
    let (fifo, other) = (crowd(3), trace("r1:", || async { worker("worker with a long name 0", 0).await.unwrap() }));
    let page = fifo.to_html_beside(&other);
    let Some(document) = browse(&page, "two", "#part") else { return };
    let steps = |n: usize| data(&page)["traces"][n]["steps"].as_array().unwrap().len();
    assert!(document.contains("here the two executions part"), "{document}");
    assert!(document.contains(&format!(r#"data-drawn="{} {}""#, steps(0), steps(1))), "{document}");
}

/// Needs a Chromium, as above.
#[test]
fn a_browser_draws_less_than_all_of_a_hundred_thousand_events() {
    let trace = trace("r1:", || async {
        let tasks = (0..100).map(|_| {
            task::spawn(async {
                for _ in 0..250 {
                    reenact_sim::println!("again");
                    task::yield_now().await;
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
    });
    assert!(trace.events().len() > 100_000);
    let Some(document) = browse(&trace.to_html(), "long", "#find=again") else { return };
    let drawn: usize = document.split("data-drawn=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
    assert!(0 < drawn && drawn < 25_000, "{drawn}");
    assert!(document.contains("1 of 25000"), "the search has found every step");
}
