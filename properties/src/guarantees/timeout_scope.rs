//! What timeout_scope guarantees.

use super::Guarantee;
use super::seen::{CameOut, Seen, ensure, last_end, leaves_no_timer, outcome};
use crate::scenario::{Child, End, Event, Phase, Ticks};

pub(super) const GUARANTEES: &[Guarantee] = &[
    Guarantee::new(
        "O1",
        "it is ready when its child has ended, which is told to at the deadline and may clean up",
        ready_in_time,
    ),
    Guarantee::new(
        "O3",
        "elapsed means that the child ended by the request of the deadline; a value is that of the child",
        by_its_request,
    ),
    Guarantee::new("O4", "a request for the caller is never taken for the deadline", request_is_no_deadline),
    Guarantee::new("O5", "no timer is left when it is ready or left", leaves_no_timer),
];

fn ready_in_time(seen: &Seen) -> Result<(), String> {
    let (Some(child), Some(deadline)) = (seen.scenario.children.first(), seen.scenario.deadline) else { return Ok(()) };
    let (returned, last) = (seen.returned().at, seen.after(last_end(child, deadline)));
    ensure(seen.left().is_some() || returned <= last, || format!("it was ready at {returned:?}, later than {last:?}"))
}

fn by_its_request(seen: &Seen) -> Result<(), String> {
    let (Some(child), Some(deadline)) = (seen.scenario.children.first(), seen.scenario.deadline) else { return Ok(()) };
    let end = seen.end(0).filter(|(mark, _)| *mark < seen.returned());
    match (&seen.came_out, end) {
        (CameOut::InTime(Some(told)), Some((_, end))) if outcome(0, end) == Some(*told) => Ok(()),
        (CameOut::Panicked(_), Some((_, End::Panics))) | (CameOut::Cancelled, _) => Ok(()),
        (CameOut::InTime(None), None) => {
            let due = seen.after(deadline);
            ensure(seen.returned().at >= due, || format!("it elapsed at {:?}, before the deadline", seen.returned().at))?;
            let started = seen.mark(|event| *event == Event::Started(0)).is_some();
            // What takes no time cannot be told, and a group has nobody who is.
            let can_be_told = started && matches!(child, Child::Phase(Phase { takes, .. }) if *takes > Ticks(0));
            let told = seen.requests(0).iter().any(|mark| mark.at == due);
            ensure(told || !can_be_told, || format!("the child was not told at {due:?} to end"))
        }
        (came_out, end) => Err(format!("it came out with {came_out:?}, and the child had ended: {end:?}")),
    }
}

fn request_is_no_deadline(seen: &Seen) -> Result<(), String> {
    let taken = seen.left().is_some() && seen.came_out == CameOut::InTime(None);
    ensure(!taken, || "the caller was cancelled, and it said that the deadline had come".to_owned())
}
