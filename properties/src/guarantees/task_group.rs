//! What task_group guarantees.

use super::Guarantee;
use super::seen::{CameOut, Mark, Seen, ensure};
use crate::scenario::{Child, End, Event, Failed};

pub(super) const GUARANTEES: &[Guarantee] = &[
    Guarantee::new("K1", "when it is ready every child has ended", none_is_left),
    Guarantee::new("K2", "every error that happened is told once, in completion order", every_error),
    Guarantee::new("K3", "the first error cancels the rest at the same instant", cancels_the_rest),
    Guarantee::new("K4", "a cancelled caller cancels the children at the same instant", passes_the_request_on),
    Guarantee::new(
        "K5",
        "a request for the caller is never lost: it goes on, or errors come first and it is there afterwards",
        keeps_the_request,
    ),
];

fn none_is_left(seen: &Seen) -> Result<(), String> {
    let left = seen.numbers().into_iter().find(|number| seen.over(*number).is_none_or(|over| over > seen.returned()));
    ensure(left.is_none(), || format!("child {left:?} outlived the group"))?;
    let last = seen.numbers().into_iter().filter_map(|number| seen.over(number)).map(|mark| mark.at).max();
    let (expected, returned) = (last.unwrap_or(seen.called().at).max(seen.called().at), seen.returned().at);
    ensure(returned == expected, || format!("it was ready at {returned:?}, and the last child ended at {expected:?}"))
}

fn every_error(seen: &Seen) -> Result<(), String> {
    let errors: Vec<Failed> =
        seen.ends().into_iter().filter(|(_, _, end)| *end == End::Fails).map(|(number, ..)| Failed(number)).collect();
    match &seen.came_out {
        CameOut::Group(Ok(())) => ensure(errors.is_empty(), || format!("it returned Ok, and there were errors: {errors:?}")),
        CameOut::Group(Err(told)) => ensure(*told == errors, || format!("it told of {told:?}, and there were {errors:?}")),
        CameOut::Cancelled => ensure(errors.is_empty(), || format!("it was cancelled, and the errors are lost: {errors:?}")),
        // A panic outranks errors.
        _ => Ok(()),
    }
}

/// Every child that was under way has been told at the instant of the mark.
fn told_to_end(seen: &Seen, cause: Mark) -> Result<(), String> {
    seen.children().into_iter().try_for_each(|(number, child)| {
        let Some(over) = seen.over(number) else { return Err(format!("child {number} is not over")) };
        if over.at <= cause.at {
            return Ok(());
        }
        let told = match child {
            Child::Phase(_) => seen.requests(number).iter().any(|request| request.at <= cause.at),
            Child::Group(_) => false,
        };
        ensure(told, || format!("child {number} was not told to end at {:?}", cause.at))
    })
}

fn cancels_the_rest(seen: &Seen) -> Result<(), String> {
    let first = seen.ends().into_iter().find(|(_, _, end)| *end != End::Returns);
    first.map_or(Ok(()), |(_, mark, _)| told_to_end(seen, mark))
}

fn passes_the_request_on(seen: &Seen) -> Result<(), String> {
    seen.left().map_or(Ok(()), |left| told_to_end(seen, left))
}

fn keeps_the_request(seen: &Seen) -> Result<(), String> {
    if seen.left().is_none() {
        return Ok(());
    }
    match &seen.came_out {
        CameOut::Group(Ok(())) => Err("the caller was cancelled, and the group returned Ok".to_owned()),
        CameOut::Group(Err(errors)) => {
            let kept = seen.mark(|event| *event == Event::StillRequested).is_some();
            ensure(kept, || format!("it told of {errors:?}, and the request for the caller was gone"))
        }
        _ => Ok(()),
    }
}
