//! [`Warning`]: what should be looked at although nothing failed.

use std::fmt;

use super::PendingTask;

/// Something that did not fail the execution and is likely not meant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// Tasks were unfinished when main was done, and were dropped.
    PendingAtExit {
        /// The tasks.
        tasks: Vec<PendingTask>,
    },
    /// A task panicked, the panic was to be delivered, and nobody looked at it.
    UnseenPanic {
        /// The task: path and, where there is one, name.
        task: String,
        /// The panic's message.
        message: String,
        /// Where it began.
        place: Option<String>,
    },
    /// Tasks were spawned while everything was being dropped; they never ran.
    RefusedSpawns {
        /// How many.
        count: u32,
    },
    /// A saved failure could not be replayed: the program has changed. Whether it would still fail is not known.
    Unreplayed {
        /// The file it is saved in.
        file: String,
        /// Its schedule.
        schedule: String,
        /// Where the program is another one.
        message: String,
    },
    /// The condition of a [`sometimes!`](crate::sometimes) was looked at and never held.
    NeverHeld {
        /// Its name.
        name: String,
        /// In how many executions.
        executions: u64,
    },
    /// A failure could not be saved.
    Unsaved {
        /// The file it was to be saved in.
        file: String,
        /// Why not.
        message: String,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PendingAtExit { tasks } => {
                let (noun, verb) = if tasks.len() == 1 { ("task", "was") } else { ("tasks", "were") };
                write!(f, "{} {noun} {verb} unfinished when main was done:", tasks.len())?;
                tasks.iter().try_for_each(|task| write!(f, "\n  {task}"))
            }
            Self::UnseenPanic { task, message, place } => {
                write!(f, "task {task} panicked and nobody looked at it: {message}")?;
                place.as_ref().map_or(Ok(()), |place| write!(f, " (at {place})"))
            }
            Self::Unreplayed { file, schedule, message } => {
                write!(
                    f,
                    "the failure {schedule} saved in {file} was not replayed, because the program is another one now: {message}; \
                     remove it there if it is of no more use"
                )
            }
            Self::NeverHeld { name, executions } => {
                let plural = if *executions == 1 { "" } else { "s" };
                write!(f, "sometimes!(.., {name:?}) did not hold in any of {executions} execution{plural}")
            }
            Self::Unsaved { file, message } => write!(f, "the failure could not be saved in {file}: {message}"),
            Self::RefusedSpawns { count } => {
                write!(
                    f,
                    "{count} task{} spawned by destructors at the end; they never ran",
                    if *count == 1 { " was" } else { "s were" }
                )
            }
        }
    }
}
