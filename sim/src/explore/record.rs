//! One line of JSON for each exploration that is over, in the file that `REENACT_REPORT` names.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use miniserde::{Serialize, json};

use super::Report;
use crate::simulation::Failure;

/// The schema is in the documentation of the facade; fields are added, never changed.
#[derive(Serialize)]
struct Line {
    version: u32,
    name: Option<String>,
    seed: String,
    scheduler: Option<String>,
    shard: Option<String>,
    executions: u64,
    distinct: u64,
    exhausted: bool,
    unseen: f64,
    stopped: u64,
    replayed: u64,
    warnings: Vec<String>,
    failure: Option<Failed>,
}

#[derive(Serialize)]
struct Failed {
    kind: String,
    message: String,
    place: Option<String>,
    task: Option<String>,
    at_ns: u64,
    execution: u64,
    schedule: String,
    digest: String,
}

/// Appends the report's line, in one write, so that the lines of several processes do not mix.
pub(super) fn append(file: &Path, name: Option<&str>, report: &Report) -> Result<(), String> {
    let line = format!("{}\n", json::to_string(&Line::new(name, report)));
    let opened = OpenOptions::new().create(true).append(true).open(file);
    let written = opened.and_then(|mut file| file.write_all(line.as_bytes()));
    written.map_err(|error| format!("REENACT_REPORT: {} cannot be written: {error}", file.display()))
}

impl Line {
    fn new(name: Option<&str>, report: &Report) -> Self {
        Self {
            version: 1,
            name: name.map(str::to_owned),
            seed: report.seed.to_string(),
            scheduler: report.scheduler.as_ref().map(ToString::to_string),
            shard: report.shard.map(|shard| shard.to_string()),
            executions: report.executions,
            distinct: report.distinct,
            exhausted: report.exhausted,
            unseen: report.unseen,
            stopped: report.stopped,
            replayed: report.replayed,
            warnings: report.warnings.iter().map(ToString::to_string).collect(),
            failure: report.failure.as_ref().map(Failed::new),
        }
    }
}

impl Failed {
    fn new(failure: &Failure) -> Self {
        Self {
            kind: failure.kind.to_string(),
            message: failure.message.clone(),
            place: failure.place.clone(),
            task: failure.task.as_ref().map(ToString::to_string),
            at_ns: failure.at.as_nanos(),
            execution: failure.execution,
            schedule: failure.schedule.to_string(),
            digest: failure.trace.digest().to_string(),
        }
    }
}
