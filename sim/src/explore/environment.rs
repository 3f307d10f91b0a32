//! The only reader of `REENACT_` variables: one table, strict parsing, unknown names warned about.

use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Once;
use std::time::Duration;

use super::isolated;
use super::plan::Budget;
use super::regressions::Regressions;
use crate::error::Error;
use crate::schedule::Schedule;
use crate::seed::Seed;

/// The variables, each with what it means; the documentation shows the same table.
const VARIABLES: [(&str, &str); 18] = [
    ("REENACT_SEED", "the exploration's seed: a number, a 0x number, or `random`"),
    ("REENACT_REPLAY", "a schedule: run exactly this one execution, with its full trace and its output on the terminal"),
    ("REENACT_EXECUTIONS", "how many executions to run at most"),
    ("REENACT_TIME_LIMIT", "how many seconds of wall time to explore at most"),
    ("REENACT_SCHEDULER", "who picks: fifo, random, pct:3, pos, urw, surw, exhaustive, exhaustive:2, guided, portfolio"),
    ("REENACT_JOBS", "how many threads explore one test"),
    ("REENACT_SHARD", "`i/n`: explore the i-th of n disjoint parts only, counted from 1"),
    ("REENACT_REPORT", "a file that gets one line of JSON for each exploration that is done"),
    ("REENACT_REGRESSIONS", "folder of saved failures (by default `reenact-regressions` beside Cargo.toml), or `off`"),
    ("REENACT_HOSTILE", "what a hostile executor may do: none, all, or some of spurious:2, fresh, late:2:1ms"),
    ("REENACT_CORPUS", "folder in which a guided exploration keeps what it goes on from (by default nowhere)"),
    ("REENACT_CORPUS_MINIMISE", "`on`: run what is in the corpus and nothing else, and take away what shows nothing new"),
    ("REENACT_ISOLATE", "`on` or `off`: whether each execution of a test has a process of its own"),
    ("REENACT_REPORT_DIGESTS", "`on` or `off`: whether lines of the report hold what `cargo reenact merge` needs"),
    ("REENACT_PROGRESS", "a file that gets a line of JSON now and then while an exploration goes on"),
    ("REENACT_TRACE", "a file that gets the trace of the execution that is replayed, as lines of JSON"),
    ("REENACT_SHRINK", "a schedule that fails: look for the simplest one that fails in the same way"),
    ("REENACT_LIBFUZZER", "flags and folders for libFuzzer, which then drives one test (feature `libfuzzer`)"),
];

/// What the environment says.
#[derive(Debug, Default)]
pub(super) struct Environment {
    pub(super) budget: Budget,
    pub(super) replay: Option<Schedule>,
    pub(super) shrink: Option<Schedule>,
    pub(super) report: Option<PathBuf>,
    pub(super) digests: bool,
    pub(super) progress: Option<PathBuf>,
    pub(super) trace: Option<PathBuf>,
    /// Whether to minimise the corpus and explore nothing.
    pub(super) minimise: bool,
    pub(super) libfuzzer: Option<String>,
    /// About names that mean nothing; each is warned about once in a process.
    pub(super) warnings: Vec<String>,
}

impl Environment {
    pub(super) fn read() -> Result<Self, Error> {
        // To ask for each is faster than to go through all that there are, of which every one is copied. Hardly any is set, so nothing is
        // made for a name before it is known that it is.
        let value = |name: &'static str| Some((name, std::env::var_os(name)?.into_string().ok()));
        let mut environment = Self::default();
        environment.parse(VARIABLES.iter().filter_map(|(name, _)| value(name)))?;
        static UNKNOWN: Once = Once::new();
        UNKNOWN.call_once(|| environment.warnings = unknown());
        Ok(environment)
    }

    /// From pairs of name and value; `None` is a value that is no Unicode.
    fn parse(&mut self, variables: impl Iterator<Item = (impl AsRef<str>, Option<String>)>) -> Result<(), Error> {
        for (name, value) in variables {
            let name = name.as_ref();
            let value = value.ok_or_else(|| Error::environment(format!("{name}: the value is no Unicode text")))?;
            self.set(name, value.trim())?;
        }
        if self.replay.is_some() && self.shrink.is_some() {
            return Err(Error::environment(
                "REENACT_REPLAY and REENACT_SHRINK are both set: one schedule is replayed, or shrunk",
            ));
        }
        Ok(())
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), Error> {
        // An empty value is one that a shell script left out.
        if value.is_empty() && VARIABLES.iter().any(|(known, _)| *known == name) {
            return Ok(());
        }
        match name {
            "REENACT_SEED" => self.budget.seed = Some(seed(name, value)?),
            "REENACT_REPLAY" => self.replay = Some(parsed(name, value)?),
            "REENACT_EXECUTIONS" => {
                let executions = value.parse::<u64>().ok().filter(|_| value.bytes().all(|b| b.is_ascii_digit()));
                let executions = executions.filter(|executions| *executions > 0);
                self.budget.executions = Some(executions.ok_or_else(|| {
                    Error::environment(format!("{name}: `{value}` is no number of executions: 1 or more is, as in 10000"))
                })?);
            }
            "REENACT_TIME_LIMIT" => {
                let seconds = value.parse::<f64>().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                self.budget.time_limit = Some(seconds.ok_or_else(|| {
                    Error::environment(format!("{name}: `{value}` is no number of seconds: 0 or more is, as in 60 or 0.5"))
                })?);
            }
            "REENACT_JOBS" => {
                let jobs = value.parse::<NonZeroU32>().ok().filter(|_| value.bytes().all(|b| b.is_ascii_digit()));
                self.budget.jobs = Some(jobs.ok_or_else(|| {
                    Error::environment(format!("{name}: `{value}` is no number of threads: 1 or more is, as in 4"))
                })?);
            }
            "REENACT_SHARD" => self.budget.shard = Some(parsed(name, value)?),
            "REENACT_SHRINK" => self.shrink = Some(parsed(name, value)?),
            "REENACT_PROGRESS" => self.progress = Some(value.into()),
            "REENACT_REPORT" if cfg!(feature = "report") => self.report = Some(value.into()),
            "REENACT_TRACE" if cfg!(feature = "report") => self.trace = Some(value.into()),
            "REENACT_REPORT" | "REENACT_TRACE" => {
                return Err(Error::environment(format!("{name}: this build cannot write it: the feature `report` is off")));
            }
            "REENACT_LIBFUZZER" if cfg!(feature = "libfuzzer") => self.libfuzzer = Some(value.to_owned()),
            "REENACT_LIBFUZZER" => {
                return Err(Error::environment(format!(
                    "{name}: libFuzzer is not part of this build: the feature `libfuzzer` is off"
                )));
            }
            "REENACT_REGRESSIONS" => {
                self.budget.regressions = Some(match value {
                    "off" => Regressions::Off,
                    folder => Regressions::In(folder.into()),
                });
            }
            "REENACT_CORPUS" => self.budget.corpus = Some(value.into()),
            "REENACT_CORPUS_MINIMISE" => self.minimise = switch(name, value)?,
            "REENACT_ISOLATE" => self.budget.isolate = Some(switch(name, value)?),
            "REENACT_REPORT_DIGESTS" => self.digests = switch(name, value)?,
            // What a test process says to those it starts.
            isolated::VARIABLE => {}
            "REENACT_SCHEDULER" => self.budget.scheduler = Some(parsed(name, value)?),
            "REENACT_HOSTILE" => self.budget.hostility = Some(parsed(name, value)?),
            _ => self.warnings.push(not_ours(name)),
        }
        Ok(())
    }
}

/// About each variable that would be ours if it were written otherwise.
fn unknown() -> Vec<String> {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).filter(|name| name.starts_with("REENACT_"));
    let known = |name: &String| *name == isolated::VARIABLE || VARIABLES.iter().any(|(known, _)| known == name);
    names.filter(|name| !known(name)).map(|name| not_ours(&name)).collect()
}

fn not_ours(name: &str) -> String {
    let known: Vec<&str> = VARIABLES.iter().map(|(name, _)| *name).collect();
    format!("{name} is no variable of reenact and is ignored; there are {}", known.join(", "))
}

/// Reads variables that are none of this process, for whoever tests the parser from outside. Returns what there is to warn about.
///
/// # Errors
///
/// If a value means nothing.
#[doc(hidden)]
pub fn parse_environment(variables: impl Iterator<Item = (String, Option<String>)>) -> Result<Vec<String>, Error> {
    let mut environment = Environment::default();
    environment.parse(variables)?;
    Ok(environment.warnings)
}

fn parsed<T: FromStr<Err = Error>>(name: &str, value: &str) -> Result<T, Error> {
    value.parse().map_err(|error| Error::environment(format!("{name}: {error}")))
}

fn switch(name: &str, value: &str) -> Result<bool, Error> {
    match value {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(Error::environment(format!("{name}: `{value}` is no answer: on and off are"))),
    }
}

fn seed(name: &str, value: &str) -> Result<Seed, Error> {
    if value != "random" {
        return parsed::<Seed>(name, value).map_err(|error| Error::environment(format!("{error}, or `random`")));
    }
    // A fresh seed for each process, the same for all its tests, so that one line explores them all again.
    static FRESH: std::sync::LazyLock<Seed> = std::sync::LazyLock::new(|| Seed::from(RandomState::new().hash_one(0)));
    Ok(*FRESH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hostility::Hostility;

    fn parse(variables: &[(&str, &str)]) -> Result<Environment, Error> {
        let mut environment = Environment::default();
        environment.parse(variables.iter().map(|(name, value)| (name, Some((*value).to_owned()))))?;
        Ok(environment)
    }

    #[test]
    fn what_is_set_is_read() {
        let environment = parse(&[
            ("REENACT_SEED", "0x2a"),
            ("REENACT_EXECUTIONS", "7"),
            ("REENACT_TIME_LIMIT", "0.5"),
            ("REENACT_SCHEDULER", "pct:3"),
            ("REENACT_REPLAY", "r1:3=1"),
            ("REENACT_JOBS", "4"),
            ("REENACT_SHARD", "2/3"),
            ("REENACT_HOSTILE", "spurious,late:1"),
            ("REENACT_REPORT_DIGESTS", "on"),
            ("REENACT_PROGRESS", "progress.jsonl"),
        ])
        .unwrap();
        assert_eq!(environment.budget.seed, Some(Seed::from(42)));
        assert_eq!(environment.budget.executions, Some(7));
        assert_eq!(environment.budget.time_limit, Some(Duration::from_millis(500)));
        assert_eq!(environment.budget.scheduler.unwrap().to_string(), "pct:3");
        assert_eq!(environment.budget.hostility, Some(Hostility::none().spurious_polls(2).late_wakes(1)));
        assert_eq!(environment.replay.unwrap().to_string(), "r1:3=1");
        let folder = parse(&[("REENACT_REGRESSIONS", "saved/here")]).unwrap().budget.regressions;
        assert_eq!(folder, Some(Regressions::In("saved/here".into())));
        assert_eq!(parse(&[("REENACT_REGRESSIONS", "off")]).unwrap().budget.regressions, Some(Regressions::Off));
        assert_eq!(environment.budget.jobs.unwrap().get(), 4);
        assert_eq!(environment.budget.shard.unwrap().to_string(), "2/3");
        assert!(environment.digests && environment.progress == Some("progress.jsonl".into()));
        assert!(environment.warnings.is_empty());
    }

    #[test]
    fn one_schedule_is_replayed_or_shrunk() {
        let error = parse(&[("REENACT_REPLAY", "r1:"), ("REENACT_SHRINK", "r1:")]).unwrap_err();
        assert!(error.is_environment() && error.to_string().contains("both set"), "{error}");
        assert_eq!(parse(&[("REENACT_SHRINK", "r1:3=1")]).unwrap().shrink.unwrap().to_string(), "r1:3=1");
    }

    #[test]
    fn a_value_that_means_nothing_is_refused_with_its_variable_and_what_would_be_valid() {
        for (name, value, valid) in [
            ("REENACT_SEED", "x", "or `random`"),
            ("REENACT_EXECUTIONS", "0", "1 or more"),
            ("REENACT_EXECUTIONS", "1e6", "1 or more"),
            ("REENACT_EXECUTIONS", "+5", "1 or more"),
            ("REENACT_TIME_LIMIT", "-1", "0 or more"),
            ("REENACT_TIME_LIMIT", "inf", "0 or more"),
            ("REENACT_SCHEDULER", "dfs", "exhaustive"),
            ("REENACT_JOBS", "0", "1 or more"),
            ("REENACT_JOBS", "-1", "1 or more"),
            ("REENACT_SHARD", "0/2", "1/n to n/n"),
            ("REENACT_ISOLATE", "yes", "on and off"),
            ("REENACT_REPORT_DIGESTS", "1", "on and off"),
            ("REENACT_SHRINK", "3=1", "starts with `r1:`"),
            ("REENACT_SHARD", "3/2", "1/n to n/n"),
            ("REENACT_HOSTILE", "very", "none, all"),
            ("REENACT_REPLAY", "3=1", "starts with `r1:`"),
        ] {
            let error = parse(&[(name, value)]).unwrap_err();
            assert!(error.is_environment());
            let text = error.to_string();
            assert!(text.starts_with(&format!("{name}: `{value}` is no")) && text.contains(valid), "{text}");
        }
    }

    #[test]
    fn an_unknown_name_is_warned_about_and_an_empty_value_is_none() {
        let environment = parse(&[("REENACT_SEDD", "1"), ("REENACT_SEED", "")]).unwrap();
        assert_eq!(environment.budget.seed, None);
        assert_eq!(environment.warnings.len(), 1);
        assert!(environment.warnings[0].starts_with("REENACT_SEDD is no variable of reenact"));
    }

    #[test]
    fn random_seeds_are_one_per_process() {
        let draw = || parse(&[("REENACT_SEED", "random")]).unwrap().budget.seed.unwrap();
        assert_eq!(draw(), draw());
    }
}
