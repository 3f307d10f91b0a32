//! Swimlanes for a terminal.

use std::fmt::Write;

use reenact_sim::time::Instant;
use reenact_sim::{Trace, TraceEvent};

use super::steps::{Drawing, Readied, Step};

/// Columns of a terminal.
const WIDTH: usize = 80;
/// Columns of tasks.
const LANES: usize = 8;
/// Room for the time, at least and at most.
const TIME: (usize, usize) = (8, 16);

/// The letter of the lane that stands for all other tasks.
const FOLDED: char = '*';

/// What a task is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Absent,
    Ready,
    Waits,
}

/// What all tasks are doing, by lane.
struct Lanes {
    states: Vec<State>,
    /// How many tasks of a lane are ready, and how many wait.
    counts: Vec<[usize; 2]>,
}

impl Lanes {
    fn new(tasks: usize) -> Self {
        Self { states: vec![State::Absent; tasks], counts: vec![[0; 2]; tasks.min(LANES)] }
    }

    fn lane(task: usize) -> usize {
        task.min(LANES - 1)
    }

    fn set(&mut self, task: usize, state: State) {
        let counts = &mut self.counts[Self::lane(task)];
        for (number, counted) in counts.iter_mut().zip([State::Ready, State::Waits]) {
            *number += usize::from(state == counted);
            *number -= usize::from(self.states[task] == counted);
        }
        self.states[task] = state;
    }

    /// A row: three columns for each lane.
    fn row(&self, step: Option<&Step>) -> String {
        let mut cells: Vec<[char; 2]> = self
            .counts
            .iter()
            .map(|counts| {
                // In the folded lane one that is ready says more than one that waits.
                [
                    ' ',
                    match counts {
                        [0, 0] => ' ',
                        [0, _] => '|',
                        _ => ':',
                    },
                ]
            })
            .collect();
        if let Some(step) = step {
            let choice = match step.choice {
                None => ' ',
                Some((_, choice)) if choice.picked == 0 => '?',
                Some(_) => '>',
            };
            cells[Self::lane(step.task.index())] = [choice, if step.ending.is_some() { 'x' } else { 'o' }];
        }
        cells.iter().map(|[choice, mark]| format!(" {choice}{mark}")).collect()
    }
}

pub(super) fn draw(trace: &Trace) -> String {
    let drawing = Drawing::of(trace);
    let tasks = trace.tasks().len();
    let longest = drawing.steps.iter().map(|step| step.at.to_string().chars().count()).max().unwrap_or(0);
    let mut page = Page { text: legend(&drawing, tasks), shown: None, time: longest.clamp(TIME.0, TIME.1) };
    let letters: String = (0..tasks.min(LANES)).map(|lane| format!("  {}", letter(lane, tasks))).collect();
    let _ = writeln!(page.text, "{:1$}{letters}", "", page.time);
    // Who is ready in front of which step.
    let mut becomes_ready: Vec<Vec<usize>> = vec![Vec::new(); drawing.steps.len() + 1];
    for (step, task) in born(trace) {
        becomes_ready[step].push(task);
    }
    for step in &drawing.steps {
        match step.readied {
            Readied::Step(by) => becomes_ready[by + 1].push(step.task.index()),
            Readied::Between(before) => becomes_ready[before].push(step.task.index()),
            Readied::Unknown => {}
        }
    }
    let mut lanes = Lanes::new(tasks);
    let mut between = drawing.between.iter().peekable();
    for (index, ready) in becomes_ready.iter().enumerate() {
        for task in ready {
            lanes.set(*task, State::Ready);
        }
        while let Some(row) = between.next_if(|row| row.step == index) {
            // That a timer wakes a task is seen in its lane.
            if !row.words.starts_with("timer ") && row.words != "starts" {
                let who = row.task.map_or_else(String::new, |task| format!("{}: ", drawing.labels.get(task)));
                page.row(row.at, &lanes.row(None), &format!("{who}{}", row.words));
            }
        }
        let Some(step) = drawing.steps.get(index) else { break };
        let colon = if step.words.is_empty() { "" } else { ": " };
        let told = format!("{}{colon}{}", drawing.labels.get(step.task), step.words.join(", "));
        page.row(step.at, &lanes.row(Some(step)), &told);
        lanes.set(step.task.index(), if step.ending.is_some() { State::Absent } else { State::Waits });
    }
    page.text
}

/// The tasks, each with the number of steps before it was there.
fn born(trace: &Trace) -> Vec<(usize, usize)> {
    let mut steps = 0;
    let mut born = Vec::new();
    for event in trace.events() {
        match event {
            TraceEvent::Stepped { .. } => steps += 1,
            TraceEvent::Spawned { task, .. } => born.push((steps, task.index())),
            _ => {}
        }
    }
    born
}

fn letter(lane: usize, tasks: usize) -> char {
    if tasks > LANES && lane == LANES - 1 { FOLDED } else { char::from(b'a' + lane as u8) }
}

/// Which letter is which task, in lines that fit.
fn legend(drawing: &Drawing, tasks: usize) -> String {
    let mut text = String::new();
    let mut width = 0;
    for lane in 0..tasks.min(LANES) {
        let name = match letter(lane, tasks) {
            FOLDED => format!("{FOLDED} {} other tasks", tasks - LANES + 1),
            letter => format!("{letter} {}", cut(drawing.labels.by_index(lane), 24)),
        };
        let long = name.chars().count();
        if width > 0 && width + 3 + long > WIDTH {
            text.push('\n');
            width = 0;
        }
        let gap = if width > 0 { "   " } else { "" };
        let _ = write!(text, "{gap}{name}");
        width += gap.len() + long;
    }
    text.push_str("\n\n");
    text
}

/// The text so far.
struct Page {
    text: String,
    /// The time that stands last in the column of times.
    shown: Option<Instant>,
    /// How wide that column is.
    time: usize,
}

impl Page {
    fn row(&mut self, at: Instant, lanes: &str, told: &str) {
        let time = if self.shown == Some(at) { String::new() } else { cut(&at.to_string(), self.time) };
        self.shown = Some(at);
        let row = format!("{time:>0$}{lanes}  {told}", self.time);
        let _ = writeln!(self.text, "{}", cut(&row, WIDTH).trim_end());
    }
}

fn cut(text: &str, width: usize) -> String {
    match text.chars().count() {
        long if long > width => text.chars().take(width - 2).chain("..".chars()).collect(),
        _ => text.to_owned(),
    }
}
