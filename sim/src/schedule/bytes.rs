//! Executions as bytes: the form in which a fuzzer that knows nothing but bytes makes them up.
//!
//! Any bytes are an execution, and every execution has bytes. Layout, frozen because corpora are kept:
//!
//! 1. A LEB128 number. Its remainder by 16 is how many bytes the data seed has (more than 8 count as 8), the rest how many data
//!    streams follow.
//! 2. The data seed, little-endian, what is missing being 0.
//! 3. Each data stream: how long the path of its task is, the positions on that path, its number, all in LEB128. The list ends early
//!    where the bytes end.
//! 4. The choices: one byte each where there are up to 256 alternatives, two where there are up to 65,536, else four, little-endian.
//!    The number modulo the alternatives is the pick. Where it is about a fault a number that is no alternative is 0, so that few of all
//!    bytes are one.
//!
//! Where the bytes end all further numbers are 0, which is the calm default. Nothing is ever drawn at random.

use super::{Choice, ChoiceKind, Data, TaskPath};
use crate::leb128::put;
use crate::seed::Seed;

/// Where the data of an execution come from, and the bytes that its choices are read from.
pub(crate) fn head(bytes: &[u8]) -> (Data, &[u8]) {
    let mut rest = bytes;
    let head = number(&mut rest);
    let seed = little_endian(&mut rest, (head % 16).min(8) as usize);
    let mut streams = Vec::new();
    for _ in 0..head / 16 {
        if rest.is_empty() {
            break;
        }
        let mut children = Vec::new();
        for _ in 0..number(&mut rest) {
            if rest.is_empty() {
                break;
            }
            children.push(number(&mut rest) as u32);
        }
        streams.push((TaskPath::from_children(children), number(&mut rest)));
    }
    (Data::new(Seed::from(seed), streams), rest)
}

/// The answer to the next choice.
pub(crate) fn pick(rest: &mut &[u8], kind: ChoiceKind, alternatives: u32) -> u32 {
    let number = little_endian(rest, width(alternatives)) as u32;
    match kind {
        ChoiceKind::Fault if number >= alternatives => 0,
        _ => number % alternatives,
    }
}

/// The shortest bytes of an execution.
pub(crate) fn encode(data: Option<&Data>, choices: &[Choice]) -> Vec<u8> {
    let (seed, streams) = data.map_or((0, &[][..]), |data| (data.seed().get(), data.streams()));
    let seed = seed.to_le_bytes();
    let length = seed.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let mut bytes = Vec::new();
    put(&mut bytes, (streams.len() as u64) << 4 | length as u64);
    bytes.extend(&seed[..length]);
    for (task, stream) in streams {
        put(&mut bytes, task.children().len() as u64);
        task.children().iter().for_each(|child| put(&mut bytes, u64::from(*child)));
        put(&mut bytes, *stream);
    }
    for choice in choices {
        bytes.extend(&choice.picked.to_le_bytes()[..width(choice.alternatives)]);
    }
    // What is not there is 0.
    let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    bytes.truncate(used);
    bytes
}

/// Bytes of a choice.
fn width(alternatives: u32) -> usize {
    match alternatives {
        0..=0x100 => 1,
        0x101..=0x1_0000 => 2,
        _ => 4,
    }
}

/// Up to 8 bytes as a number.
fn little_endian(rest: &mut &[u8], bytes: usize) -> u64 {
    let (taken, after) = rest.split_at(bytes.min(rest.len()));
    *rest = after;
    taken.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// A LEB128 number of 10 bytes at most. Bits beyond the 64th are lost: any bytes are a number.
fn number(rest: &mut &[u8]) -> u64 {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let Some((byte, after)) = rest.split_first() else { break };
        *rest = after;
        number |= u64::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            break;
        }
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choice(kind: ChoiceKind, picked: u32, alternatives: u32) -> Choice {
        Choice { kind, picked, alternatives }
    }

    /// What the picks of some choices are, read from bytes.
    fn picks(mut bytes: &[u8], choices: &[Choice]) -> Vec<u32> {
        choices.iter().map(|choice| pick(&mut bytes, choice.kind, choice.alternatives)).collect()
    }

    #[test]
    fn what_bytes_mean_never_changes() {
        // Corpora on disk depend on it.
        let bytes = [0x12, 0x34, 0x12, 0x02, 0x01, 0x80, 0x01, 0x07, 0x05, 0xff, 0xff, 0x03];
        let (data, rest) = head(&bytes);
        assert_eq!(data, Data::new(Seed::from(0x1234), [(TaskPath::from_children(vec![1, 128]), 7)]));
        let choices = [
            choice(ChoiceKind::Task, 2, 3),
            choice(ChoiceKind::Data, 0xffff % 300, 300),
            choice(ChoiceKind::Fault, 3, 4),
            choice(ChoiceKind::Order, 0, 100_000),
        ];
        assert_eq!(picks(rest, &choices), choices.map(|choice| choice.picked));
        let canonical = [0x12, 0x34, 0x12, 0x02, 0x01, 0x80, 0x01, 0x07, 0x02, 0x87, 0x00, 0x03];
        assert_eq!(encode(Some(&data), &choices), canonical);
    }

    #[test]
    fn what_is_encoded_is_read_again() {
        let stream = |children: &[u32], number| (TaskPath::from_children(children.to_vec()), number);
        let seeds = [0, 1, 0xff, 0x100, u64::MAX];
        let tasks = [vec![], vec![stream(&[], 1)], (0..20).map(|n| stream(&[n, u32::MAX], u64::MAX)).collect()];
        let limits = [2, 3, 255, 256, 257, 65_535, 65_536, 65_537, u32::MAX];
        let all = limits.iter().flat_map(|limit| [0, 1, limit / 2, limit - 1].map(|picked| (picked, *limit)));
        let choices: Vec<Choice> = all
            .flat_map(|(picked, limit)| [ChoiceKind::Task, ChoiceKind::Fault].map(|kind| choice(kind, picked, limit)))
            .collect();
        for seed in seeds {
            for streams in &tasks {
                let data = Data::new(Seed::from(seed), streams.clone());
                for length in 0..choices.len() {
                    let choices = &choices[..length];
                    let bytes = encode(Some(&data), choices);
                    let (read, rest) = head(&bytes);
                    assert_eq!(read, data);
                    assert!(picks(rest, choices).iter().eq(choices.iter().map(|choice| &choice.picked)));
                    assert_ne!(bytes.last(), Some(&0));
                }
            }
        }
        assert!(encode(None, &[]).is_empty());
    }

    #[test]
    fn no_bytes_are_fifo_and_claims_of_huge_lengths_cost_nothing() {
        let (data, mut rest) = head(&[]);
        assert_eq!((data, rest.len()), (Data::NONE, 0));
        assert_eq!(pick(&mut rest, ChoiceKind::Task, 7), 0);
        let (data, rest) = head(&[0xff; 30]);
        assert!(data.streams().len() < 3 && rest.is_empty());
    }

    #[test]
    fn a_fault_is_rare_among_all_bytes() {
        let faults = (0..=255).filter(|byte| pick(&mut &[*byte][..], ChoiceKind::Fault, 3) > 0).count();
        assert_eq!(faults, 2);
    }
}
