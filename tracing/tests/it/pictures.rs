//! What was said, in snapshots and in pictures.

use reenact_sim::{Sim, Trace, task};
use reenact_snapshots::{Level, Pictures, TraceSnapshot, assert_trace_snapshot};
use serde_json::Value;
use tracing::{Instrument, debug, info, info_span, warn};

use crate::install;

fn workers() -> Trace {
    let _layer = install();
    let work = |n: u32| async move {
        debug!("begins");
        task::yield_now().await;
        warn!(n, "ends");
        info!("really");
    };
    let execution = Sim::new().run(|| async {
        let worker = |n: u32| task::Builder::new().name(format!("worker {n}")).spawn(work(n).instrument(info_span!("work", n)));
        let workers = [1, 2].map(worker);
        for worker in workers {
            worker.await.unwrap();
        }
    });
    execution.trace
}

#[test]
fn a_snapshot_has_what_was_said() {
    assert_trace_snapshot!(workers().trace_text().without_lines(), @r"
    0s       main         starts
    0s       main         spawns worker 1
    0s       main         spawns worker 2
    0s       worker 1     logs DEBUG work{n=1}: begins
    0s       worker 2     logs DEBUG work{n=2}: begins
    0s       worker 1     logs WARN work{n=1}: ends n=1
    0s       worker 1     logs INFO work{n=1}: really
    0s       worker 1     ends
    0s       worker 2     logs WARN work{n=2}: ends n=2
    0s       worker 2     logs INFO work{n=2}: really
    0s       worker 2     ends
    0s       main         ends
    ");
    assert_eq!(workers().trace_text().level(Level::Output).to_string(), "");
}

#[test]
fn normal_order_takes_lines_along_with_their_steps() {
    let other = {
        let _layer = install();
        let body = || async {
            let say = |n: u32| task::Builder::new().name(n.to_string()).spawn(async move { info!(n, "here") });
            let tasks = [1, 2].map(say);
            for task in tasks {
                task.await.unwrap();
            }
        };
        ["r1:", "r1:0=1/2"].map(|schedule| Sim::new().replay(&schedule.parse().unwrap()).run(body).trace)
    };
    let [one, two] = other;
    assert_ne!(one.trace_text().to_string(), two.trace_text().to_string());
    assert_eq!(one.trace_text().normal_order().to_string(), two.trace_text().normal_order().to_string());
}

#[test]
fn in_perfetto_a_line_is_an_instant_in_its_step() {
    let json: Value = serde_json::from_str(&workers().to_perfetto()).unwrap();
    let events = json["traceEvents"].as_array().unwrap();
    let of = |category: &str| events.iter().filter(|event| event["cat"] == category).cloned().collect::<Vec<_>>();
    let (lines, steps) = (of("log"), of("step"));
    let names: Vec<_> = lines.iter().map(|line| line["name"].as_str().unwrap()).collect();
    assert_eq!(names[..3], ["DEBUG work{n=1}: begins", "DEBUG work{n=2}: begins", "WARN work{n=1}: ends n=1"]);
    assert_eq!(lines.len(), 6);
    for line in &lines {
        assert_eq!((&line["ph"], &line["s"]), (&"i".into(), &"t".into()));
        assert_eq!(line["args"]["target"], "it::pictures");
        let around = steps.iter().filter(|step| {
            let at = |event: &Value, field: &str| event[field].as_f64().unwrap();
            step["tid"] == line["tid"] && at(step, "ts") < at(line, "ts") && at(line, "ts") < at(step, "ts") + at(step, "dur")
        });
        assert_eq!(around.count(), 1, "{line}");
    }
    let places: Vec<_> = lines.iter().map(|line| line["ts"].as_f64().unwrap()).collect();
    assert!(places.is_sorted_by(|left, right| left < right), "{places:?}");
}

#[test]
fn the_page_marks_the_steps_that_said_something_with_the_most_important_level() {
    let page = workers().to_html();
    let data = page.split(r#"<script type="application/json" id="data">"#).nth(1).unwrap().split("</script>").next().unwrap();
    let data: Value = serde_json::from_str(data).unwrap();
    let steps = data["traces"][0]["steps"].as_array().unwrap();
    let marks: Vec<_> = steps.iter().filter_map(|step| step["log"].as_u64()).collect();
    assert_eq!(marks, [3, 3, 1, 1]);
    let said = steps.iter().find(|step| step["log"] == 1).unwrap();
    assert_eq!(said["what"][0], "logs WARN work{n=1}: ends n=1");
}
