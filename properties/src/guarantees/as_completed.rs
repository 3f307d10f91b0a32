//! What as_completed guarantees.

use std::collections::BTreeSet;

use super::Guarantee;
use super::gather::first_panic;
use super::seen::{CameOut, Mark, Seen, ensure, outcome};
use crate::scenario::{End, Event, Failed};

pub(super) const GUARANTEES: &[Guarantee] = &[
    Guarantee::new("A1", "each child is yielded exactly once, as it ended", exactly_once),
    Guarantee::new("A2", "children are yielded in completion order", completion_order),
    Guarantee::new("A3", "the k-th is yielded at the instant in which the k-th ends", without_delay),
    Guarantee::new("A4", "leaving it cancels nothing: children run on", changes_nothing),
    Guarantee::new("panics", "a panic goes on in the consumer", panics),
];

fn yields(seen: &Seen) -> Vec<(u32, End, Mark)> {
    let marks = seen.marks(|event| matches!(event, Event::Yielded(..)));
    let all = marks.into_iter().filter_map(|mark| match seen.entries[mark.line].event {
        Event::Yielded(number, end) => Some((number, end, mark)),
        _ => None,
    });
    all.collect()
}

fn exactly_once(seen: &Seen) -> Result<(), String> {
    let yields = yields(seen);
    let distinct: BTreeSet<u32> = yields.iter().map(|(number, ..)| *number).collect();
    ensure(distinct.len() == yields.len(), || format!("a child was yielded twice: {yields:?}"))?;
    for (number, end, _) in &yields {
        let child = seen.children().into_iter().find(|(n, _)| n == number);
        let Some((_, child)) = child else { return Err(format!("{number} was yielded and is no child")) };
        let expected = outcome(*number, child.natural_end().1);
        let told = if *end == End::Returns { Ok(*number) } else { Err(Failed(*number)) };
        ensure(expected == Some(told), || format!("child {number} was yielded as {told:?}, not as {expected:?}"))?;
    }
    let missing = seen.came_out == CameOut::StreamEnd && yields.len() < seen.scenario.children.len();
    ensure(!missing, || format!("the stream ended after {} children", yields.len()))
}

fn completion_order(seen: &Seen) -> Result<(), String> {
    let yielded: Vec<u32> = yields(seen).into_iter().map(|(number, ..)| number).collect();
    let ended: Vec<u32> = seen.ends().into_iter().map(|(number, ..)| number).collect();
    ensure(ended.starts_with(&yielded), || format!("yielded {yielded:?}, and they ended as {ended:?}"))
}

fn without_delay(seen: &Seen) -> Result<(), String> {
    let yields = yields(seen);
    // As far as the consumer was there: up to a panic, or until it was cancelled.
    let reachable = seen.ends().into_iter().take_while(|(_, _, end)| *end != End::Panics);
    let reachable = reachable.take_while(|(_, mark, _)| seen.left().is_none_or(|left| mark.at < left.at));
    for (k, (number, mark, _)) in reachable.enumerate() {
        let at = yields.get(k).map(|(_, _, mark)| mark.at);
        ensure(at == Some(mark.at), || format!("child {number} ended at {:?}, and number {k} was yielded at {at:?}", mark.at))?;
    }
    Ok(())
}

fn changes_nothing(seen: &Seen) -> Result<(), String> {
    seen.children().into_iter().try_for_each(|(number, child)| seen.undisturbed(number, child))
}

fn panics(seen: &Seen) -> Result<(), String> {
    first_panic(seen)
}
