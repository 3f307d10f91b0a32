//! One line of JSON for each exploration that is over, in the file that `REENACT_REPORT` names.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use super::Report;
use crate::simulation::Failure;

/// Appends the report's line, in one write, so that the lines of several processes do not mix.
pub(super) fn append(file: &Path, name: Option<&str>, report: &Report) -> Result<(), String> {
    let line = format!("{}\n", line(name, report));
    let opened = OpenOptions::new().create(true).append(true).open(file);
    let written = opened.and_then(|mut file| file.write_all(line.as_bytes()));
    written.map_err(|error| format!("REENACT_REPORT: {} cannot be written: {error}", file.display()))
}

/// The schema is in the documentation of the facade; fields are added, never changed.
fn line(name: Option<&str>, report: &Report) -> Value {
    json!({
        "version": 1,
        "name": name,
        "seed": report.seed.to_string(),
        "scheduler": report.scheduler.as_ref().map(ToString::to_string),
        "shard": report.shard.map(|shard| shard.to_string()),
        "executions": report.executions,
        "distinct": report.distinct,
        "exhausted": report.exhausted,
        "unseen": report.unseen,
        "stopped": report.stopped,
        "replayed": report.replayed,
        "warnings": report.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "failure": report.failure.as_ref().map(failure),
    })
}

fn failure(failure: &Failure) -> Value {
    json!({
        "kind": failure.kind.to_string(),
        "message": failure.message,
        "place": failure.place,
        "task": failure.task.as_ref().map(ToString::to_string),
        "at_ns": failure.at.as_nanos(),
        "execution": failure.execution,
        "schedule": failure.schedule.to_string(),
        "digest": failure.trace.digest().to_string(),
    })
}
