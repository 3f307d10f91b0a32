//! The steps of an execution, each in a few words.

use std::ops::Range;

use super::{HostileAct, TaskId, Trace, TraceEvent, WokenBy};
use crate::instant::Instant;
use crate::schedule::ChoiceKind;

/// A step of a task, and the events that happened in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) at: Instant,
    pub(crate) task: TaskId,
    /// Which of the task's steps, from 1.
    pub(crate) number: u32,
    events: Range<usize>,
}

impl Trace {
    /// All steps, in order.
    pub(crate) fn steps(&self) -> Vec<Step> {
        let mut taken = vec![0u32; self.tasks().len()];
        let mut steps: Vec<Step> = Vec::new();
        let mut open = false;
        for (index, (at, _, event)) in self.timeline().enumerate() {
            match event {
                TraceEvent::Stepped { task } => {
                    let number = taken.get_mut(task.index()).map_or(0, |taken| {
                        *taken += 1;
                        *taken
                    });
                    steps.push(Step { at, task: *task, number, events: index + 1..index + 1 });
                    open = true;
                }
                TraceEvent::Choice { choice, .. } if choice.kind == ChoiceKind::Task => open = false,
                TraceEvent::ClockMoved { .. } | TraceEvent::PendingAtExit { .. } | TraceEvent::LeftOut { .. } => open = false,
                _ => {
                    if let Some(step) = steps.last_mut().filter(|_| open) {
                        step.events.end = index + 1;
                    }
                }
            }
        }
        steps
    }

    /// Whether the same happened in two steps.
    pub(crate) fn is_same_step(&self, step: &Step, other: &Self, theirs: &Step) -> bool {
        (step.at, step.task, step.number) == (theirs.at, theirs.task, theirs.number)
            && self.events()[step.events.clone()] == other.events()[theirs.events.clone()]
    }

    /// What happened in a step, in a few words.
    pub(crate) fn told(&self, step: &Step) -> String {
        let mut words: Vec<String> = Vec::new();
        let mut said_end = false;
        for event in &self.events()[step.events.clone()] {
            let word = match event {
                TraceEvent::Accessed { resource, kind } => format!("{kind} {resource}"),
                TraceEvent::Output { text } => format!("prints {text:?}"),
                TraceEvent::Logged { line } => format!("logs {}", line.without_target()),
                TraceEvent::Spawned { task, .. } => format!("spawns {}", self.called(*task)),
                TraceEvent::Woken { task, by: WokenBy::Task(_) } if *task == step.task => "yields".to_owned(),
                TraceEvent::Woken { task, .. } => format!("wakes {}", self.called(*task)),
                TraceEvent::Choice { choice, .. } if choice.kind == ChoiceKind::Fault => continue,
                TraceEvent::Hostile { task, act } => match self.fault(Some((*task, *act))) {
                    Some(fault) => fault,
                    None => continue,
                },
                TraceEvent::Choice { choice, .. } => format!("draws {}/{}", choice.picked, choice.alternatives),
                TraceEvent::TimerArmed { deadline, .. } => format!("sleeps until {deadline}"),
                TraceEvent::CancelRequested { task } => format!("cancels {}", self.called(*task)),
                TraceEvent::CancelDelivered { .. } | TraceEvent::ScopeCancelled { .. } => "is cancelled".to_owned(),
                TraceEvent::Panicked { .. } => {
                    said_end = true;
                    "panics".to_owned()
                }
                TraceEvent::Finished { .. } if said_end => continue,
                TraceEvent::Finished { .. } => "ends".to_owned(),
                _ => continue,
            };
            if words.last() != Some(&word) {
                words.push(word);
            }
        }
        words.join(", ")
    }

    /// What a hostile executor did, in words; `None` if that is nothing to speak of.
    pub(crate) fn fault(&self, fault: Option<(TaskId, HostileAct)>) -> Option<String> {
        let (task, act) = fault?;
        let task = self.called(task);
        match act {
            HostileAct::SpuriousPoll => Some(format!("{task} was polled although nobody woke it")),
            HostileAct::FreshWakers => Some(format!("{task} got a fresh waker at each poll, and its earlier ones were dead")),
            HostileAct::LateWake => Some(format!("a wake of {task} was late")),
            HostileAct::LateWakeArrives => None,
        }
    }

    /// A task by its name, if no other one has it; else by path and name.
    pub(crate) fn called(&self, id: TaskId) -> String {
        match self.task(id) {
            Some(info) if self.tasks().iter().filter(|other| other.name == info.name).count() == 1 => {
                if *info.name == *info.path.to_string() { info.path.to_string() } else { format!("`{}`", info.name) }
            }
            _ => self.label(id),
        }
    }
}
