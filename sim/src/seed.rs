//! [`Seed`]: the number from which an exploration draws everything that is random.

use std::fmt;
use std::str::FromStr;

use crate::error::Error;
use crate::hash;

/// The number from which an exploration draws its choices and its data.
///
/// Prints as `0x2a` and parses from that or from decimal digits. Equal seeds give equal explorations, on every
/// machine and in every build.
///
/// ```
/// use reenact_sim::Seed;
///
/// let seed: Seed = "42".parse()?;
/// assert_eq!(seed, Seed::from(42));
/// assert_eq!(seed.to_string(), "0x2a");
/// # Ok::<(), reenact_sim::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seed(u64);

impl Seed {
    pub(crate) const ZERO: Self = Self(0);

    /// The seed of a text: how a test gets a seed of its own from its path, the same on every run.
    pub fn of_text(text: &str) -> Self {
        Self(hash::finish(hash::mix_bytes(0x7365_6564, text.as_bytes())))
    }

    /// The number itself.
    pub fn get(self) -> u64 {
        self.0
    }

    /// The `n`-th seed that follows from this one: of execution `n`, of stream `n`.
    pub fn derive(self, n: u64) -> Self {
        Self(hash::finish(hash::mix(hash::mix(0x6465_7269_7665, self.0), n)))
    }
}

impl From<u64> for Seed {
    fn from(number: u64) -> Self {
        Self(number)
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.0)
    }
}

impl FromStr for Seed {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
        let number = match digits {
            Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => u64::from_str_radix(hex, 16).ok(),
            None if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok(),
            _ => None,
        };
        number.map(Self).ok_or_else(|| {
            Error::seed(format!("`{text}` is no seed: a number from 0 to {} is, or 0x and up to 16 hex digits", u64::MAX))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_what_it_parses() {
        for number in [0, 1, 0xdead_beef, u64::MAX] {
            let seed = Seed::from(number);
            assert_eq!(seed.to_string().parse::<Seed>().unwrap(), seed);
            assert_eq!(number.to_string().parse::<Seed>().unwrap(), seed);
        }
    }

    #[test]
    fn refuses_what_is_no_number_and_says_what_would_be() {
        for text in ["", "-1", "+1", "0x", "0xg", "0x+1", "1 ", "18446744073709551616", "0x10000000000000000"] {
            let error = text.parse::<Seed>().unwrap_err();
            assert!(error.is_seed());
            assert!(error.to_string().contains(&format!("`{text}` is no seed")), "{error}");
        }
    }

    #[test]
    fn derived_seeds_never_change() {
        assert_ne!(Seed::from(1).derive(0), Seed::from(1).derive(1));
        assert_eq!(Seed::from(1).derive(2), Seed::from(1).derive(2));
    }
}
