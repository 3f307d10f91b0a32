//! A page that shows one trace, or two.

use reenact_sim::Trace;
use serde::Serialize;

use super::steps::{Drawing, Readied};

/// What the page knows. Short names: there may be a hundred thousand steps.
#[derive(Serialize)]
struct Page {
    traces: Vec<Picture>,
    /// The first step in which two traces differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    parting: Option<usize>,
}

#[derive(Serialize)]
struct Picture {
    tasks: Vec<Task>,
    steps: Vec<Step>,
    between: Vec<Between>,
}

#[derive(Serialize)]
struct Task {
    name: String,
    path: String,
    spawned: String,
}

#[derive(Serialize)]
struct Step {
    /// Virtual time: nanoseconds for the scale, which need not be exact, and text.
    ns: u64,
    at: String,
    /// Index of the task.
    task: usize,
    /// Which of its steps, from 1.
    n: u32,
    /// The index of the step that woke or spawned the task.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<usize>,
    /// Picked and alternatives.
    #[serde(skip_serializing_if = "Option::is_none")]
    choice: Option<(u32, u32)>,
    /// How the task ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<String>,
    /// The most important level of what it said to the log, from 0 for errors to 4.
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<u8>,
    /// What happened.
    what: Vec<String>,
}

/// What happened between steps.
#[derive(Serialize)]
struct Between {
    /// In front of which step.
    step: usize,
    at: String,
    what: String,
}

const SHELL: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const DRAW: &str = include_str!("draw.js");
const CONTROL: &str = include_str!("control.js");

pub(super) fn write(trace: &Trace, other: Option<&Trace>) -> String {
    let traces: Vec<Picture> = std::iter::once(trace).chain(other).map(picture).collect();
    let parting = match &traces[..] {
        [one, two] => {
            let alike = one.steps.iter().zip(&two.steps).take_while(|(left, right)| one.said(left) == two.said(right)).count();
            (alike < one.steps.len().max(two.steps.len())).then_some(alike)
        }
        _ => None,
    };
    let data = serde_json::to_string(&Page { traces, parting }).expect("a struct of texts and numbers is JSON");
    // Nothing that a program prints may end the element in which the data stand.
    let data = data.replace('<', "\\u003c");
    let mut page = String::with_capacity(SHELL.len() + STYLE.len() + DRAW.len() + CONTROL.len() + data.len());
    let mut rest = SHELL;
    for (mark, part) in [("/*STYLE*/", STYLE), ("/*DATA*/", &data), ("/*DRAW*/", DRAW), ("/*CONTROL*/", CONTROL)] {
        let (before, after) = rest.split_once(mark).expect("the shell has all marks, in this order");
        page.push_str(before);
        page.push_str(part);
        rest = after;
    }
    page.push_str(rest);
    page
}

impl Picture {
    /// What happened in a step, whichever choice led to it, and whichever number its task has.
    fn said<'a>(&'a self, step: &'a Step) -> (&'a str, &'a str, u32, &'a [String]) {
        (&step.at, &self.tasks[step.task].path, step.n, &step.what)
    }
}

fn picture(trace: &Trace) -> Picture {
    let drawing = Drawing::of(trace);
    let tasks = trace.tasks().iter().enumerate().map(|(index, task)| Task {
        name: drawing.labels.by_index(index).to_owned(),
        path: task.path.to_string(),
        spawned: task.spawned_at.map_or_else(String::new, |site| site.to_string()),
    });
    let steps = drawing.steps.into_iter().map(|step| Step {
        ns: step.at.as_nanos(),
        at: step.at.to_string(),
        task: step.task.index(),
        n: step.number,
        by: match step.readied {
            Readied::Step(by) => Some(by),
            _ => None,
        },
        choice: step.choice.map(|(_, choice)| (choice.picked, choice.alternatives)),
        end: step.ending.map(|ending| ending.to_string()),
        log: step.logs.iter().map(|line| line.level as u8).min(),
        what: step.words,
    });
    let between = drawing.between.into_iter().map(|row| {
        let who = row.task.map_or_else(String::new, |task| format!("{} ", drawing.labels.get(task)));
        Between { step: row.step, at: row.at.to_string(), what: format!("{who}{}", row.words) }
    });
    Picture { tasks: tasks.collect(), steps: steps.collect(), between: between.collect() }
}
