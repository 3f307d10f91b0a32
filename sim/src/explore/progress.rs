//! [`Telling`]: how far an exploration is, for whoever watches: people at the terminal, and tools that read a file.
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "whoever watches wants to know how long it takes")]

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use super::explorer::warn;
use super::plan::Plan;
use super::show::Show;
use super::tally::Tally;
use super::wall::Pace;

/// From one line to the next.
const PAUSE: Duration = Duration::from_millis(100);

/// Tells of an exploration while it goes on.
#[derive(Debug)]
pub(super) struct Telling<'a> {
    start: Instant,
    show: Show<'a>,
    lines: Option<Lines>,
}

impl<'a> Telling<'a> {
    pub(super) fn new(name: Option<&'a str>, plan: &Plan) -> Self {
        let start = Instant::now();
        let lines = plan.progress.as_deref().and_then(|file| Lines::open(file, plan, start));
        Self { start, show: Show::new(name, plan, start), lines }
    }

    /// How often to tell.
    pub(super) fn pace(&self) -> Pace {
        Pace::since(self.start)
    }

    /// Whether anybody may be watching.
    pub(super) fn is_on(&self) -> bool {
        self.show.is_on() || self.lines.is_some()
    }

    /// Tells what it has come to so far.
    pub(super) fn tell(&mut self, tally: &Tally) {
        self.show.tell(tally);
        if let Some(lines) = &mut self.lines {
            lines.tell(tally);
        }
    }

    /// Nothing more is to be told.
    pub(super) fn end(self, tally: &Tally) {
        self.show.end();
        if let Some(mut lines) = self.lines {
            lines.write(tally, true);
        }
    }
}

/// The file that `REENACT_PROGRESS` names.
#[derive(Debug)]
struct Lines {
    file: File,
    start: Instant,
    /// When the last line was written, from the start.
    told: Duration,
    executions: Option<u64>,
    time_limit: Option<Duration>,
}

impl Lines {
    /// `None` if it cannot be written; an exploration goes on without.
    fn open(file: &Path, plan: &Plan, start: Instant) -> Option<Self> {
        let opened = OpenOptions::new().create(true).append(true).open(file);
        let file = opened.inspect_err(|error| warn(&format!("REENACT_PROGRESS: {} cannot be written: {error}", file.display())));
        let executions = Some(plan.most()).filter(|most| *most < u64::MAX);
        Some(Self { file: file.ok()?, start, told: Duration::ZERO, executions, time_limit: plan.time_limit })
    }

    fn tell(&mut self, tally: &Tally) {
        let elapsed = self.start.elapsed();
        if elapsed >= self.told + PAUSE {
            self.told = elapsed;
            self.write(tally, false);
        }
    }

    fn write(&mut self, tally: &Tally, done: bool) {
        let line = line(tally, self.start.elapsed(), self.executions, self.time_limit, done);
        // In one write, so that whoever reads meanwhile finds whole lines; it is not worth failing a test for.
        let _ = self.file.write_all(line.as_bytes());
    }
}

/// Numbers only, so it takes no library to write.
fn line(tally: &Tally, elapsed: Duration, executions: Option<u64>, time_limit: Option<Duration>, done: bool) -> String {
    let or_null = |number: Option<String>| number.unwrap_or_else(|| "null".to_owned());
    format!(
        "{{\"version\":1,\"executions\":{},\"distinct\":{},\"unseen\":{:.6},\"corpus\":{},\"elapsed_ms\":{},\"limit\":{},\"time_limit_ms\":{},\
         \"failed\":{},\"done\":{done}}}\n",
        tally.executions,
        tally.seen.distinct(),
        tally.seen.unseen(),
        tally.corpus,
        elapsed.as_millis(),
        or_null(executions.map(|executions| executions.to_string())),
        or_null(time_limit.map(|limit| limit.as_millis().to_string())),
        tally.found.is_some(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_json_of_numbers() {
        let tally = Tally { executions: 5, ..Tally::default() };
        let text = line(&tally, Duration::from_millis(1_500), Some(20), None, false);
        assert_eq!(
            text,
            "{\"version\":1,\"executions\":5,\"distinct\":0,\"unseen\":1.000000,\"corpus\":0,\"elapsed_ms\":1500,\"limit\":20,\
             \"time_limit_ms\":null,\"failed\":false,\"done\":false}\n"
        );
    }
}
