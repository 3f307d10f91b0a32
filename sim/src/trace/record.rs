//! [`Trace`]: the events of a finished execution, with what is known of its tasks.

use std::fmt;
use std::sync::Arc;

use super::{Difference, Digest, LogLine, Site, TaskId, TraceEvent};
use crate::instant::Instant;
use crate::schedule::TaskPath;

/// The record of an execution. Cheap to clone.
///
/// A trace that was recorded at digest level (exploration) has a digest and no events; [`Sim`](crate::Sim) and
/// [`Explorer::visit`](crate::Explorer::visit) record all events. `Display` writes one line an event.
#[derive(Clone)]
pub struct Trace(Arc<Data>);

#[derive(PartialEq)]
struct Data {
    events: Vec<TraceEvent>,
    tasks: Vec<TaskInfo>,
    digest: Digest,
}

/// What a trace knows of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TaskInfo {
    /// The path of spawns: its identity.
    pub path: TaskPath,
    /// For people; need not be unique. Without a name of its own a task is called like its function, or like its path.
    pub name: Arc<str>,
    /// Where it was spawned; `None` for main.
    pub spawned_at: Option<Site>,
}

impl TaskInfo {
    pub(super) fn new(path: TaskPath, name: Arc<str>, spawned_at: Option<Site>) -> Self {
        Self { path, name, spawned_at }
    }
}

impl Trace {
    pub(super) fn new(events: Vec<TraceEvent>, tasks: Vec<TaskInfo>, digest: Digest) -> Self {
        Self(Arc::new(Data { events, tasks, digest }))
    }

    /// All events, in the order in which they happened.
    pub fn events(&self) -> &[TraceEvent] {
        &self.0.events
    }

    /// The events, each with the virtual time at which it happened and the task in whose step it did.
    pub fn timeline(&self) -> impl Iterator<Item = (Instant, Option<TaskId>, &TraceEvent)> {
        let mut now = Instant::ZERO;
        let mut current = None;
        self.events().iter().map(move |event| {
            match event {
                TraceEvent::ClockMoved { to: at } | TraceEvent::LeftOut { until: at, .. } => (now, current) = (*at, None),
                TraceEvent::Choice { choice, .. } if choice.kind == crate::schedule::ChoiceKind::Task => current = None,
                TraceEvent::Stepped { task } => current = Some(*task),
                TraceEvent::PendingAtExit { .. } => current = None,
                _ => {}
            }
            (now, current, event)
        })
    }

    /// The lines that the program printed with `reenact::println!`.
    pub fn output(&self) -> Vec<String> {
        let texts = self.events().iter().filter_map(|event| match event {
            TraceEvent::Output { text } => Some(text),
            _ => None,
        });
        texts.flat_map(|text| text.split('\n').map(str::to_owned)).collect()
    }

    /// The lines of the program's log; see [`log`](fn@crate::log).
    pub fn log(&self) -> impl Iterator<Item = &LogLine> {
        self.events().iter().filter_map(|event| match event {
            TraceEvent::Logged { line } => Some(&**line),
            _ => None,
        })
    }

    /// The fingerprint of the execution.
    pub fn digest(&self) -> Digest {
        self.0.digest
    }

    /// What is known of a task of this execution.
    pub fn task(&self, id: TaskId) -> Option<&TaskInfo> {
        self.0.tasks.get(id.index())
    }

    /// All tasks, in the order in which they were spawned.
    pub fn tasks(&self) -> &[TaskInfo] {
        &self.0.tasks
    }

    /// Where this trace and another one part, or `None` if they are the same.
    pub fn first_difference(&self, other: &Self) -> Option<Difference> {
        Difference::between(self, other)
    }
}

impl PartialEq for Trace {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trace").field("events", &self.events().len()).field("digest", &self.digest()).finish()
    }
}
