//! [`Shard`]: one of several disjoint parts of an exploration.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;

/// Consecutive executions that stay together, because random ones draw their first words in groups of 8.
const BLOCK: u64 = 8;

/// The i-th of n disjoint parts of an exploration, counted from 1: for machines that share the work without talking to each other.
///
/// All parts together run exactly the executions that one process would run. Prints as, and parses from, `i/n`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From 1.
    part: u32,
    of: u32,
}

impl Shard {
    /// Which part this is, from 1.
    pub fn part(self) -> u32 {
        self.part
    }

    /// How many parts there are.
    pub fn of(self) -> u32 {
        self.of
    }

    /// Whether an execution that is known by its index belongs to this part.
    pub(super) fn has(self, execution: u64) -> bool {
        self.has_block(execution / BLOCK)
    }

    /// The index of the n-th execution of this part.
    pub(super) fn nth(self, n: u64) -> u64 {
        self.nth_block(n / BLOCK) * BLOCK + n % BLOCK
    }

    /// The number of the n-th piece that belongs to this part.
    pub(super) fn nth_block(self, n: u64) -> u64 {
        n * u64::from(self.of) + u64::from(self.part - 1)
    }

    /// Whether the n-th piece of whatever belongs to this part.
    pub(super) fn has_block(self, n: u64) -> bool {
        n % u64::from(self.of) == u64::from(self.part - 1)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.part, self.of)
    }
}

impl FromStr for Shard {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let number = |digits: &str| digits.parse::<u32>().ok().filter(|_| digits.bytes().all(|b| b.is_ascii_digit()));
        let parts = text.split_once('/').and_then(|(part, of)| Some((number(part)?, number(of)?)));
        match parts {
            Some((part, of)) if part >= 1 && part <= of => Ok(Self { part, of }),
            _ => Err(Error::environment(format!("`{text}` is no part of an exploration: 1/n to n/n are, as in 2/3"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_execution_belongs_to_one_part() {
        let parts: Vec<Shard> = ["1/3", "2/3", "3/3"].map(|text| text.parse().unwrap()).to_vec();
        for execution in 0..1_000 {
            assert_eq!(parts.iter().filter(|part| part.has(execution)).count(), 1);
        }
        assert!((0..8).all(|execution| parts[0].has(execution)) && parts[1].has(8) && parts[2].has(16) && parts[0].has(24));
        for part in &parts {
            let indexes = (0..1_000).filter(|execution| part.has(*execution));
            assert!((0..).zip(indexes).all(|(n, index)| part.nth(n) == index));
        }
        assert_eq!(parts[1].to_string(), "2/3");
    }

    #[test]
    fn what_is_no_part_is_refused() {
        for text in ["", "1", "0/3", "4/3", "1/0", "+1/3", "1/3/4", "a/b", "1 /3"] {
            assert!(text.parse::<Shard>().unwrap_err().to_string().contains("1/n to n/n"), "{text}");
        }
    }
}
