//! Showing how far a test is: a line at the bottom of a terminal, or a line of text now and then.

use std::fs::File;
use std::io::{IsTerminal, Read, Seek, SeekFrom, stderr};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;

use crate::print;
use crate::table::{count, seconds};

/// To look into the file more often would show nothing new.
const LOOK: Duration = Duration::from_millis(50);

/// A line of the file that REENACT_PROGRESS names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
pub(crate) struct Line {
    pub(crate) executions: u64,
    pub(crate) distinct: u64,
    pub(crate) unseen: f64,
    /// Of a guided exploration.
    #[serde(default)]
    corpus: u64,
    pub(crate) elapsed_ms: u64,
    limit: Option<u64>,
    time_limit_ms: Option<u64>,
}

impl Line {
    pub(crate) fn rate(&self) -> f64 {
        self.executions as f64 * 1_000.0 / self.elapsed_ms.max(1) as f64
    }

    /// How long it may still take, by whichever limit comes first; nobody knows where every schedule is tried.
    fn left(&self) -> Option<f64> {
        let of_executions = self.limit.map(|limit| limit.saturating_sub(self.executions) as f64 / self.rate().max(1e-9));
        let of_time = self.time_limit_ms.map(|limit| limit.saturating_sub(self.elapsed_ms) as f64 / 1_000.0);
        of_executions.into_iter().chain(of_time).min_by(f64::total_cmp)
    }

    fn text(&self) -> String {
        let left = self.left().map_or_else(String::new, |left| format!(", {} left", seconds(left)));
        let corpus = if self.corpus > 0 { format!(", corpus {}", count(self.corpus)) } else { String::new() };
        format!(
            "{} executions, {}/s, {} distinct, unseen {:.3}{corpus}{left}",
            count(self.executions),
            count(self.rate() as u64),
            count(self.distinct),
            self.unseen
        )
    }
}

/// What the file of a running test says.
#[derive(Debug)]
struct Tail {
    file: PathBuf,
    read: u64,
    /// A line of which only the beginning is there.
    rest: String,
    last: Option<Line>,
}

impl Tail {
    fn look(&mut self) -> Option<Line> {
        let mut text = Vec::new();
        let read = File::open(&self.file).and_then(|mut file| {
            file.seek(SeekFrom::Start(self.read))?;
            file.read_to_end(&mut text)
        });
        self.read += read.unwrap_or_default() as u64;
        self.rest.push_str(&String::from_utf8_lossy(&text));
        if let Some((whole, rest)) = self.rest.rsplit_once('\n') {
            let line = whole.lines().rev().find_map(|line| serde_json::from_str(line).ok());
            self.last = line.or(self.last);
            self.rest = rest.to_owned();
        }
        self.last
    }
}

/// Shows one test after the other.
#[derive(Debug)]
pub(crate) struct Progress {
    name: String,
    tail: Tail,
    bar: Option<ProgressBar>,
    started: Instant,
    looked: Instant,
    /// When the last line of text was printed, and how often that is.
    said: Instant,
    every: Duration,
}

impl Progress {
    /// `n` of `all` tests.
    pub(crate) fn new(name: String, (n, all): (usize, usize), file: PathBuf, every: Duration) -> Self {
        let name = format!("[{n}/{all}] {name}");
        let now = Instant::now();
        let bar = stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            bar.set_style(
                ProgressStyle::with_template("{spinner} {wide_msg}").unwrap_or_else(|_| ProgressStyle::default_spinner()),
            );
            bar.set_message(name.clone());
            bar
        });
        let tail = Tail { file, read: 0, rest: String::new(), last: None };
        Self { name, tail, bar, started: now, looked: now, said: now, every }
    }

    /// Shows what is new; to be called often.
    pub(crate) fn look(&mut self) {
        if self.looked.elapsed() < LOOK {
            return;
        }
        self.looked = Instant::now();
        let line = self.tail.look();
        if let Some(bar) = &self.bar {
            if let Some(line) = line {
                bar.set_message(format!("{}: {}", self.name, line.text()));
            }
            bar.tick();
        } else if self.said.elapsed() >= self.every {
            self.said = Instant::now();
            let text = line.map_or_else(|| format!("for {}", seconds(self.started.elapsed().as_secs_f64())), |line| line.text());
            print::note(&format!("{}: {text}", self.name));
        }
    }

    /// The test is done: what its file said last.
    pub(crate) fn end(mut self) -> Option<Line> {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        self.tail.look()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(limit: Option<u64>, time_limit_ms: Option<u64>) -> Line {
        Line { executions: 5_000, distinct: 7, unseen: 0.25, corpus: 0, elapsed_ms: 2_000, limit, time_limit_ms }
    }

    #[test]
    fn the_time_left_is_that_of_the_nearer_limit() {
        assert_eq!(line(None, None).text(), "5,000 executions, 2,500/s, 7 distinct, unseen 0.250");
        assert!(line(Some(10_000), None).text().ends_with(", 2.0 s left"));
        assert!(line(Some(10_000), Some(3_000)).text().ends_with(", 1.0 s left"));
    }

    #[test]
    fn the_last_whole_line_counts() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("progress.jsonl");
        let mut tail = Tail { file: file.clone(), read: 0, rest: String::new(), last: None };
        assert_eq!(tail.look(), None);
        let one = r#"{"version":1,"executions":1,"distinct":1,"unseen":1,"elapsed_ms":9,"limit":null,"time_limit_ms":null,"done":false}"#;
        let two = one.replace("\"executions\":1", "\"executions\":2");
        std::fs::write(&file, format!("{one}\n{}", &two[..30])).unwrap();
        assert_eq!(tail.look().unwrap().executions, 1);
        std::fs::write(&file, format!("{one}\n{two}\n")).unwrap();
        assert_eq!(tail.look().unwrap().executions, 2);
    }
}
