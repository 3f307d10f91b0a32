//! One line of JSON for each exploration that is over, in the file that `REENACT_REPORT` names.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use miniserde::{Serialize, json};

use super::Report;
use super::failed::Failed;
use super::plan::Plan;

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

/// What is said of an exploration in words.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) warnings: Vec<String>,
    pub(super) failure: Option<Failed>,
}

impl Told {
    pub(super) fn of(report: &Report) -> Self {
        let warnings = report.warnings.iter().map(ToString::to_string).collect();
        Self { warnings, failure: report.failure.as_ref().map(Failed::new) }
    }
}

/// Appends the report's line, in one write, so that the lines of several processes do not mix.
pub(super) fn append(file: &Path, name: Option<&str>, plan: &Plan, report: &Report, told: Told) -> Result<(), String> {
    let line = format!("{}\n", json::to_string(&Line::new(name, plan, report, told)));
    let opened = OpenOptions::new().create(true).append(true).open(file);
    let written = opened.and_then(|mut file| file.write_all(line.as_bytes()));
    written.map_err(|error| format!("REENACT_REPORT: {} cannot be written: {error}", file.display()))
}

impl Line {
    fn new(name: Option<&str>, plan: &Plan, report: &Report, told: Told) -> Self {
        Self {
            parts: Part::of(report, &told).map(|part| vec![part]),
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
            warnings: told.warnings,
            failure: told.failure,
            digests: report.positions.as_ref().map(|positions| positions.digests_text()),
        }
    }
}

impl Part {
    fn of(report: &Report, told: &Told) -> Option<Self> {
        let positions = report.positions.as_ref()?;
        Some(Self {
            part: report.shard.map_or(1, |shard| shard.part()),
            of: report.shard.map_or(1, |shard| shard.of()),
            executions: report.executions,
            exhausted: report.exhausted,
            replayed: report.replayed,
            trees: positions.trees(),
            stopped: positions.stopped_text(),
            warnings: told.warnings.clone(),
            // What was saved is replayed before anything is explored, so its failure has no position.
            failure_at: told.failure.as_ref().filter(|_| report.executions > 0).map(|_| positions.last()),
            failure: told.failure.clone(),
        })
    }
}
