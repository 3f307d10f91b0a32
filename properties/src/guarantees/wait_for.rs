//! What wait_for guarantees.

use super::Guarantee;
use super::seen::{CameOut, Seen, ensure, last_end, outcome};
use crate::scenario::End;

pub(super) const GUARANTEES: &[Guarantee] = &[
    Guarantee::new("B1", "when it is ready or left the task has ended", has_ended),
    Guarantee::new("B2", "a request for the caller is never lost: it goes on when the task has ended", passes_the_request_on),
    Guarantee::new("B3", "it takes no longer than the deadline and the clean-up of the task", ready_in_time),
    Guarantee::new(
        "B4",
        "elapsed means that the task ended by the request; a value is that of the task, also after the deadline",
        value_wins,
    ),
];

fn has_ended(seen: &Seen) -> Result<(), String> {
    let over = seen.over(0).is_some_and(|over| over < seen.returned());
    ensure(over, || format!("the task had not ended when it came out with {:?}", seen.came_out))
}

fn passes_the_request_on(seen: &Seen) -> Result<(), String> {
    let lost = seen.left().is_some() && seen.came_out != CameOut::Cancelled;
    ensure(!lost, || format!("the caller was cancelled, and it came out with {:?}", seen.came_out))
}

fn ready_in_time(seen: &Seen) -> Result<(), String> {
    let (Some(child), Some(deadline)) = (seen.scenario.children.first(), seen.scenario.deadline) else { return Ok(()) };
    let (returned, last) = (seen.returned().at, seen.after(last_end(child, deadline)));
    ensure(seen.left().is_some() || returned <= last, || format!("it was ready at {returned:?}, later than {last:?}"))
}

fn value_wins(seen: &Seen) -> Result<(), String> {
    match (&seen.came_out, seen.end(0)) {
        (CameOut::InTime(Some(told)), Some((_, end))) if outcome(0, end) == Some(*told) => Ok(()),
        (CameOut::Panicked(_), Some((_, End::Panics))) | (CameOut::Cancelled, _) => Ok(()),
        (CameOut::InTime(None), None) => {
            let (returned, due) = (seen.returned().at, seen.scenario.deadline.map(|deadline| seen.after(deadline)));
            ensure(Some(returned) >= due, || format!("it elapsed at {returned:?}, before the deadline"))
        }
        (came_out, end) => Err(format!("it came out with {came_out:?}, and the task ended: {end:?}")),
    }
}
