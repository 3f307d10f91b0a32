//! What only a full trace can say about a failure.

use std::collections::{BTreeMap, BTreeSet};

use crate::kernel::{self, FailureKind};
use crate::trace::{Step, TaskId, Trace, TraceEvent};

/// Steps before a livelock that are counted.
const LAST: usize = 1_000;
/// Tasks that are named.
const MOST: usize = 8;

/// Lines to print below a failure's message.
pub(super) fn details(trace: &Trace, kind: FailureKind) -> Vec<String> {
    match kind {
        FailureKind::Livelock | FailureKind::StepLimit => kept_stepping(trace),
        _ => Vec::new(),
    }
}

/// Who took the last steps, and what they did in them.
fn kept_stepping(trace: &Trace) -> Vec<String> {
    let steps = trace.steps();
    let last = &steps[steps.len().saturating_sub(LAST)..];
    let mut counts: BTreeMap<TaskId, (usize, &Step)> = BTreeMap::new();
    for step in last {
        let (count, latest) = counts.entry(step.task).or_insert((0, step));
        (*count, *latest) = (*count + 1, step);
    }
    let mut counts: Vec<(usize, &Step)> = counts.into_values().collect();
    // The sort is stable: tasks with equal counts stay in spawn order.
    counts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let mut lines = vec![format!("of the last {} steps", last.len())];
    for (count, step) in counts.iter().take(MOST) {
        let told = trace.told(step);
        let doing = if told.is_empty() { String::new() } else { format!(": {told}") };
        lines.push(format!("  {count:>5} were of {}, the latest its step {}{doing}", trace.called(step.task), step.number));
    }
    if counts.len() > MOST {
        lines.push(format!("        and others of {} more tasks", counts.len() - MOST));
    }
    lines
}

/// Where each unfinished task of the execution that is just over waits, in a line each; none if nobody wanted to know.
pub(crate) fn waiting(trace: &Trace) -> Vec<String> {
    let ended = trace.events().iter().filter_map(|event| match event {
        TraceEvent::Finished { task, .. } => Some(*task),
        _ => None,
    });
    let ended: BTreeSet<TaskId> = ended.collect();
    let tasks = (0..trace.tasks().len() as u32).map(TaskId::new).filter(|task| !ended.contains(task));
    let line = |task: TaskId| {
        let points = kernel::with(|kernel| kernel.await_points(task.number()));
        let (innermost, around) = points.split_first()?;
        let around: String = around.iter().map(|point| format!(", in {point}")).collect();
        Some(format!("{} waits at {innermost}{around}", trace.called(task)))
    };
    tasks.filter_map(line).collect()
}
