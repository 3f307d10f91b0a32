//! Chrome trace-event JSON.
//!
//! The format is the one of "Trace Event Format": `M` names things, `X` is a slice with a duration, `i` an instant, `s` and `f`
//! the ends of an arrow. Fields are written in a fixed order, so that the text can be compared.

use reenact_sim::Trace;
use serde::Serialize;

use super::steps::{Drawing, Readied, Step};

/// The width of a step, in nanoseconds.
const STEP: f64 = 1_000.0;

// Where in a step something stands, from 0 to 1. To Perfetto a mark is a slice, which lasts until the next event of its track, and an
// arrow belongs to the innermost slice at its ends. So arrows come before all marks, and inside of the step.
const ENDS: f64 = 0.125;
const STARTS: f64 = 0.25;
const CHOICE: f64 = 0.5;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct File<'a> {
    display_time_unit: &'static str,
    trace_events: Vec<Event<'a>>,
}

#[derive(Serialize, Default)]
struct Event<'a> {
    ph: &'static str,
    pid: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    tid: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ts: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dur: Option<f64>,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    cat: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    /// An arrow ends at the slice around it; an instant is a mark in its track.
    #[serde(skip_serializing_if = "Option::is_none")]
    bp: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    s: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    args: Option<Args<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Args<'a> {
    Name { name: &'a str },
    Sort { sort_index: usize },
    Task { path: String, spawned: String },
    Step { time: String, choice: String, events: &'a [String] },
    Log { level: String, target: &'a str, spans: Vec<String> },
}

pub(super) fn write(trace: &Trace) -> String {
    let drawing = Drawing::of(trace);
    let mut events = vec![meta("process_name", None, Args::Name { name: "reenact" })];
    for (index, task) in trace.tasks().iter().enumerate() {
        events.push(meta("thread_name", Some(index + 1), Args::Name { name: drawing.labels.by_index(index) }));
        events.push(meta("thread_sort_index", Some(index + 1), Args::Sort { sort_index: index }));
        if let Some(site) = task.spawned_at {
            let args = Args::Task { path: task.path.to_string(), spawned: site.to_string() };
            events.push(meta("thread_labels", Some(index + 1), args));
        }
    }
    let places = places(&drawing.steps);
    let mut ended: Vec<Option<(f64, &Step)>> = vec![None; trace.tasks().len()];
    for (index, (step, (from, to))) in drawing.steps.iter().zip(&places).enumerate() {
        let task = step.task.index();
        // When it became ready: at the end of the step that did it, or at the instant at which a timer did.
        let ready = match step.readied {
            Readied::Step(by) => places[by].1,
            Readied::Between(_) => step.at.as_nanos() as f64,
            Readied::Unknown => *from,
        };
        if let Some((end, before)) = ended.get(task).copied().flatten() {
            events.push(slice(step, "waiting", before.waits_for(), end, ready.max(end)));
            events.push(slice(step, "ready", "ready".to_owned(), ready.max(end), *from));
        } else {
            events.push(slice(step, "ready", "ready".to_owned(), ready, *from));
        }
        let told = step.words.join(", ");
        let colon = if told.is_empty() { "" } else { ": " };
        let mut shown = slice(step, "step", format!("step {}{colon}{told}", step.number), *from, *to);
        let choice = step.choice.map_or_else(String::new, |(_, choice)| format!("{} of {}", choice.picked, choice.alternatives));
        shown.args = Some(Args::Step { time: step.at.to_string(), choice, events: &step.words });
        events.push(shown);
        if let Readied::Step(by) = step.readied {
            let arrow = |step, ns| Event { id: Some(index), ..at(step, "wake", "wake".to_owned(), ns) };
            events.push(Event { ph: "s", ..arrow(&drawing.steps[by], within(places[by], STARTS)) });
            events.push(Event { ph: "f", bp: Some("e"), ..arrow(step, within(places[index], ENDS)) });
        }
        if let Some((number, choice)) = step.choice.filter(|(_, choice)| choice.picked > 0) {
            let name = format!("choice {number}: {} of {}", choice.picked, choice.alternatives);
            events.push(Event { ph: "i", s: Some("t"), ..at(step, "choice", name, within(places[index], CHOICE)) });
        }
        // The steps of an instant stand side by side, and so do the lines of a step.
        for (n, line) in step.logs.iter().enumerate() {
            let place = CHOICE + (1.0 - CHOICE) * (n + 1) as f64 / (step.logs.len() + 1) as f64;
            let spans = line.spans.iter().map(ToString::to_string).collect();
            let args = Args::Log { level: line.level.to_string(), target: &line.target, spans };
            let name = line.without_target().to_string();
            events.push(Event { ph: "i", s: Some("t"), args: Some(args), ..at(step, "log", name, within(places[index], place)) });
        }
        if let Some(known) = ended.get_mut(task) {
            *known = step.ending.is_none().then_some((*to, step));
        }
    }
    events.retain(|event| event.cat != Some("waiting") && event.cat != Some("ready") || event.dur > Some(0.0));
    let file = File { display_time_unit: "ns", trace_events: events };
    serde_json::to_string(&file).expect("a struct of texts and finite numbers is JSON")
}

/// Where each step is drawn, in nanoseconds: the steps of an instant one after the other, before the next instant.
fn places(steps: &[Step]) -> Vec<(f64, f64)> {
    let mut places = Vec::with_capacity(steps.len());
    let mut instants = steps.chunk_by(|left, right| left.at == right.at).peekable();
    while let Some(instant) = instants.next() {
        let at = instant[0].at.as_nanos() as f64;
        let room = instants.peek().map_or(f64::INFINITY, |next| next[0].at.as_nanos() as f64 - at);
        let width = STEP.min(room / instant.len() as f64);
        // Whole nanoseconds as far as there is room: Perfetto has no others, and drops a slice that begins before the last one has ended.
        let edge = |n: usize| if width < 1.0 { at + width * n as f64 } else { (at + width * n as f64).floor() };
        places.extend((0..instant.len()).map(|n| (edge(n), edge(n + 1))));
    }
    places
}

fn within((from, to): (f64, f64), place: f64) -> f64 {
    from + (to - from) * place
}

impl Step {
    /// What the task does until its next step.
    fn waits_for(&self) -> String {
        let sleep = self.words.iter().rev().find(|words| words.starts_with("sleeps "));
        sleep.cloned().unwrap_or_else(|| "waits".to_owned())
    }
}

fn meta<'a>(name: &str, tid: Option<usize>, args: Args<'a>) -> Event<'a> {
    Event { ph: "M", pid: 1, tid, name: name.to_owned(), args: Some(args), ..Event::default() }
}

fn at<'a>(step: &Step, cat: &'static str, name: String, ns: f64) -> Event<'a> {
    Event { pid: 1, tid: Some(step.task.index() + 1), ts: Some(ns / 1_000.0), cat: Some(cat), name, ..Event::default() }
}

fn slice<'a>(step: &Step, cat: &'static str, name: String, from: f64, to: f64) -> Event<'a> {
    Event { ph: "X", dur: Some((to - from) / 1_000.0), ..at(step, cat, name, from) }
}
