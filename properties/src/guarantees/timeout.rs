//! What timeout guarantees.

use super::Guarantee;
use super::seen::{CameOut, Seen, ensure, leaves_no_timer, outcome};
use crate::scenario::{Child, End};

pub(super) const GUARANTEES: &[Guarantee] = &[
    Guarantee::new("O1", "it is ready when its child is, at the deadline at the latest", ready_in_time),
    Guarantee::new(
        "O2",
        "a value is that of the child, which ended; at the deadline the child is dropped at once",
        value_or_dropped,
    ),
    Guarantee::new("O5", "no timer is left when it is ready or left", leaves_no_timer),
    Guarantee::new("tie", "a child that is ready in the very step of the deadline wins", tie_is_won),
];

fn ready_in_time(seen: &Seen) -> Result<(), String> {
    let (Some((takes, _)), Some(deadline)) = (seen.scenario.children.first().map(Child::natural_end), seen.scenario.deadline)
    else {
        return Ok(());
    };
    let (returned, expected) = (seen.returned().at, seen.after(takes.min(deadline)));
    ensure(seen.left().is_some() || returned == expected, || format!("it was ready at {returned:?}, not at {expected:?}"))
}

fn value_or_dropped(seen: &Seen) -> Result<(), String> {
    let end = seen.end(0).filter(|(mark, _)| *mark < seen.returned());
    match (&seen.came_out, end) {
        (CameOut::InTime(Some(told)), Some((_, end))) if outcome(0, end) == Some(*told) => Ok(()),
        (CameOut::Panicked(_), Some((_, End::Panics))) | (CameOut::Cancelled, _) => Ok(()),
        (CameOut::InTime(None), None) => {
            let dropped = seen.dropped(0);
            ensure(dropped.is_some_and(|mark| mark < seen.returned()), || format!("the child was not dropped: {dropped:?}"))
        }
        (came_out, end) => Err(format!("it came out with {came_out:?}, and the child had ended: {end:?}")),
    }
}

fn tie_is_won(seen: &Seen) -> Result<(), String> {
    // The members of a group are tasks, which may end before this one steps or after.
    let Some(Child::Phase(phase)) = seen.scenario.children.first() else { return Ok(()) };
    let in_time = seen.scenario.deadline.is_some_and(|deadline| phase.takes <= deadline);
    // A request reaches the child inside the timeout, where it may clean up until the deadline.
    let lost = in_time && seen.left().is_none() && seen.came_out == CameOut::InTime(None);
    ensure(!lost, || "the child was ready in time, and the deadline won".to_owned())
}
