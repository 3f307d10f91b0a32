//! What is left behind, told apart from what belongs to the world.

use std::collections::BTreeSet;

use super::Leak;
use crate::kernel::Leftovers;
use crate::trace::{TaskId, Trace, TraceEvent};

/// What a sweep lets pass.
#[derive(Clone, Debug, Default)]
pub(super) struct Allowed {
    /// Names of tasks.
    pub(super) tasks: BTreeSet<String>,
    pub(super) timers: bool,
}

/// What the task `swept` and those below it have left.
pub(super) fn leaks(trace: &Trace, swept: TaskId, leftovers: &Leftovers, allowed: &Allowed) -> Vec<Leak> {
    let Some(root) = trace.task(swept).map(|info| info.path.clone()) else { return Vec::new() };
    let is_below = |task: TaskId| trace.task(task).is_some_and(|info| info.path.children().starts_with(root.children()));
    let name = |task: TaskId| trace.task(task).map(|info| info.name.to_string()).unwrap_or_default();
    let tasks = leftovers.tasks.iter().filter(|(task, _)| *task != swept && is_below(*task));
    let tasks = tasks.filter(|(task, _)| !allowed.tasks.contains(&name(*task)));
    let mut leaks: Vec<Leak> = tasks.map(|(task, line)| Leak::Task { name: name(*task), line: line.clone() }).collect();
    if allowed.timers {
        return leaks;
    }
    let mut current = None;
    for event in trace.events() {
        match event {
            TraceEvent::Stepped { task } => current = Some(*task),
            TraceEvent::TimerArmed { timer, .. } => {
                let armed = leftovers.timers.iter().find(|(number, _)| number == timer);
                let by = current.filter(|task| is_below(*task) && !allowed.tasks.contains(&name(*task)));
                if let (Some((_, deadline)), Some(task)) = (armed, by) {
                    let path = trace.task(task).map(|info| info.path.to_string()).unwrap_or_default();
                    let name = name(task);
                    let armed_by = if name == path { path } else { format!("{path} `{name}`") };
                    leaks.push(Leak::Timer { deadline: *deadline, armed_by });
                }
            }
            _ => {}
        }
    }
    leaks
}
