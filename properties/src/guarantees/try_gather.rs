//! What try_gather guarantees.

use super::Guarantee;
use super::gather::{first_panic, siblings_of_a_panic_run_on, side_by_side};
use super::seen::{CameOut, Seen, ensure};
use crate::scenario::{End, Failed};

pub(super) const GUARANTEES: &[Guarantee] = &[
    Guarantee::new("G1", "without an error the n-th value is that of the n-th argument", in_argument_order),
    Guarantee::new("G2", "it is ready at the instant of the first error, or when the last child ends", at_the_first_error),
    Guarantee::new("G4", "the error is the first one by completion", first_error),
    Guarantee::new("siblings", "the siblings of a child that failed run on", siblings_run_on),
];

/// The first child to fail, if nobody left before.
fn first_bad(seen: &Seen) -> Option<(u32, super::seen::Mark, End)> {
    seen.ends().into_iter().find(|(_, _, end)| *end != End::Returns)
}

fn in_argument_order(seen: &Seen) -> Result<(), String> {
    let CameOut::Tried(Ok(values)) = &seen.came_out else { return Ok(()) };
    ensure(*values == seen.numbers(), || format!("it returned {values:?}"))
}

fn at_the_first_error(seen: &Seen) -> Result<(), String> {
    if seen.left().is_some() {
        return Ok(());
    }
    let natural: Vec<_> = seen.scenario.children.iter().map(|child| child.natural_end()).collect();
    let first = natural.iter().filter(|(_, end)| *end != End::Returns).map(|(at, _)| *at).min();
    let last = natural.iter().map(|(at, _)| *at).max().unwrap_or_default();
    let (returned, expected) = (seen.returned().at, seen.after(first.unwrap_or(last)));
    ensure(returned == expected, || format!("it was ready at {returned:?}, not at {expected:?}"))
}

fn first_error(seen: &Seen) -> Result<(), String> {
    match (first_bad(seen), &seen.came_out) {
        _ if seen.left().is_some() => Ok(()),
        (Some((number, _, End::Fails)), CameOut::Tried(Err(error))) if *error == Failed(number) => Ok(()),
        (Some((_, _, End::Panics)), CameOut::Panicked(_)) => first_panic(seen),
        (None, CameOut::Tried(Ok(_))) => Ok(()),
        (first, came_out) => Err(format!("it came out with {came_out:?}, and the first to fail was {first:?}")),
    }
}

fn siblings_run_on(seen: &Seen) -> Result<(), String> {
    siblings_of_a_panic_run_on(seen)?;
    side_by_side(seen)
}
