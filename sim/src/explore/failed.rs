//! [`Failed`]: a failure as tools read it.

use miniserde::{Deserialize, Serialize, json};

use crate::simulation::Failure;

/// The schema is in the documentation of the facade; fields are added, never changed.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Failed {
    pub(super) kind: String,
    pub(super) message: String,
    pub(super) place: Option<String>,
    pub(super) task: Option<String>,
    pub(super) at_ns: u64,
    pub(super) execution: u64,
    pub(super) schedule: String,
    pub(super) digest: String,
    pub(super) seed: String,
    /// The block that a failing test prints.
    pub(super) text: String,
}

impl Failed {
    pub(super) fn new(failure: &Failure) -> Self {
        Self {
            kind: failure.kind.to_string(),
            message: failure.message.clone(),
            place: failure.place.clone(),
            task: failure.task.as_ref().map(ToString::to_string),
            at_ns: failure.at.as_nanos(),
            execution: failure.execution,
            schedule: failure.schedule.to_string(),
            digest: failure.trace.digest().to_string(),
            seed: failure.seed.to_string(),
            text: failure.to_string(),
        }
    }

    /// In one line, from one process to another.
    pub(super) fn to_line(&self) -> String {
        json::to_string(self)
    }

    pub(super) fn from_line(line: &str) -> Option<Self> {
        json::from_str(line).ok()
    }
}
