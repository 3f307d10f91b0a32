//! [`play`]: a child of a scenario as a future.

use std::cell::Cell;
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;

use reenact_combinators::gather;
use reenact_sim::task::{Cancelled, catch_cancel, resume_cancel};
use reenact_sim::time::{now, sleep_until};

use super::journal::{Event, Journal};
use super::phase::{End, OnCancel, Phase, Ticks};
use super::program::{Child, numbers};

/// What a child returns: its number, as a value or as an error.
pub type Outcome = Result<u32, Failed>;

/// The error of the child with this number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Failed(pub u32);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "child {} failed", self.0)
    }
}

impl std::error::Error for Failed {}

/// A child as a future, which writes into the journal what becomes of it. Where it panics, the message is its number.
///
/// It is a future like any other: it can be spawned, or polled by a combinator inside another task. Groups gather their children.
///
/// ```
/// use reenact_properties::scenario::{Child, Journal, Phase, Ticks, play};
/// use reenact_sim::Sim;
///
/// let phase = Child::Phase(Phase { takes: Ticks(2), ..Phase::default() });
/// let execution = Sim::new().run(|| async {
///     let journal = Journal::new();
///     let outcome = play(&phase, 7, &journal).await;
///     (outcome, format!("{journal:?}"))
/// });
/// assert_eq!(execution.outcome?, (Ok(7), "[0ns Started(7), 200ms Ended(7, Returns)]".to_owned()));
/// # Ok::<(), reenact_sim::Failure>(())
/// ```
pub fn play(child: &Child, number: u32, journal: &Journal) -> Pin<Box<dyn Future<Output = Outcome>>> {
    let guard = Guard { journal: journal.clone(), number, ended: Cell::new(false) };
    match child {
        Child::Phase(phase) => Box::pin(play_phase(*phase, guard)),
        Child::Group(children) => {
            let numbers = numbers(children, number + 1);
            let children: Vec<_> = children.iter().zip(numbers).map(|(child, number)| play(child, number, journal)).collect();
            Box::pin(play_group(children, guard))
        }
    }
}

/// Writes that the child was dropped, unless it came to its end: also if it never started.
struct Guard {
    journal: Journal,
    number: u32,
    ended: Cell<bool>,
}

impl Guard {
    fn write_end(&self, end: End) {
        self.ended.set(true);
        self.journal.write(Event::Ended(self.number, end));
    }

    fn end(self, end: End) -> Outcome {
        self.write_end(end);
        match end {
            End::Returns => Ok(self.number),
            End::Fails => Err(Failed(self.number)),
            End::Panics => panic!("{}", self.number),
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if !self.ended.get() {
            self.journal.write(Event::Dropped(self.number));
        }
    }
}

async fn play_phase(phase: Phase, guard: Guard) -> Outcome {
    guard.journal.write(Event::Started(guard.number));
    let until = now() + phase.takes.duration();
    while phase.takes > Ticks(0) {
        let Err(cancelled) = catch_cancel(guard.journal.asleep(until, sleep_until(until))).await else { break };
        guard.journal.write(Event::Requested(guard.number));
        match phase.cancelled {
            OnCancel::Refuses => {}
            OnCancel::Ends => return resume_cancel(cancelled).await,
            OnCancel::CleansUp(takes) => return clean_up(takes, cancelled, &guard).await,
        }
    }
    guard.end(phase.ends)
}

async fn clean_up(takes: Ticks, cancelled: Cancelled, guard: &Guard) -> Outcome {
    let until = now() + takes.duration();
    let mut request = cancelled;
    while now() < until {
        let Err(again) = catch_cancel(guard.journal.asleep(until, sleep_until(until))).await else { break };
        guard.journal.write(Event::Requested(guard.number));
        request = again.outer(request);
    }
    resume_cancel(request).await
}

async fn play_group(children: Vec<Pin<Box<dyn Future<Output = Outcome>>>>, guard: Guard) -> Outcome {
    guard.journal.write(Event::Started(guard.number));
    let mut gathered = gather(children);
    let outcomes = poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| Pin::new(&mut gathered).poll(cx))) {
        Ok(outcomes) => outcomes,
        Err(panic) => {
            // The end of the group, too.
            guard.write_end(End::Panics);
            resume_unwind(panic)
        }
    });
    let outcomes = outcomes.await;
    guard.end(if outcomes.iter().all(Result::is_ok) { End::Returns } else { End::Fails })
}
