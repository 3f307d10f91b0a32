//! One line of JSON for each exploration that is over, in the file that `REENACT_REPORT` names.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use miniserde::{Serialize, json};

use super::Report;
use super::plan::Plan;
use crate::simulation::Failure;

/// The schema is in the documentation of the facade; fields are added, never changed.
#[derive(Serialize)]
struct Line {
    version: u32,
    name: Option<String>,
    seed: String,
    scheduler: Option<String>,
    hostile: String,
    limit: Option<u64>,
    time_limit: Option<f64>,
    shard: Option<String>,
    executions: u64,
    distinct: u64,
    exhausted: bool,
    unseen: f64,
    stopped: u64,
    replayed: u64,
    warnings: Vec<String>,
    failure: Option<Failed>,
    /// What the processes that took part came to; each writes of itself only.
    parts: Option<Vec<Part>>,
    digests: Option<String>,
}

/// What it takes to add up the reports of shards, whichever of them comes first, and also if one comes twice.
#[derive(Serialize)]
struct Part {
    part: u32,
    of: u32,
    executions: u64,
    exhausted: bool,
    replayed: u64,
    trees: Vec<Vec<u64>>,
    stopped: String,
    warnings: Vec<String>,
    failure_at: Option<u64>,
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
    seed: String,
    text: String,
}

/// Appends the report's line, in one write, so that the lines of several processes do not mix.
pub(super) fn append(file: &Path, name: Option<&str>, plan: &Plan, report: &Report) -> Result<(), String> {
    let line = format!("{}\n", json::to_string(&Line::new(name, plan, report)));
    let opened = OpenOptions::new().create(true).append(true).open(file);
    let written = opened.and_then(|mut file| file.write_all(line.as_bytes()));
    written.map_err(|error| format!("REENACT_REPORT: {} cannot be written: {error}", file.display()))
}

impl Line {
    fn new(name: Option<&str>, plan: &Plan, report: &Report) -> Self {
        Self {
            version: 1,
            name: name.map(str::to_owned),
            seed: report.seed.to_string(),
            scheduler: report.scheduler.as_ref().map(ToString::to_string),
            hostile: plan.settings.hostility.to_string(),
            limit: Some(plan.executions).filter(|executions| *executions < u64::MAX),
            time_limit: plan.time_limit.map(|limit| limit.as_secs_f64()),
            shard: report.shard.map(|shard| shard.to_string()),
            executions: report.executions,
            distinct: report.distinct,
            exhausted: report.exhausted,
            unseen: report.unseen,
            stopped: report.stopped,
            replayed: report.replayed,
            warnings: report.warnings.iter().map(ToString::to_string).collect(),
            failure: report.failure.as_ref().map(Failed::new),
            parts: Part::of(report).map(|part| vec![part]),
            digests: report.positions.as_ref().map(|positions| positions.digests_text()),
        }
    }
}

impl Part {
    fn of(report: &Report) -> Option<Self> {
        let positions = report.positions.as_ref()?;
        Some(Self {
            part: report.shard.map_or(1, |shard| shard.part()),
            of: report.shard.map_or(1, |shard| shard.of()),
            executions: report.executions,
            exhausted: report.exhausted,
            replayed: report.replayed,
            trees: positions.trees(),
            stopped: positions.stopped_text(),
            warnings: report.warnings.iter().map(ToString::to_string).collect(),
            // What was saved is replayed before anything is explored, so its failure has no position.
            failure_at: report.failure.as_ref().filter(|_| report.executions > 0).map(|_| positions.last()),
            failure: report.failure.as_ref().map(Failed::new),
        })
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
            seed: failure.seed.to_string(),
            text: failure.to_string(),
        }
    }
}
