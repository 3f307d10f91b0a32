//! The trace of a replayed execution, in the file that `REENACT_TRACE` names.

use std::fs;
use std::path::Path;

use miniserde::{Serialize, json};

use super::failed::Failed;
use crate::schedule::Schedule;
use crate::simulation::Failure;
use crate::trace::Trace;

/// What stands before the lines of the trace; the schema is in docs/CLI.md.
#[derive(Serialize)]
struct Head {
    #[serde(rename = "type")]
    kind: String,
    version: u32,
    test: Option<String>,
    schedule: String,
    failure: Option<Failed>,
}

/// Writes it beside and renames it, so that whoever looks finds all of it or nothing.
pub(super) fn write(
    file: &Path,
    name: Option<&str>,
    schedule: &Schedule,
    trace: &Trace,
    failure: Option<&Failure>,
) -> Result<(), String> {
    let head = Head {
        kind: "execution".to_owned(),
        version: 1,
        test: name.map(str::to_owned),
        schedule: schedule.to_string(),
        failure: failure.map(Failed::new),
    };
    let text = format!("{}\n{}", json::to_string(&head), trace.to_json_lines());
    let mut beside = file.as_os_str().to_owned();
    beside.push(format!(".{}.tmp", std::process::id()));
    let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, file));
    written.map_err(|error| format!("REENACT_TRACE: {} cannot be written: {error}", file.display()))
}
