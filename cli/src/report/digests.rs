//! Which digests were seen where, as reports hold it, and sets of many such.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// A digest and its first two positions in the exploration; [`u64::MAX`] where there is no second one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    digest: u64,
    first: u64,
    second: u64,
}

/// Digests are hashes: their first byte sorts them into heaps of one size, each of which the processor can keep at hand.
const HEAPS: usize = 256;

/// Digests of many reports, each of them perhaps several times.
#[derive(Debug)]
pub(super) struct Digests {
    heaps: Vec<Vec<Seen>>,
    /// Whether each is there once, in order.
    sorted: bool,
}

/// What was seen up to some position.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) distinct: u64,
    /// Those that were seen once.
    pub(super) once: u64,
}

impl Default for Digests {
    fn default() -> Self {
        Self { heaps: (0..HEAPS).map(|_| Vec::new()).collect(), sorted: true }
    }
}

impl Digests {
    /// Adds what the text of a report holds.
    pub(super) fn add(&mut self, text: &str) -> Result<(), String> {
        let bytes = decoded(text)?;
        let mut rest = Bytes(&bytes);
        while !rest.0.is_empty() {
            let digest = rest.word().ok_or("it ends in the middle")?;
            let (first, later) = rest.number().zip(rest.number()).ok_or("it ends in the middle")?;
            let second = match later {
                0 => u64::MAX,
                later => first.checked_add(later).ok_or("a position is too large")?,
            };
            self.heaps[(digest >> 56) as usize].push(Seen { digest, first, second });
        }
        self.sorted = false;
        Ok(())
    }

    pub(super) fn absorb(&mut self, other: Self) {
        for (heap, mut other) in self.heaps.iter_mut().zip(other.heaps) {
            if heap.is_empty() { *heap = other } else { heap.append(&mut other) }
        }
        self.sorted = false;
    }

    /// Brings them in order, each once, with the two lowest of its positions.
    pub(super) fn sort(&mut self) {
        if std::mem::replace(&mut self.sorted, true) {
            return;
        }
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(HEAPS);
        std::thread::scope(|scope| {
            for heaps in self.heaps.chunks_mut(HEAPS.div_ceil(threads)) {
                scope.spawn(|| heaps.iter_mut().for_each(sort));
            }
        });
    }

    /// What was seen up to a position. Sorted ones only.
    pub(super) fn sums(&self, last: u64) -> Sums {
        let mut sums = Sums::default();
        for seen in self.heaps.iter().flatten().filter(|seen| seen.first <= last) {
            sums.distinct += 1;
            sums.once += u64::from(seen.second > last || seen.second == u64::MAX);
        }
        sums
    }

    /// As reports hold them. Sorted ones only.
    pub(super) fn text(&self) -> String {
        let all: usize = self.heaps.iter().map(Vec::len).sum();
        let mut bytes = Vec::with_capacity(all * 14);
        for seen in self.heaps.iter().flatten() {
            bytes.extend_from_slice(&seen.digest.to_le_bytes());
            number(&mut bytes, seen.first);
            number(&mut bytes, if seen.second == u64::MAX { 0 } else { seen.second - seen.first });
        }
        STANDARD_NO_PAD.encode(bytes)
    }
}

fn sort(heap: &mut Vec<Seen>) {
    heap.sort_unstable();
    let mut kept: usize = 0;
    for at in 0..heap.len() {
        let seen = heap[at];
        match heap[..kept].last_mut() {
            // The same positions come again where a report is there twice.
            Some(last) if last.digest == seen.digest => {
                for position in [seen.first, seen.second] {
                    if position != last.first {
                        last.second = last.second.min(position);
                    }
                }
            }
            _ => {
                heap[kept] = seen;
                kept += 1;
            }
        }
    }
    heap.truncate(kept);
}

/// How many of the positions of a text are at most `last`.
pub(super) fn positions_up_to(text: &str, last: u64) -> Result<u64, String> {
    let bytes = decoded(text)?;
    let (mut rest, mut position, mut number) = (Bytes(&bytes), 0_u64, 0);
    while !rest.0.is_empty() {
        position = rest.number().and_then(|later| position.checked_add(later)).ok_or("it ends in the middle")?;
        if position > last {
            break;
        }
        number += 1;
    }
    Ok(number)
}

fn decoded(text: &str) -> Result<Vec<u8>, String> {
    STANDARD_NO_PAD.decode(text).map_err(|error| format!("it is no Base64: {error}"))
}

/// What is left to be read.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn word(&mut self) -> Option<u64> {
        let (word, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u64::from_le_bytes(*word))
    }

    /// LEB128.
    fn number(&mut self) -> Option<u64> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }
}

fn number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(all: &[(u64, u64, u64)]) -> String {
        let mut digests = Digests::default();
        for &(digest, first, second) in all {
            digests.heaps[(digest >> 56) as usize].push(Seen { digest, first, second });
        }
        digests.sorted = false;
        digests.sort();
        digests.text()
    }

    fn merged(texts: &[&str]) -> Digests {
        let mut all = Digests::default();
        texts.iter().for_each(|text| all.add(text).unwrap());
        all.sort();
        all
    }

    const NEVER: u64 = u64::MAX;

    #[test]
    fn the_two_lowest_positions_are_kept_in_whichever_order_and_however_often_they_come() {
        let (a, b, c) = (
            text(&[(1, 0, 300), (1 << 63, 2, NEVER)]),
            text(&[(1, 8, 9), (5, 10, NEVER)]),
            text(&[(1, 200_000, NEVER), (5, 1 << 40, NEVER)]),
        );
        let all = merged(&[&a, &b, &c]);
        assert_eq!(all.text(), text(&[(1, 0, 8), (5, 10, 1 << 40), (1 << 63, 2, NEVER)]));
        for texts in [[&c, &b, &a], [&b, &a, &c]] {
            assert_eq!(merged(&texts.map(String::as_str)).text(), all.text());
        }
        assert_eq!(merged(&[&a, &a, &b, &c, &b]).text(), all.text());
        let pair = merged(&[&b, &c]).text();
        assert_eq!(merged(&[&a, &pair]).text(), all.text());
        assert_eq!(all.sums(NEVER), Sums { distinct: 3, once: 1 });
        assert_eq!(all.sums(7), Sums { distinct: 2, once: 2 });
        assert_eq!(all.sums(8), Sums { distinct: 2, once: 1 });
    }

    #[test]
    fn positions_are_counted_up_to_one() {
        let mut bytes = Vec::new();
        [3, 4, 200].iter().for_each(|&later| number(&mut bytes, later));
        let text = STANDARD_NO_PAD.encode(bytes);
        let counted = |last| positions_up_to(&text, last).unwrap();
        assert_eq!([counted(2), counted(3), counted(7), counted(206), counted(207)], [0, 1, 2, 2, 3]);
    }

    #[test]
    fn what_is_cut_off_is_refused() {
        assert!(Digests::default().add("AAAA").unwrap_err().contains("ends in the middle"));
        assert!(Digests::default().add("?").unwrap_err().contains("no Base64"));
        assert!(positions_up_to("gIA", 9).unwrap_err().contains("ends in the middle"));
    }
}
