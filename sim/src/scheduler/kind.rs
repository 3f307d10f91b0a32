//! [`SchedulerKind`]: the schedulers that come with the crate, by name.

use std::fmt;
use std::str::FromStr;

use super::fifo::Fifo;
use super::pct::Pct;
use super::{Chooser, Exhaustive, Random};
use crate::error::Error;
use crate::seed::Seed;

/// A scheduler that comes with the crate.
///
/// Prints as, and parses from: `fifo`, `random`, `pct:3`, `pct:3:24`, `exhaustive`, `exhaustive:2`.
///
/// ```
/// use reenact_sim::SchedulerKind;
///
/// let kind: SchedulerKind = "pct:3:24".parse()?;
/// assert_eq!(kind, SchedulerKind::Pct { depth: 3, steps: Some(24) });
/// assert_eq!(kind.to_string(), "pct:3:24");
/// assert!("pct".parse::<SchedulerKind>().unwrap_err().to_string().contains("`pct` is no scheduler"));
/// # Ok::<(), reenact_sim::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SchedulerKind {
    /// One schedule: the task that has been ready longest steps next.
    Fifo,
    /// Every alternative is equally likely (random walk).
    Random,
    /// Probabilistic concurrency testing: finds a bug of depth d among n tasks and k steps with a probability of at least
    /// 1 / (n k^(d-1)) an execution.
    Pct {
        /// How many ordering constraints a bug may need, at least 1.
        depth: u32,
        /// k, counted from the first choice on; learned from the program if not given.
        steps: Option<u32>,
    },
    /// Every schedule once, depth first.
    Exhaustive {
        /// Only those that step another task at most this often while the last one is still ready.
        preemptions: Option<u32>,
    },
}

impl SchedulerKind {
    pub(crate) fn build(&self, seed: Seed) -> Chooser {
        match *self {
            Self::Fifo => Chooser::Any(Box::new(Fifo)),
            Self::Random => Chooser::Random(Box::new(Random::new(seed))),
            Self::Pct { depth, steps } => Chooser::Any(Box::new(Pct::new(seed, depth, steps))),
            Self::Exhaustive { preemptions: None } => Chooser::Exhaustive(Box::new(Exhaustive::new(None))),
            Self::Exhaustive { preemptions } => Chooser::Any(Box::new(Exhaustive::new(preemptions))),
        }
    }
}

impl fmt::Display for SchedulerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fifo => f.write_str("fifo"),
            Self::Random => f.write_str("random"),
            Self::Pct { depth, steps: None } => write!(f, "pct:{depth}"),
            Self::Pct { depth, steps: Some(steps) } => write!(f, "pct:{depth}:{steps}"),
            Self::Exhaustive { preemptions: None } => f.write_str("exhaustive"),
            Self::Exhaustive { preemptions: Some(bound) } => write!(f, "exhaustive:{bound}"),
        }
    }
}

impl FromStr for SchedulerKind {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let invalid = || {
            Error::scheduler(format!(
                "`{text}` is no scheduler: fifo, random, pct:DEPTH, pct:DEPTH:STEPS, exhaustive and exhaustive:PREEMPTIONS are, \
                 as in pct:3 (DEPTH and STEPS are 1 or more)"
            ))
        };
        let mut parts = text.split(':');
        let name = parts.next().unwrap_or_default();
        let numbers = parts.map(|part| if part.starts_with('+') { None } else { part.parse::<u32>().ok() });
        let numbers: Vec<u32> = numbers.collect::<Option<_>>().ok_or_else(invalid)?;
        match (name, numbers.as_slice()) {
            ("fifo", []) => Ok(Self::Fifo),
            ("random", []) => Ok(Self::Random),
            ("pct", &[depth]) if depth > 0 => Ok(Self::Pct { depth, steps: None }),
            ("pct", &[depth, steps]) if depth > 0 && steps > 0 => Ok(Self::Pct { depth, steps: Some(steps) }),
            ("exhaustive", []) => Ok(Self::Exhaustive { preemptions: None }),
            ("exhaustive", &[bound]) => Ok(Self::Exhaustive { preemptions: Some(bound) }),
            _ => Err(invalid()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_what_it_parses() {
        for text in ["fifo", "random", "pct:3", "pct:3:24", "exhaustive", "exhaustive:0", "exhaustive:2"] {
            assert_eq!(text.parse::<SchedulerKind>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_valid_ones() {
        for text in ["", "Fifo", "fifo:1", "pct", "pct:0", "pct:3:0", "pct:+3", "pct:3:4:5", "exhaustive:x", "dfs"] {
            let error = text.parse::<SchedulerKind>().unwrap_err();
            assert!(error.is_scheduler());
            assert!(error.to_string().starts_with(&format!("`{text}` is no scheduler: fifo, random, pct:DEPTH")), "{error}");
        }
    }
}
