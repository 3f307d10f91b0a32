//! [`SchedulerKind`]: the schedulers that come with the crate, by name.

use std::fmt;
use std::str::FromStr;

use super::fifo::Fifo;
use super::pct::Pct;
use super::pos::Pos;
use super::surw::Surw;
use super::urw::Urw;
use super::{Chooser, Exhaustive, Guided, Random};
use crate::error::Error;
use crate::seed::Seed;

/// A scheduler that comes with the crate.
///
/// Prints as, and parses from: `fifo`, `random`, `pct:3`, `pct:3:24`, `pos`, `urw`, `surw`, `exhaustive`, `exhaustive:2`,
/// `guided`, `portfolio`.
///
/// Those that have to know something of the program learn it from the first 4 executions of an exploration, one in fifo order and
/// 3 at random, which count like all others: pct without steps, pos, urw and surw. The [portfolio](Self::Portfolio) learns from
/// four such executions as well, of which only the one in fifo order is among its first four. In a single [`Sim`](crate::Sim) they
/// know nothing: pct takes k to be 1, and the others take every step to be like any other. Past 10,000 steps and 8 times what they
/// know they pick at random, so that nobody waits for ever for a task that they do not prefer. Where n tasks are ready, a pick costs
/// O(log n) at most.
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
    /// Every alternative is equally likely (random walk); of a fault see [`Hostility`](crate::Hostility).
    Random,
    /// Probabilistic concurrency testing: finds a bug of depth d among n tasks and k steps with a probability of at least
    /// 1 / (n k^(d-1)) an execution. (S. Burckhardt, P. Kothari, M. Musuvathi, S. Nagarakatte, "A Randomized Scheduler with
    /// Probabilistic Guarantees of Finding Bugs", ASPLOS 2010.)
    Pct {
        /// How many ordering constraints a bug may need, at least 1.
        depth: u32,
        /// k, counted from the first choice on; learned from the program if not given.
        steps: Option<u32>,
    },
    /// Partial order sampling: every pending step has a random priority, redrawn when a step races with it. Covers any given
    /// order of the racing steps with a probability that falls exponentially slower in their number than that of a random
    /// walk. Acts on recorded accesses ([`Shared`](crate::Shared), [`access`](crate::access)); costs O(log n) for each kind
    /// of step that races with the one taken. (X. Yuan, J. Yang, R. Gu, "Partial Order Aware Concurrency Sampling", CAV 2018.)
    Pos,
    /// Uniform random walk: tasks are as likely as they have steps left, those of children to come included. Where the steps
    /// of each task are always the same and nobody blocks, every interleaving is equally likely. ("Selectively Uniform
    /// Concurrency Testing", ASPLOS 2025.)
    Urw,
    /// Selectively uniform random walk: the same for the steps that touch one shared resource, another one in each
    /// execution; the others are picked at random. Under the same conditions every order of these steps is equally likely.
    /// Acts on recorded accesses. (The same paper.)
    Surw,
    /// Every schedule once, depth first.
    Exhaustive {
        /// Only those that step another task at most this often while the last one is still ready.
        preemptions: Option<u32>,
    },
    /// Goes on from executions that have shown something new: what [`cover!`](crate::cover), [`sometimes!`](crate::sometimes) and
    /// [`reachable!`](crate::reachable) say, which write each read of [shared values](crate::Shared) has seen, and, in a build made for
    /// it, which code was run. Their choices are changed, left out, put in, cut off and put together, one in five executions is
    /// drawn afresh. Finds what only a long run of right choices leads to, where the program shows on the way that they are right;
    /// where it shows nothing, and where each execution has a process of its own, this is random. (Coverage-guided fuzzing as AFL does it, M. Zalewski, on choices instead of bytes.)
    ///
    /// Which execution does what follows from the seed, on any number of threads, unless there is a
    /// [corpus](crate::Explorer::corpus) on disk. A part of an exploration goes on from what the part itself has found.
    Guided,
    /// A mix, the default of an exploration. Execution 0 is in fifo order, 1 to 4 are a varied pct, 5 to 7 pick at random, and what 0
    /// and those three show of the program is what the others know of it. From then on 30 % are the varied pct, 30 % random, 20 % pos,
    /// 10 % urw and 10 % surw; which comes when follows from the seed and the execution's index, and any few of them are as mixed as can be.
    ///
    /// *Varied* means that depth and reach are drawn for each execution: a depth from 1 to 6, since nobody knows the bug's, and change
    /// points among all steps, among the first half or among the first quarter, where fewer places compete. So it has at least an 18th
    /// of the bound of pct of any one depth up to 6. Executions 2i - 1 and 2i have opposite orders of priority: of two tasks each goes first once,
    /// and what one execution cannot show because of its order the next one can.
    ///
    /// Why each is there: pct finds what needs few preemptions at the right steps, or one task that goes last of all, long ones among
    /// them, which random practically never does. Random and pos find what needs many changes between tasks, which pct hardly ever makes
    /// (a condition that is checked once and not again); random knows nothing of the program, so nothing that it has learned can mislead it,
    /// and is the cheapest. Pos goes by what is recorded of accesses. Urw and surw reach the interleavings that random reaches rarely,
    /// where tasks differ in length. A tenth of the whole more or less of pct makes no difference of more than a sixth to how soon any of 46 small programs with known bugs is found.
    ///
    /// A single [`Sim`](crate::Sim) is the first execution, in fifo order.
    Portfolio,
}

impl SchedulerKind {
    pub(crate) fn build(&self, seed: Seed) -> Chooser {
        match *self {
            Self::Fifo => Chooser::Any(Box::new(Fifo)),
            Self::Random => Chooser::Random(Box::new(Random::new(seed))),
            Self::Pct { depth, steps } => Chooser::Any(Box::new(Pct::new(seed, depth, steps))),
            Self::Pos => Chooser::Any(Box::new(Pos::new(seed))),
            Self::Urw => Chooser::Any(Box::new(Urw::new(seed))),
            Self::Surw => Chooser::Any(Box::new(Surw::new(seed))),
            // Without anything to go on from.
            Self::Guided => Chooser::Any(Box::new(Guided::new(seed))),
            // Its first execution; further ones are a `Lineup`'s.
            Self::Portfolio => Chooser::Any(Box::new(Fifo)),
            Self::Exhaustive { preemptions } => Box::new(Exhaustive::new(preemptions)).into(),
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
            Self::Pos => f.write_str("pos"),
            Self::Urw => f.write_str("urw"),
            Self::Surw => f.write_str("surw"),
            Self::Guided => f.write_str("guided"),
            Self::Portfolio => f.write_str("portfolio"),
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
                "`{text}` is no scheduler: fifo, random, pct:DEPTH, pct:DEPTH:STEPS, pos, urw, surw, exhaustive, \
                 exhaustive:PREEMPTIONS, guided and portfolio are, as in pct:3 (DEPTH and STEPS are 1 or more)"
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
            ("pos", []) => Ok(Self::Pos),
            ("urw", []) => Ok(Self::Urw),
            ("surw", []) => Ok(Self::Surw),
            ("guided", []) => Ok(Self::Guided),
            ("portfolio", []) => Ok(Self::Portfolio),
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
        for text in [
            "fifo",
            "random",
            "pct:3",
            "pct:3:24",
            "pos",
            "urw",
            "surw",
            "exhaustive",
            "exhaustive:0",
            "exhaustive:2",
            "guided",
            "portfolio",
        ] {
            assert_eq!(text.parse::<SchedulerKind>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_valid_ones() {
        for text in [
            "",
            "Fifo",
            "fifo:1",
            "pct",
            "pct:0",
            "pct:3:0",
            "pct:+3",
            "pct:3:4:5",
            "exhaustive:x",
            "pos:1",
            "URW",
            "portfolio:2",
            "dfs",
        ] {
            let error = text.parse::<SchedulerKind>().unwrap_err();
            assert!(error.is_scheduler());
            assert!(error.to_string().starts_with(&format!("`{text}` is no scheduler: fifo, random, pct:DEPTH")), "{error}");
        }
    }
}
