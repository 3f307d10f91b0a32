//! What can be said on the command line.

mod fuzz;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use reenact_sim::{Hostility, Schedule, SchedulerKind, Seed, Shard};

pub(crate) use crate::build::Build;
pub(crate) use fuzz::{Corpus, CorpusWhat, Fuzz};

const AFTER: &str = "\
Exit status: 0 nothing was found, 1 a failure was found (diff: there is a difference, doctor: something is wrong), 2 it could not run.

Tests are those with #[reenact::test]; a test that calls reenact::check by hand is run by `cargo test` and not listed here.

Begin with:
  cargo reenact explore                     what `cargo test` explores, with a table of what it came to
  cargo reenact explore --time 10m --jobs 4 look for longer, on 4 threads
  cargo reenact fuzz TEST --time 1h         fuzz the schedules of one test, guided by its code
  cargo reenact show SCHEDULE TEST          look at the schedule that a failure printed
  cargo reenact doctor                      what is wrong with a set-up";

/// Explores, replays and shows the reenact tests of a workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo-reenact", bin_name = "cargo reenact", version, after_help = AFTER, max_term_width = 120)]
pub(crate) struct Cli {
    /// `text` for people, `json` for programs (docs/CLI.md has the fields).
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT", help_heading = "Output")]
    pub(crate) format: Format,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Who reads what is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON document on standard output.
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Explore the schedules of tests, and say what was found.
    Explore(Explore),
    /// Run one execution again, exactly, with its output and its trace.
    Replay(Replay),
    /// Look for the simplest schedule that fails in the same way.
    Shrink(Replay),
    /// Show an execution: lanes in the terminal, a page of HTML, a file for Perfetto.
    Show(Show),
    /// Say where two executions part.
    Diff(Diff),
    /// List, run again or remove saved failures.
    Regressions(Regressions),
    /// Add up the reports of several processes that explored parts of the same exploration.
    Merge(Merge),
    /// Fuzz the schedules of one test: go on from what showed something new, in several processes that share a corpus.
    Fuzz(Fuzz),
    /// List, minimise or merge what fuzzing goes on from.
    Corpus(Corpus),
    /// Say what is wrong with a set-up.
    Doctor(Doctor),
    /// Print completions for a shell.
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write one for each command.
    Man {
        /// A folder that gets a page for each command.
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Explore {
    /// Tests whose path (crate::module::function) contains this, or is this; all, if nothing is said.
    #[arg(value_name = "TESTS")]
    pub(crate) tests: Vec<String>,
    /// How many executions of each test to run at most.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) executions: Option<u64>,
    /// How long to explore at most, all tests together: 30s, 10m, 2h or seconds. Each test gets an even share of what is left.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) time: Option<Duration>,
    /// Who picks: fifo, random, pct:3, pos, urw, surw, exhaustive, exhaustive:2, guided, portfolio.
    #[arg(long, value_name = "SCHEDULER")]
    pub(crate) scheduler: Option<SchedulerKind>,
    /// The seed: a number, a 0x number, or `random`, which draws one and prints it.
    #[arg(long, value_name = "SEED", value_parser = seed)]
    pub(crate) seed: Option<SeedArg>,
    /// What a hostile executor may do: none, all, or some of spurious:2, fresh, late:2:1ms.
    #[arg(long, value_name = "ACTS")]
    pub(crate) hostile: Option<Hostility>,
    /// How many threads explore one test; tests run one after the other.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) jobs: Option<u32>,
    /// Explore the i-th of n disjoint parts, counted from 1.
    #[arg(long, value_name = "i/n")]
    pub(crate) shard: Option<Shard>,
    /// A file that gets a line of JSON for each test that is done, for `cargo reenact merge`. What was in it is replaced.
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// Report what it takes to merge also without --shard: about 15 bytes for each distinct interleaving.
    #[arg(long, requires = "report")]
    pub(crate) digests: bool,
    /// Run tests that are marked `#[ignore]`, too.
    #[arg(long)]
    pub(crate) include_ignored: bool,
    /// List the tests and run none.
    #[arg(long)]
    pub(crate) list: bool,
    /// End at the first test that fails; otherwise all of them are explored.
    #[arg(long)]
    pub(crate) fail_fast: bool,
    /// How often to print a line of progress where standard error is no terminal: 10s.
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "10s", hide_default_value = true)]
    pub(crate) every: Duration,
    #[command(flatten)]
    pub(crate) build: Build,
}

#[derive(Debug, Args)]
pub(crate) struct Replay {
    /// The schedule that a failure printed, as in r1:1=1/2@0.1.
    pub(crate) schedule: Schedule,
    /// The test, by its path or a part of it; not needed where there is only one.
    pub(crate) test: Option<String>,
    #[command(flatten)]
    pub(crate) build: Build,
}

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// A schedule, or a file that REENACT_TRACE wrote.
    pub(crate) schedule: String,
    /// The test, by its path or a part of it; not needed where there is only one.
    pub(crate) test: Option<String>,
    /// Write a page of HTML that needs nothing else.
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "reenact.html", require_equals = true)]
    pub(crate) html: Option<PathBuf>,
    /// Write JSON that ui.perfetto.dev opens.
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "reenact.perfetto.json", require_equals = true)]
    pub(crate) perfetto: Option<PathBuf>,
    /// Print every event instead of lanes.
    #[arg(long)]
    pub(crate) events: bool,
    /// Open what was written (the page of HTML, which is written if nothing else is asked for).
    #[arg(long)]
    pub(crate) open: bool,
    #[command(flatten)]
    pub(crate) build: Build,
}

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// A schedule, or a file that REENACT_TRACE wrote.
    pub(crate) first: String,
    /// Another one.
    pub(crate) second: String,
    /// The test, by its path or a part of it; not needed where there is only one.
    pub(crate) test: Option<String>,
    /// Write a page of HTML with both, one above the other.
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "reenact-diff.html", require_equals = true)]
    pub(crate) html: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) build: Build,
}

#[derive(Debug, Args)]
pub(crate) struct Regressions {
    #[command(subcommand)]
    pub(crate) what: RegressionsWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RegressionsWhat {
    /// List the saved failures of the workspace.
    List {
        /// Of tests whose path contains this.
        test: Option<String>,
        /// The workspace's Cargo.toml.
        #[arg(long, value_name = "FILE")]
        manifest_path: Option<PathBuf>,
    },
    /// Replay saved failures, and say which still fail.
    Rerun {
        /// Of tests whose path contains this.
        test: Option<String>,
        #[command(flatten)]
        build: Build,
    },
    /// Remove saved failures of a test.
    Remove {
        /// The test, by its path as `list` prints it.
        test: String,
        /// Which of its entries, by the numbers that `list` prints.
        #[arg(value_parser = clap::value_parser!(u32).range(1..), required_unless_present = "all")]
        entries: Vec<u32>,
        /// All of them.
        #[arg(long, conflicts_with = "entries")]
        all: bool,
        /// The workspace's Cargo.toml.
        #[arg(long, value_name = "FILE")]
        manifest_path: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// Files that `explore --report` or REENACT_REPORT with REENACT_REPORT_DIGESTS=on wrote, or that `merge` wrote.
    #[arg(required = true, value_name = "REPORTS")]
    pub(crate) reports: Vec<PathBuf>,
    /// Write the merged report, which can be merged again.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// The workspace's Cargo.toml.
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest_path: Option<PathBuf>,
}

/// A seed, or that one is to be drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SeedArg {
    This(Seed),
    Random,
}

fn seed(text: &str) -> Result<SeedArg, String> {
    if text == "random" {
        return Ok(SeedArg::Random);
    }
    text.parse().map(SeedArg::This).map_err(|error: reenact_sim::Error| format!("{error}, or `random`"))
}

/// `90`, `90s`, `1.5m`, `2h`.
fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = match text.find(|c: char| c.is_ascii_alphabetic()) {
        Some(at) => text.split_at(at),
        None => (text, "s"),
    };
    let factor = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        _ => return Err(format!("`{unit}` is no unit of time: ms, s, m, h and d are")),
    };
    let seconds = number.parse::<f64>().ok().and_then(|number| Duration::try_from_secs_f64(number * factor).ok());
    seconds.filter(|time| !time.is_zero()).ok_or_else(|| format!("`{text}` is no time: 90s, 10m or 1.5h is"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn times_have_units() {
        assert_eq!(duration("90"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("1.5m"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("2h"), Ok(Duration::from_secs(7_200)));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        for text in ["", "m", "0s", "-1s", "1w", "nan", "1e99h"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
