//! [`Row`]: one event in words that stay the same as long as behaviour does.

use reenact_sim::time::Instant;
use reenact_sim::{ChoiceKind, Ending, HostileAct, TaskId, Trace, TraceEvent, WokenBy};
use serde::Serialize;

use crate::label::Labels;

/// How much of an execution is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// What the program prints.
    Output,
    /// Also how tasks begin and end: spawned, cancelled, ended, panicked, pending at exit. And what the program says to its log, if somebody
    /// has connected it (`reenact::tracing`), without targets.
    #[default]
    Tasks,
    /// Also every step, wake, timer, access and drawn number. Still left out is what other rows say: that the clock moves, and
    /// choices that picked the default; a step that another choice picked is `out of turn`.
    Everything,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Row {
    /// The virtual time, as text: `100ms`.
    pub at: String,
    /// The task that did it, as the text calls it; empty if it was none.
    pub task: String,
    /// What happened: `prints "hello"`.
    pub what: String,
    #[serde(skip)]
    pub(crate) level: Level,
}

/// An event in words, with what is needed to put it into another order.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) at: Instant,
    /// The task that did it.
    pub(crate) task: Option<TaskId>,
    pub(crate) what: String,
    pub(crate) level: Level,
    /// Its place among the events of the trace.
    pub(crate) event: usize,
}

impl Told {
    pub(crate) fn row(self, labels: &Labels) -> Row {
        let task = self.task.map_or_else(String::new, |task| labels.get(task).to_owned());
        Row { at: self.at.to_string(), task, what: self.what, level: self.level }
    }
}

/// All events in words, in the order in which they happened, but for those that other rows tell.
pub(crate) fn tell(trace: &Trace, labels: &Labels, sites: bool) -> Vec<Told> {
    let mut teller = Teller { trace, labels, sites, timers: Vec::new(), turn: false };
    let mut told = Vec::with_capacity(trace.events().len());
    for (event, (at, current, happened)) in trace.timeline().enumerate() {
        if let Some((level, task, what)) = teller.words(current, happened) {
            told.push(Told { at, task, what, level, event });
        }
    }
    told
}

struct Teller<'a> {
    trace: &'a Trace,
    labels: &'a Labels,
    sites: bool,
    /// By timer number, which is not told: whose it is, and its deadline.
    timers: Vec<(u64, Option<TaskId>, Instant)>,
    /// The next step is one that a choice has picked against the default.
    turn: bool,
}

impl Teller<'_> {
    fn words(&mut self, current: Option<TaskId>, event: &TraceEvent) -> Option<(Level, Option<TaskId>, String)> {
        use Level::{Everything, Output, Tasks};
        let label = |task: &TaskId| self.labels.get(*task).to_owned();
        let itself = |task: &TaskId| if current == Some(*task) { "itself".to_owned() } else { label(task) };
        Some(match event {
            TraceEvent::Spawned { task, parent: None } => (Tasks, Some(*task), "starts".to_owned()),
            TraceEvent::Spawned { task, .. } => {
                let site = self.trace.task(*task).and_then(|info| info.spawned_at).filter(|_| self.sites);
                let place = site.map_or_else(String::new, |site| format!(" at {site}"));
                (Tasks, current, format!("spawns {}{place}", label(task)))
            }
            TraceEvent::Choice { choice, .. } => match choice.kind {
                ChoiceKind::Task => {
                    self.turn = choice.picked > 0;
                    return None;
                }
                // What was chosen follows as an event of its own.
                ChoiceKind::Fault => return None,
                ChoiceKind::Order => (Everything, current, format!("order {} of {}", choice.picked, choice.alternatives)),
                _ => (Everything, current, format!("draws {} of {}", choice.picked, choice.alternatives)),
            },
            TraceEvent::Stepped { task } => {
                let turn = std::mem::take(&mut self.turn);
                (Everything, Some(*task), if turn { "steps, out of turn" } else { "steps" }.to_owned())
            }
            TraceEvent::Woken { task, by } => {
                let what = match by {
                    WokenBy::Task(_) => format!("wakes {}", itself(task)),
                    WokenBy::Timer => format!("timer wakes {}", label(task)),
                    WokenBy::Thread(name) => format!("thread `{name}` wakes {}", label(task)),
                };
                (Everything, current, what)
            }
            TraceEvent::TimerArmed { timer, deadline } => {
                self.timers.push((*timer, current, *deadline));
                (Everything, current, format!("sleeps until {deadline}"))
            }
            TraceEvent::TimerFired { timer } => (Everything, None, format!("{} fires", self.timer(*timer, None))),
            TraceEvent::TimerDropped { timer } => (Everything, current, format!("drops {}", self.timer(*timer, current))),
            TraceEvent::ClockMoved { .. } => return None,
            TraceEvent::Output { text } => (Output, current, format!("prints {text:?}")),
            TraceEvent::Logged { line } => (Tasks, current, format!("logs {}", line.without_target())),
            TraceEvent::Accessed { resource, kind } => (Everything, current, format!("{kind} {resource}")),
            TraceEvent::CancelRequested { task } => (Tasks, current, format!("cancels {}", itself(task))),
            TraceEvent::CancelDelivered { task, scopes } => (Tasks, Some(*task), format!("is cancelled{}", delivered(*scopes))),
            TraceEvent::ScopeCancelled { task, scopes } => {
                (Tasks, Some(*task), format!("has a scope cancelled{}", delivered(*scopes)))
            }
            TraceEvent::Panicked { task, message } => (Tasks, Some(*task), format!("panics with {message:?}")),
            TraceEvent::Finished { task, ending } => {
                let how = match ending {
                    Ending::Returned => "ends",
                    Ending::Cancelled => "ends cancelled",
                    Ending::Panicked => "ends panicked",
                };
                (Tasks, Some(*task), how.to_owned())
            }
            TraceEvent::Hostile { task, act } => {
                let task = label(task);
                let what = match act {
                    HostileAct::SpuriousPoll => format!("hostile: {task} will step although nobody woke it"),
                    HostileAct::FreshWakers => format!("hostile: {task} gets a fresh waker at each poll"),
                    HostileAct::LateWake => format!("hostile: a wake of {task} will be late"),
                    HostileAct::LateWakeArrives => format!("hostile: the late wake of {task} arrives"),
                    other => format!("hostile: {other:?} {task}"),
                };
                (Everything, None, what)
            }
            TraceEvent::LeftOut { events, .. } => (Output, None, format!(".. {events} events are left out ..")),
            TraceEvent::PendingAtExit { task } => (Tasks, Some(*task), "is pending at exit".to_owned()),
        })
    }

    /// A timer, by its owner and deadline instead of by its number.
    fn timer(&self, number: u64, current: Option<TaskId>) -> String {
        // Numbers ascend, but for a trace whose middle is left out all of them are there.
        let Ok(at) = self.timers.binary_search_by_key(&number, |(timer, ..)| *timer) else { return "a timer".to_owned() };
        let (_, owner, deadline) = self.timers[at];
        match owner {
            Some(owner) if Some(owner) == current => format!("its timer for {deadline}"),
            Some(owner) => format!("timer of {} for {deadline}", self.labels.get(owner)),
            None => format!("timer for {deadline}"),
        }
    }
}

fn delivered(scopes: u32) -> String {
    match scopes {
        0 => ", and dropped".to_owned(),
        1 => ", in a scope that catches it".to_owned(),
        _ => format!(", in {scopes} scopes that catch it"),
    }
}
