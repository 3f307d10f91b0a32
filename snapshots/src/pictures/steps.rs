//! [`Drawing`]: a trace as the pictures need it, by steps.

use std::sync::Arc;

use reenact_sim::time::Instant;
use reenact_sim::{Choice, ChoiceKind, Ending, HostileAct, LogLine, TaskId, Trace, TraceEvent, WokenBy};

use crate::label::Labels;
use crate::row::tell;

/// All steps, and what tasks were doing between them.
#[derive(Debug)]
pub(super) struct Drawing {
    pub(super) labels: Labels,
    pub(super) steps: Vec<Step>,
    /// What happened between steps, each in front of the step of that index.
    pub(super) between: Vec<Between>,
}

#[derive(Debug)]
pub(super) struct Step {
    pub(super) at: Instant,
    pub(super) task: TaskId,
    /// Which of the task's steps, from 1.
    pub(super) number: u32,
    /// The choice that picked it, if there was one.
    pub(super) choice: Option<(u64, Choice)>,
    /// Why the task was ready.
    pub(super) readied: Readied,
    /// What it did, in words.
    pub(super) words: Vec<String>,
    /// What it said to the program's log, which is among the words, too.
    pub(super) logs: Vec<Arc<LogLine>>,
    /// How the task ended in it, if it did.
    pub(super) ending: Option<Ending>,
}

/// How a task became ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Readied {
    /// Nobody knows, because events are left out.
    Unknown,
    /// By the step of this index; it was woken, or spawned.
    Step(usize),
    /// Between steps, when so many steps had been taken: by a timer, by a thread, by a hostile executor, or because it is main.
    Between(usize),
}

#[derive(Debug)]
pub(super) struct Between {
    pub(super) at: Instant,
    /// How many steps were taken before.
    pub(super) step: usize,
    pub(super) task: Option<TaskId>,
    pub(super) words: String,
}

impl Drawing {
    pub(super) fn of(trace: &Trace) -> Self {
        let labels = Labels::of(trace, true);
        // Source lines would fill the pictures; those that show them have them of each task.
        let mut told = tell(trace, &labels, false).into_iter().peekable();
        let mut steps: Vec<Step> = Vec::new();
        let mut between = Vec::new();
        let mut taken = vec![0u32; trace.tasks().len()];
        let mut readied = vec![Readied::Unknown; trace.tasks().len()];
        let mut choice = None;
        for (event, (at, current, happened)) in trace.timeline().enumerate() {
            let row = told.next_if(|told| told.event == event);
            let in_step = current.filter(|current| steps.last().is_some_and(|step| step.task == *current));
            match happened {
                TraceEvent::Choice { index, choice: made, .. } if made.kind == ChoiceKind::Task => choice = Some((*index, *made)),
                TraceEvent::Stepped { task } => {
                    let number = taken.get_mut(task.index()).map_or(0, |taken| {
                        *taken += 1;
                        *taken
                    });
                    let readied =
                        readied.get_mut(task.index()).map_or(Readied::Unknown, |why| std::mem::replace(why, Readied::Unknown));
                    let (choice, words) = (choice.take(), Vec::new());
                    steps.push(Step { at, task: *task, number, choice, readied, words, logs: Vec::new(), ending: None });
                    continue;
                }
                TraceEvent::Spawned { task, .. }
                | TraceEvent::Woken { task, .. }
                | TraceEvent::Hostile { task, act: HostileAct::SpuriousPoll | HostileAct::LateWakeArrives } => {
                    let by_step = match happened {
                        TraceEvent::Woken { by, .. } => matches!(by, WokenBy::Task(_)),
                        TraceEvent::Spawned { parent, .. } => parent.is_some(),
                        _ => false,
                    };
                    if let Some(why) = readied.get_mut(task.index()) {
                        let by_step = by_step && in_step.is_some();
                        *why = if by_step { Readied::Step(steps.len() - 1) } else { Readied::Between(steps.len()) };
                    }
                }
                TraceEvent::Logged { line } => {
                    if let Some(step) = steps.last_mut().filter(|step| in_step == Some(step.task)) {
                        step.logs.push(line.clone());
                    }
                }
                TraceEvent::Finished { task, ending } => {
                    if let Some(step) = steps.last_mut().filter(|step| step.task == *task) {
                        step.ending = Some(*ending);
                    }
                }
                _ => {}
            }
            let Some(row) = row else { continue };
            match steps.last_mut().filter(|step| in_step == Some(step.task) && row.task == Some(step.task)) {
                Some(step) => step.words.push(row.what),
                None => between.push(Between { at, step: steps.len(), task: row.task, words: row.what }),
            }
        }
        Self { labels, steps, between }
    }
}
