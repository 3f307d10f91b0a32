//! [`DrawnSchedules`]: what a strategy of schedules yields.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::str::FromStr;

use reenact_sim::{Error, Schedule};

use super::picks::Picks;

/// The schedules of one case: what to run a property under with [`hold`](crate::hold).
///
/// A schedule says which of the alternatives of each choice point is picked, and before a program runs nobody knows what these are. So the
/// value is lenient: a list of numbers, each taken modulo the alternatives that there are, and fifo from the end of the list on. It prints
/// as the schedule that was really executed, when one has failed.
///
/// Parsed from the text of a schedule it is that schedule, and strict: an execution that does not fit fails as a
/// [divergence](reenact_sim::FailureKind::Divergence).
///
/// ```
/// use reenact_properties::{DrawnSchedules, hold};
/// use reenact_sim::task;
///
/// // Two tasks have to be ready at choice 0, and the second one steps first.
/// let schedule: DrawnSchedules = "r1:0=1/2@0.1".parse()?;
/// let held = hold(&schedule, || async {
///     let tasks = ["first", "second"].map(|name| task::spawn(async move { reenact_sim::println!("{name}") }));
///     for task in tasks {
///         task.await.unwrap();
///     }
/// });
/// assert!(held.is_ok());
/// assert!(hold(&schedule, || async {}).is_err());
/// # Ok::<(), reenact_sim::Error>(())
/// ```
#[derive(Clone)]
pub struct DrawnSchedules {
    pub(super) source: Source,
    /// How many cases proptest runs, if it was asked.
    pub(super) cases: Option<u32>,
    /// How many executions a case has before it shrinks.
    pub(super) executions: u32,
    /// Whether it is another input that is being shrunk: then what has failed may be tried in forms that fit a smaller input.
    pub(super) refit: bool,
    pub(super) record: Record,
}

#[derive(Clone, Debug)]
pub(super) enum Source {
    Drawn(Vec<Picks>),
    Exactly(Schedule),
}

/// The execution that has failed last. A value and the tree that it comes from share it: only an execution tells what a list of
/// numbers means, so shrinking goes by it, and so does the text of the value.
pub(super) type Record = Rc<RefCell<Option<Failed>>>;

#[derive(Clone, Debug)]
pub(super) struct Failed {
    /// What was really picked.
    pub(super) picks: Picks,
    pub(super) schedule: Schedule,
}

impl FromStr for DrawnSchedules {
    type Err = Error;

    /// The text form of a [`Schedule`].
    ///
    /// # Errors
    ///
    /// What is wrong with the text.
    fn from_str(text: &str) -> Result<Self, Error> {
        Ok(text.parse::<Schedule>()?.into())
    }
}

impl From<Schedule> for DrawnSchedules {
    fn from(schedule: Schedule) -> Self {
        Self { source: Source::Exactly(schedule), cases: None, executions: 1, refit: false, record: Record::default() }
    }
}

impl fmt::Debug for DrawnSchedules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.source, &*self.record.borrow()) {
            (Source::Exactly(schedule), _) => write!(f, "{schedule}"),
            (Source::Drawn(_), Some(failed)) => write!(f, "{}", failed.schedule),
            (Source::Drawn(lists), None) => match lists.len() {
                1 => f.write_str("a schedule that has not failed"),
                n => write!(f, "{n} schedules of which none has failed"),
            },
        }
    }
}
