//! What gather guarantees.

use super::Guarantee;
use super::seen::{CameOut, Mark, Seen, ensure, outcome};
use crate::scenario::{Child, End, Event, OnCancel, Phase, numbers};

pub(super) const GUARANTEES: &[Guarantee] = &[
    Guarantee::new("G1", "the n-th result is that of the n-th argument, and none is missing", in_argument_order),
    Guarantee::new("G2", "it is ready at the instant in which the last child ends", when_the_last_ends),
    Guarantee::new("children", "each child starts at once and runs in its own time", side_by_side),
    Guarantee::new(
        "G3",
        "dropped, it requests cancel of each unfinished child once, and clean-up runs to its end",
        requests_once,
    ),
    Guarantee::new("panics", "the first panic of a child goes on in the awaiter at once", first_panic),
    Guarantee::new("siblings", "the siblings of a child that panicked run on", siblings_of_a_panic_run_on),
];

fn in_argument_order(seen: &Seen) -> Result<(), String> {
    let CameOut::Outcomes(outcomes) = &seen.came_out else { return Ok(()) };
    let expected: Vec<_> = seen.children().iter().filter_map(|(number, child)| outcome(*number, child.natural_end().1)).collect();
    ensure(*outcomes == expected, || format!("it returned {outcomes:?}, not {expected:?}"))
}

fn when_the_last_ends(seen: &Seen) -> Result<(), String> {
    if seen.left().is_some() || seen.panics() {
        return Ok(());
    }
    let last = seen.scenario.children.iter().map(|child| child.natural_end().0).max().unwrap_or_default();
    let (returned, expected) = (seen.returned(), seen.after(last));
    ensure(returned.at == expected, || format!("it was ready at {:?}, not at {expected:?}", returned.at))?;
    let early = seen.numbers().into_iter().find(|number| seen.end(*number).is_none_or(|(mark, _)| mark > returned));
    ensure(early.is_none(), || format!("it was ready before child {early:?} had ended"))
}

pub(super) fn side_by_side(seen: &Seen) -> Result<(), String> {
    if seen.left().is_some() || seen.panics() {
        return Ok(());
    }
    let called = seen.called().at;
    seen.children().into_iter().try_for_each(|(number, child)| {
        let started = seen.mark(|event| *event == Event::Started(number));
        ensure(started.is_some_and(|mark| mark.at == called), || {
            format!("child {number} did not start with the call: {started:?}")
        })?;
        seen.undisturbed(number, child)
    })
}

fn requests_once(seen: &Seen) -> Result<(), String> {
    match seen.left() {
        Some(left) if seen.came_out == CameOut::Cancelled => each_requested_once(seen, left, &seen.children()),
        _ => Ok(()),
    }
}

/// Every phase that was under way, of groups also, was told once, and ended as it does then.
pub(super) fn each_requested_once(seen: &Seen, left: Mark, children: &[(u32, &Child)]) -> Result<(), String> {
    children.iter().try_for_each(|(number, child)| match child {
        Child::Phase(phase) => requested_once(seen, left, *number, phase),
        Child::Group(_) => {
            let over = seen.over(*number);
            ensure(over.is_some_and(|over| over.at <= left.at), || format!("group {number} was not left: {over:?}"))
        }
    })
}

fn requested_once(seen: &Seen, left: Mark, number: u32, phase: &Phase) -> Result<(), String> {
    let requests = seen.requests(number);
    ensure(requests.len() <= 1, || format!("child {number} was told {} times", requests.len()))?;
    let Some(over) = seen.over(number) else { return Err(format!("child {number} is not over")) };
    let started = seen.mark(|event| *event == Event::Started(number)).is_some_and(|mark| mark < left);
    // It ended by itself before the request was delivered, or was never begun.
    if !started || over < left || requests.is_empty() && over.at == left.at && seen.end(number).is_some() {
        return Ok(());
    }
    ensure(requests.first().is_some_and(|mark| mark.at == left.at), || {
        format!("child {number} was not told to end: {requests:?}")
    })?;
    let expected = match phase.cancelled {
        OnCancel::Ends => left.at,
        OnCancel::CleansUp(takes) => left.at + takes.duration(),
        OnCancel::Refuses => seen.after(phase.takes),
    };
    ensure(over.at == expected, || format!("child {number} was over at {:?}, not at {expected:?}", over.at))
}

pub(super) fn first_panic(seen: &Seen) -> Result<(), String> {
    let panics = seen.ends().into_iter().filter(|(_, _, end)| *end == End::Panics);
    let first = panics.map(|(number, mark, _)| (number, mark)).next();
    match (first, &seen.came_out) {
        _ if seen.left().is_some() => Ok(()),
        (None, CameOut::Panicked(message)) => Err(format!("it panicked, and no child had: {message}")),
        (None, _) => Ok(()),
        (Some((number, first)), CameOut::Panicked(message)) => {
            let child = seen.children().into_iter().find(|(n, _)| *n == number);
            let leaf = child.and_then(|(number, child)| origin(seen, number, child)).map(|leaf| leaf.to_string());
            ensure(seen.returned().at == first.at, || format!("it panicked at {:?}, not at {:?}", seen.returned().at, first.at))?;
            ensure(leaf.as_ref() == Some(message), || format!("it panicked with {message}, and the first was {leaf:?}"))
        }
        (Some(_), other) => Err(format!("a child panicked, and it returned {other:?}")),
    }
}

/// The phase whose panic went through this child: of several members of a group the first.
fn origin(seen: &Seen, number: u32, child: &Child) -> Option<u32> {
    let Child::Group(members) = child else { return Some(number) };
    let panicked = numbers(members, number + 1).into_iter().zip(members).filter_map(|(number, member)| {
        let (mark, end) = seen.end(number)?;
        (end == End::Panics).then_some((mark, number, member))
    });
    let (_, number, member) = panicked.min_by_key(|(mark, ..)| *mark)?;
    origin(seen, number, member)
}

pub(super) fn siblings_of_a_panic_run_on(seen: &Seen) -> Result<(), String> {
    if seen.left().is_some() || !seen.panics() {
        return Ok(());
    }
    seen.children().into_iter().try_for_each(|(number, child)| seen.undisturbed(number, child))
}
