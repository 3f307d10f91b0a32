//! The plain text form of a trace: one line an event, the same on every machine.
//!
//! Three columns: virtual time, the path of the task in whose step it happened, what happened. Tasks are called by
//! path and name, places by file and line relative to the package.

use std::fmt;

use super::{HostileAct, Trace, TraceEvent, WokenBy};
use crate::instant::Instant;
use crate::schedule::ChoiceKind;
use crate::trace::TaskId;

impl Trace {
    /// The lines of the text form.
    pub(crate) fn lines(&self) -> impl Iterator<Item = String> {
        self.timeline().map(|(now, current, event)| {
            let line = Line { trace: self, now, current, event };
            line.to_string()
        })
    }

    /// A task as text: its path, and its name where that says more.
    pub(super) fn label(&self, id: TaskId) -> String {
        match self.task(id) {
            Some(info) if *info.name == *info.path.to_string() => info.path.to_string(),
            Some(info) => format!("{} `{}`", info.path, info.name),
            None => id.to_string(),
        }
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.lines() {
            writeln!(f, "{line}")?;
        }
        write!(f, "digest {}", self.digest())
    }
}

struct Line<'a> {
    trace: &'a Trace,
    now: Instant,
    current: Option<TaskId>,
    event: &'a TraceEvent,
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.current.and_then(|task| self.trace.task(task)).map_or_else(String::new, |info| info.path.to_string());
        write!(f, "{:>8}  {path:<6} ", self.now)?;
        let label = |task: &TaskId| self.trace.label(*task);
        match self.event {
            TraceEvent::Spawned { task, parent } => {
                let verb = if parent.is_some() { "spawn" } else { "start" };
                write!(f, "{verb} {}", label(task))?;
                match self.trace.task(*task).and_then(|info| info.spawned_at) {
                    Some(site) => write!(f, " at {site}"),
                    None => Ok(()),
                }
            }
            TraceEvent::Choice { index, choice, task } => {
                let what = match (choice.kind, task) {
                    (ChoiceKind::Task, Some(task)) => format!("step {}", label(task)),
                    (kind, _) => kind.to_string(),
                };
                write!(f, "choice {index}: {}/{} {what}", choice.picked, choice.alternatives)
            }
            TraceEvent::Stepped { task } => write!(f, "step {}", label(task)),
            TraceEvent::Woken { task, by } => {
                write!(f, "wake {}", label(task))?;
                match by {
                    WokenBy::Task(_) => Ok(()),
                    WokenBy::Timer => f.write_str(" by timer"),
                    WokenBy::Thread(name) => write!(f, " by thread `{name}`"),
                }
            }
            TraceEvent::TimerArmed { timer, deadline } => write!(f, "arm timer {timer} for {deadline}"),
            TraceEvent::TimerFired { timer } => write!(f, "timer {timer} fires"),
            TraceEvent::TimerDropped { timer } => write!(f, "drop timer {timer}"),
            TraceEvent::ClockMoved { to } => write!(f, "clock moves to {to}"),
            TraceEvent::Output { text } => write!(f, "print {text:?}"),
            TraceEvent::Logged { line } => write!(f, "log {line}"),
            TraceEvent::Accessed { resource, kind } => write!(f, "{kind} {resource}"),
            TraceEvent::CancelRequested { task } => write!(f, "cancel {}", label(task)),
            TraceEvent::CancelDelivered { task, scopes: 0 } => write!(f, "cancel reaches {}: dropped", label(task)),
            TraceEvent::CancelDelivered { task, scopes } => {
                write!(f, "cancel reaches {}: delivered to {scopes} scope{}", label(task), plural(*scopes))
            }
            TraceEvent::ScopeCancelled { task, scopes: 0 } => write!(f, "cancel reaches a scope of {}: dropped", label(task)),
            TraceEvent::ScopeCancelled { task, scopes } => {
                write!(f, "cancel reaches a scope of {}: delivered to {scopes} scope{}", label(task), plural(*scopes))
            }
            TraceEvent::Panicked { task, message } => write!(f, "panic in {}: {message:?}", label(task)),
            TraceEvent::Finished { task, ending } => write!(f, "end {}: {ending}", label(task)),
            TraceEvent::Hostile { task, act } => match act {
                HostileAct::SpuriousPoll => write!(f, "hostile: {} is ready although nobody woke it", label(task)),
                HostileAct::FreshWakers => {
                    write!(f, "hostile: {} has a fresh waker at each poll, earlier ones are dead", label(task))
                }
                HostileAct::LateWake => write!(f, "hostile: a wake of {} will be late", label(task)),
                HostileAct::LateWakeArrives => write!(f, "late wake {}", label(task)),
            },
            TraceEvent::LeftOut { events, .. } => write!(f, ".. {events} events are left out .."),
            TraceEvent::PendingAtExit { task } => write!(f, "pending at exit {}", label(task)),
        }
    }
}

fn plural(count: u32) -> &'static str {
    if count == 1 { "" } else { "s" }
}
