//! What wait guarantees.

use std::time::Duration;

use reenact_combinators::ReturnWhen;

use super::Guarantee;
use super::seen::{CameOut, Mark, Seen, ensure, leaves_no_timer};
use crate::scenario::{End, Event};

pub(super) const GUARANTEES: &[Guarantee] = &[
    Guarantee::new("W1", "done and pending partition the input, and done is what has ended at the return", partition),
    Guarantee::new("W2", "without a deadline its condition holds at the return", condition),
    Guarantee::new("W3", "it returns by the deadline, and earlier only if its condition holds", by_the_deadline)
        .only_if(|seen| seen.scenario.deadline.is_some()),
    Guarantee::new("W4", "no child is changed by it: not by the deadline, not by leaving it", changes_nothing),
    Guarantee::new("W5", "it returns at the first instant at which its condition holds or the deadline comes", first_instant),
    Guarantee::new("W6", "no timer is left when it is ready or left", leaves_no_timer)
        .only_if(|seen| seen.scenario.deadline.is_some()),
];

/// Every end so far counts, also that of a cancelled task.
fn over(seen: &Seen, number: u32, by: Mark) -> bool {
    seen.over(number).is_some_and(|over| over < by)
}

fn partition(seen: &Seen) -> Result<(), String> {
    let CameOut::Split(split) = &seen.came_out else { return Ok(()) };
    let mut all: Vec<usize> = split.done.iter().chain(&split.pending).copied().collect();
    all.sort_unstable();
    let numbers = seen.numbers();
    ensure(all == (0..numbers.len()).collect::<Vec<_>>(), || format!("{split:?} is no partition of {} tasks", numbers.len()))?;
    let wrong = |at: &&usize| over(seen, numbers[**at], seen.returned());
    ensure(split.pending.iter().find(wrong).is_none(), || format!("{split:?}: one of pending had ended"))?;
    ensure(split.done.iter().all(|at| wrong(&at)), || format!("{split:?}: one of done had not ended"))
}

/// Whether the condition holds if these have ended.
fn holds(seen: &Seen, ended: impl Fn(Mark) -> bool) -> bool {
    let over: Vec<_> =
        seen.numbers().into_iter().map(|number| (seen.over(number).is_some_and(&ended), seen.end(number))).collect();
    let all = over.iter().all(|(ended, _)| *ended);
    match seen.until() {
        ReturnWhen::AllCompleted => all,
        ReturnWhen::FirstCompleted => over.is_empty() || over.iter().any(|(ended, _)| *ended),
        ReturnWhen::FirstException => {
            all || over.iter().any(|(ended, end)| *ended && end.is_some_and(|(_, end)| end != End::Returns))
        }
    }
}

fn condition(seen: &Seen) -> Result<(), String> {
    if seen.left().is_some() || seen.scenario.deadline.is_some() {
        return Ok(());
    }
    ensure(holds(seen, |mark| mark < seen.returned()), || format!("it returned {:?} before its condition held", seen.came_out))
}

fn by_the_deadline(seen: &Seen) -> Result<(), String> {
    let Some(deadline) = seen.scenario.deadline.map(|deadline| seen.after(deadline)) else { return Ok(()) };
    if seen.left().is_some() {
        return Ok(());
    }
    let returned = seen.returned();
    ensure(returned.at <= deadline, || format!("it returned at {:?}, and the deadline was {deadline:?}", returned.at))?;
    let early = returned.at < deadline && !holds(seen, |mark| mark < returned);
    ensure(!early, || format!("it returned at {:?}, before the deadline and without its condition", returned.at))
}

fn changes_nothing(seen: &Seen) -> Result<(), String> {
    let changed = |number: u32| seen.mark(|event| *event == Event::Cancels(number)).is_some();
    seen.children()
        .into_iter()
        .filter(|(number, _)| !changed(*number))
        .try_for_each(|(number, child)| seen.undisturbed(number, child))
}

fn first_instant(seen: &Seen) -> Result<(), String> {
    if seen.left().is_some() {
        return Ok(());
    }
    let mut instants: Vec<Duration> = seen.entries.iter().map(|entry| entry.at).filter(|at| *at >= seen.called().at).collect();
    instants.extend(seen.scenario.deadline.map(|deadline| seen.after(deadline)));
    instants.sort_unstable();
    let due = |at: &&Duration| {
        holds(seen, |mark| mark.at <= **at) || seen.scenario.deadline.is_some_and(|deadline| seen.after(deadline) <= **at)
    };
    let (first, returned) = (instants.iter().find(due).copied(), seen.returned().at);
    ensure(first == Some(returned), || format!("it returned at {returned:?}, not at {first:?}"))
}
