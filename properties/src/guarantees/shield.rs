//! What shield guarantees.

use super::Guarantee;
use super::seen::{CameOut, Seen, ensure, outcome};
use crate::scenario::Child;

pub(super) const GUARANTEES: &[Guarantee] = &[
    Guarantee::new("H1", "leaving it never reaches the child, which runs on in its own time", runs_on),
    Guarantee::new("H2", "awaited, it yields what the child does, at the same instant", passes_on),
];

fn runs_on(seen: &Seen) -> Result<(), String> {
    seen.children().into_iter().try_for_each(|(number, child)| seen.undisturbed(number, child))
}

fn passes_on(seen: &Seen) -> Result<(), String> {
    let Some((takes, end)) = seen.scenario.children.first().map(Child::natural_end) else { return Ok(()) };
    if seen.left().is_some() {
        return Ok(());
    }
    let (returned, expected) = (seen.returned().at, seen.after(takes));
    ensure(returned == expected, || format!("it was ready at {returned:?}, not at {expected:?}"))?;
    let right = match (&seen.came_out, outcome(0, end)) {
        (CameOut::One(told), Some(outcome)) => *told == outcome,
        (CameOut::Panicked(_), None) => true,
        _ => false,
    };
    ensure(right, || format!("it came out with {:?}, and the child ended: {end:?}", seen.came_out))
}
