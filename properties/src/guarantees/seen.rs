//! [`Seen`]: one execution, and the questions that the checks ask of it.

use std::time::Duration;

use reenact_combinators::ReturnWhen;

use super::{Construct, Split};
use crate::scenario::{Child, End, Entry, Event, Failed, OnCancel, Outcome, Scenario, Ticks};

/// What was seen of a combinator in one execution.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Seen {
    /// What was run.
    pub construct: Construct,
    /// On what.
    pub scenario: Scenario,
    /// What happened, in order.
    pub entries: Vec<Entry>,
    /// What the combinator returned.
    pub came_out: CameOut,
    /// How many timers were armed when it was done or left that no child and nobody outside of it waits for.
    pub timers_left: usize,
}

/// What a combinator returned.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CameOut {
    /// Of gather.
    Outcomes(Vec<Outcome>),
    /// Of try_gather.
    Tried(Result<Vec<u32>, Failed>),
    /// Of wait.
    Split(Split),
    /// A stream was consumed; what it yielded is in the journal.
    StreamEnd,
    /// Of timeout, timeout_scope and wait_for.
    InTime(Option<Outcome>),
    /// Of shield.
    One(Outcome),
    /// Of task_group.
    Group(Result<(), Vec<Failed>>),
    /// A panic, with its message.
    Panicked(String),
    /// The caller was cancelled.
    Cancelled,
}

/// Where in the journal something stands, and when it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mark {
    pub(super) line: usize,
    pub(super) at: Duration,
}

impl Seen {
    /// All marks of events that fit.
    pub(super) fn marks(&self, fits: impl Fn(&Event) -> bool) -> Vec<Mark> {
        let lines = self.entries.iter().enumerate().filter(|(_, entry)| fits(&entry.event));
        lines.map(|(line, entry)| Mark { line, at: entry.at }).collect()
    }

    pub(super) fn mark(&self, fits: impl Fn(&Event) -> bool) -> Option<Mark> {
        self.marks(fits).first().copied()
    }

    pub(super) fn called(&self) -> Mark {
        self.mark(|event| *event == Event::Called).unwrap_or(Mark { line: 0, at: Duration::ZERO })
    }

    pub(super) fn returned(&self) -> Mark {
        self.mark(|event| *event == Event::Returned).unwrap_or(Mark { line: usize::MAX, at: Duration::MAX })
    }

    /// The request to the caller, if it came while the combinator was at it.
    pub(super) fn left(&self) -> Option<Mark> {
        self.mark(|event| *event == Event::Leaves).filter(|left| *left < self.returned())
    }

    pub(super) fn numbers(&self) -> Vec<u32> {
        self.scenario.numbers()
    }

    /// The children of the combinator with their numbers.
    pub(super) fn children(&self) -> Vec<(u32, &Child)> {
        self.numbers().into_iter().zip(&self.scenario.children).collect()
    }

    pub(super) fn end(&self, number: u32) -> Option<(Mark, End)> {
        let end = |event: &Event| matches!(event, Event::Ended(n, _) if *n == number);
        let mark = self.mark(end)?;
        let Event::Ended(_, end) = self.entries[mark.line].event else { return None };
        Some((mark, end))
    }

    pub(super) fn dropped(&self, number: u32) -> Option<Mark> {
        self.mark(|event| *event == Event::Dropped(number))
    }

    /// When it was over, one way or the other.
    pub(super) fn over(&self, number: u32) -> Option<Mark> {
        self.end(number).map(|(mark, _)| mark).or(self.dropped(number))
    }

    pub(super) fn requests(&self, number: u32) -> Vec<Mark> {
        self.marks(|event| *event == Event::Requested(number))
    }

    /// The children of the combinator that came to their end, in the order in which they did.
    pub(super) fn ends(&self) -> Vec<(u32, Mark, End)> {
        let mut ends: Vec<_> =
            self.numbers().into_iter().filter_map(|number| self.end(number).map(|(mark, end)| (number, mark, end))).collect();
        ends.sort_by_key(|(_, mark, _)| *mark);
        ends
    }

    /// A duration from the call on.
    pub(super) fn after(&self, ticks: Ticks) -> Duration {
        self.called().at + ticks.duration()
    }

    pub(super) fn panics(&self) -> bool {
        self.scenario.children.iter().any(|child| child.natural_end().1 == End::Panics)
    }

    pub(super) fn until(&self) -> ReturnWhen {
        match self.construct {
            Construct::WaitFirst => ReturnWhen::FirstCompleted,
            Construct::WaitException => ReturnWhen::FirstException,
            _ => ReturnWhen::AllCompleted,
        }
    }

    /// A child has run as if it were alone: it started with the call and came to its own end in its own time.
    pub(super) fn undisturbed(&self, number: u32, child: &Child) -> Result<(), String> {
        let (takes, end) = child.natural_end();
        let expected = (self.after(takes), end);
        match self.end(number) {
            Some((mark, end)) if (mark.at, end) == expected => {}
            Some((mark, end)) => {
                return Err(format!("child {number} ended at {:?} ({end:?}), not as alone: {expected:?}", mark.at));
            }
            None => return Err(format!("child {number} never came to its end")),
        }
        if !self.requests(number).is_empty() {
            return Err(format!("child {number} was cancelled"));
        }
        Ok(())
    }
}

/// What a child returns that ends so.
pub(super) fn outcome(number: u32, end: End) -> Option<Outcome> {
    match end {
        End::Returns => Some(Ok(number)),
        End::Fails => Some(Err(Failed(number))),
        End::Panics => None,
    }
}

/// The last instant at which a child may end that is told to at the deadline, and may then clean up, or refuse.
pub(super) fn last_end(child: &Child, deadline: Ticks) -> Ticks {
    let (takes, _) = child.natural_end();
    let Child::Phase(phase) = child else { return takes.min(deadline) };
    if takes < deadline {
        return takes;
    }
    match phase.cancelled {
        OnCancel::Ends => deadline,
        OnCancel::CleansUp(long) => Ticks(deadline.0 + long.0),
        OnCancel::Refuses => takes,
    }
}

/// No timer is left that nobody waits for.
pub(super) fn leaves_no_timer(seen: &Seen) -> Result<(), String> {
    ensure(seen.timers_left == 0, || format!("{} timers were left", seen.timers_left))
}

/// A check that says what is wrong.
pub(super) fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}
