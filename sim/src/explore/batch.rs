//! [`Batch`]: what consecutive executions came to, before it is known which of them count.

use super::guided::Candidate;
use super::seen::Key;
use crate::coverage::{self, Point};
use crate::kernel::{self, FailureKind};
use crate::schedule::Schedule;
use crate::simulation::Execution;
use crate::trace::{Digest, recorder};

/// Executions of a batch at most.
const MOST: usize = 256;

/// What consecutive executions came to.
///
/// An exploration on several threads knows only in the end which executions come before the first failure, so what each of them
/// adds is kept until then; and a single thread adds many at once, which wait for the memory together.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// Which subtree of the choices they are of, where every schedule is tried in parts.
    pub(super) tree: u64,
    /// One for each execution: its digest, or that it stopped at a limit.
    pub(super) keys: Vec<Key>,
    /// The first execution that left something to warn about.
    pub(super) remarkable: Option<Met>,
    /// Those that a guided exploration may go on from.
    pub(super) candidates: Vec<Candidate>,
    /// What `sometimes!` and `reachable!` said, each for the first time in the batch, and in which of its executions.
    pub(super) points: Vec<(usize, Point)>,
    /// What ended the batch: its last execution failed.
    pub(super) found: Option<Found>,
}

/// An execution, and what it takes to get it again.
#[derive(Clone, Debug)]
pub(super) struct Met {
    /// Its place in the batch.
    pub(super) place: usize,
    /// Its number in the exploration, which where every schedule is tried is known only later.
    pub(super) index: u64,
    pub(super) schedule: Schedule,
    pub(super) digest: Digest,
}

/// An execution that failed.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) met: Met,
    pub(super) what: What,
}

/// In which way.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// A failure of this kind, with this message.
    Failure(FailureKind, String),
    /// It passed, and when it was run again it came out otherwise: how.
    Differs(String),
}

impl Batch {
    pub(super) fn is_full(&self) -> bool {
        self.keys.len() >= MOST
    }

    /// The execution that was added last and that is still in the kernel.
    pub(super) fn met(&self, index: u64) -> Met {
        Met {
            place: self.keys.len() - 1,
            index,
            schedule: kernel::with(|kernel| kernel.schedule()),
            digest: recorder::with(|recorder| recorder.digest()),
        }
    }

    /// Adds an execution that somebody looked at.
    pub(super) fn add(&mut self, execution: &Execution<()>, stopped: bool) {
        self.keys.push(if stopped { Key::STOPPED } else { Key::of(execution.trace.digest()) });
    }

    /// Takes what the execution that was added last has said at its points.
    #[inline]
    pub(super) fn note_points(&mut self) {
        coverage::take_points(|point| {
            let known = |(_, known): &(usize, Point)| known.name == point.name && known.held >= point.held;
            if !self.points.iter().any(known) {
                self.points.push((self.keys.len() - 1, point));
            }
        });
    }

    pub(super) fn clear(&mut self) {
        self.keys.clear();
        self.remarkable = None;
        self.found = None;
        self.candidates.clear();
        self.points.clear();
    }
}
