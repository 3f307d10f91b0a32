//! [`Report`]: what an exploration came to.

use std::fmt;
use std::sync::Arc;

use super::Shard;
use super::positions::Positions;
use crate::coverage;
use crate::scheduler::SchedulerKind;
use crate::seed::Seed;
use crate::simulation::{Failure, Warning};

/// What an exploration came to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// Executions that were run, the failing one included. Runs of the same execution to look closer are not counted.
    pub executions: u64,
    /// Distinct digests among them: different interleavings.
    pub distinct: u64,
    /// Whether every schedule was tried, of the part that was to be.
    pub exhausted: bool,
    /// The estimated probability that one more execution shows a new digest (Good-Turing); 0 when exhausted.
    pub unseen: f64,
    /// Executions that ended at a limit that says to stop, and so show only a beginning.
    pub stopped: u64,
    /// The first failure.
    pub failure: Option<Failure>,
    /// What should be looked at although nothing failed: of the first execution that had something.
    pub warnings: Vec<Warning>,
    /// The seed of the exploration.
    pub seed: Seed,
    /// Who answered the choice points; `None` if it was a scheduler of the user's own.
    pub scheduler: Option<SchedulerKind>,
    /// The part of the exploration that this is; `None` if it is all of it.
    pub shard: Option<Shard>,
    /// Saved failures that were replayed before anything new was explored. They are not among the executions.
    pub replayed: u64,
    /// Executions that a guided exploration has to go on from: each showed something that none before it had.
    pub corpus: u64,
    /// What [`sometimes!`](crate::sometimes) and [`reachable!`](crate::reachable) have said, by name. Not known of isolated executions,
    /// nor of those that were looked at one by one.
    pub points: Vec<Point>,
    /// Where each digest was seen, if the environment asks for it.
    #[cfg_attr(not(feature = "report"), allow(dead_code, reason = "only lines of a report tell it"))]
    pub(super) positions: Option<Arc<Positions>>,
}

/// A [`sometimes!`](crate::sometimes) or [`reachable!`](crate::reachable) that an exploration came by.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Point {
    /// Its name.
    pub name: String,
    /// Whether its condition held in at least one execution that passed.
    pub held: bool,
}

impl From<&coverage::Point> for Point {
    fn from(point: &coverage::Point) -> Self {
        Self { name: point.name.to_owned(), held: point.held }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |n: u64| if n == 1 { "" } else { "s" };
        write!(f, "{} execution{}, {} distinct", self.executions, plural(self.executions), self.distinct)?;
        if self.exhausted {
            write!(f, ": every schedule")?;
            if let Some(shard) = self.shard {
                write!(f, " of part {shard}")?;
            }
        } else {
            write!(f, "; one more shows something new with probability {:.2}", self.unseen)?;
        }
        if self.replayed > 0 {
            write!(f, "; {} saved failure{} replayed before", self.replayed, plural(self.replayed))?;
        }
        if self.stopped > 0 {
            write!(f, "; {} stopped at a limit", self.stopped)?;
        }
        for warning in &self.warnings {
            write!(f, "\nwarning: {warning}")?;
        }
        match &self.failure {
            Some(failure) => write!(f, "\n{failure}"),
            None => Ok(()),
        }
    }
}
