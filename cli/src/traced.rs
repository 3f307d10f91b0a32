//! The trace of an execution: of a schedule, which is run for it, or of a file.

use std::path::Path;

use reenact_sim::{Schedule, Trace};
use serde::{Deserialize, Serialize};

use crate::args::Build;
use crate::process::Run;
use crate::select::{self, Test};
use crate::trouble::{Result, Trouble};

/// What the first line of a file that `REENACT_TRACE` names says of the execution.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Head {
    pub(crate) test: Option<String>,
    pub(crate) schedule: String,
    pub(crate) failure: Option<Failed>,
}

/// How it failed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Failed {
    pub(crate) kind: String,
    pub(crate) message: String,
    pub(crate) place: Option<String>,
    pub(crate) text: String,
}

/// An execution to be looked at.
#[derive(Debug)]
pub(crate) struct Traced {
    pub(crate) head: Head,
    pub(crate) trace: Trace,
}

/// Whoever asks for several traces of one test builds and looks for it once.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    build: &'a Build,
    name: Option<&'a str>,
    test: Option<Test>,
}

impl<'a> Source<'a> {
    pub(crate) fn new(build: &'a Build, name: Option<&'a str>) -> Self {
        Self { build, name, test: None }
    }

    /// The trace of a schedule, or of a file if there is one of that name.
    pub(crate) fn trace(&mut self, text: &str) -> Result<Traced> {
        let file = Path::new(text);
        if file.is_file() {
            return read(file);
        }
        let schedule: Schedule =
            text.parse().map_err(|error| Trouble::new(format!("`{text}` is neither a file nor a schedule: {error}")))?;
        let test = match &self.test {
            Some(test) => test,
            None => self.test.insert(select::one(select::all(self.build)?, self.name)?),
        };
        replay(test, &schedule)
    }
}

/// Replays a schedule without showing what it prints.
pub(crate) fn replay(test: &Test, schedule: &Schedule) -> Result<Traced> {
    let mut run = Run::new(test)?;
    let file = run.file("trace.jsonl");
    run.env("REENACT_REPLAY", schedule.to_string()).env("REENACT_TRACE", &file);
    let ended = run.watched(|| {})?;
    match ended.text("trace.jsonl") {
        Some(text) => parse(&text).map_err(|error| Trouble::new(format!("the trace of {}: {error}", test.path()))),
        None => Err(Trouble::new(format!(
            "{} left no trace; it ended with {} after\n{}",
            test.path(),
            ended.status,
            ended.last_lines(20)
        ))),
    }
}

fn read(file: &Path) -> Result<Traced> {
    let text = std::fs::read_to_string(file);
    let text = text.map_err(|error| Trouble::new(format!("{} cannot be read: {error}", file.display())))?;
    parse(&text).map_err(|error| Trouble::new(format!("{}: {error}", file.display())))
}

/// A file may hold a trace without what comes before it.
pub(crate) fn parse(text: &str) -> std::result::Result<Traced, String> {
    let trace = Trace::from_json_lines(text).map_err(|error| error.to_string())?;
    let head = text.lines().next().and_then(|line| serde_json::from_str(line).ok());
    let head = head.unwrap_or_else(|| Head { test: None, schedule: String::new(), failure: None });
    Ok(Traced { head, trace })
}
