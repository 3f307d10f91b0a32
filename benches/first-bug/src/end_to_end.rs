//! What users see: from the command that runs a test to the text of its failure, and tests that pass a million times.

use std::io::{BufRead, BufReader, Error, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::table::{self, Sample};
use crate::watch::Time;

/// What both failing tests say.
const MARK: &str = "the audit misses money";

pub(crate) fn print(out: &mut impl Write, times: u64, executions: u64) -> std::io::Result<()> {
    writeln!(out, "### Milliseconds to the text of a failure, medians of {times}\n")?;
    table::head(out, &["profile", "reenact, cargo test", "shuttle, cargo test", "reenact, binary", "shuttle, binary"])?;
    for profile in ["dev", "release"] {
        let binaries = [binary(profile, "reenact")?, binary(profile, "shuttle")?];
        let mut commands: Vec<Box<dyn Fn() -> Command>> = Vec::new();
        for test in ["reenact", "shuttle"] {
            commands.push(Box::new(move || cargo(profile, test, false)));
        }
        for path in &binaries {
            commands.push(Box::new(move || prepared(Command::new(path))));
        }
        let mut measured = vec![Vec::new(); commands.len()];
        for round in 0..=times {
            for (command, measured) in commands.iter().zip(&mut measured) {
                let took = until_mark(command())?;
                // The first one comes with nothing in the machine's caches.
                if round > 0 {
                    measured.push((took.as_secs_f64() * 1e3, false));
                }
            }
        }
        let cells: Vec<String> = measured.into_iter().map(|times| Sample::new(times.into_iter()).short()).collect();
        table::row(out, profile, &cells)?;
    }
    writeln!(out, "\n### `#[reenact::test]`: executions/s of a process that runs one test {executions} times\n")?;
    table::head(out, &["test", "dev", "release"])?;
    let binaries = [binary("dev", "four_programs")?, binary("release", "four_programs")?];
    for test in ["asyncio_wait", "asyncio_wait_timeout", "asyncio_gather", "asyncio_as_completed"] {
        let mut cells = Vec::new();
        for path in &binaries {
            let mut rates = Vec::new();
            for _ in 0..5 {
                rates.push((executions as f64 / whole(path, test, executions)?.as_secs_f64(), false));
            }
            cells.push(format!("{:.0}", Sample::new(rates.into_iter()).median()));
        }
        table::row(out, test, &cells)?;
    }
    Ok(())
}

/// Nothing is saved, so that each run finds the failure anew.
fn prepared(mut command: Command) -> Command {
    command.current_dir(folder()).env("REENACT_REGRESSIONS", "off").stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("user-tests")
}

fn cargo(profile: &str, test: &str, build: bool) -> Command {
    let mut command = prepared(Command::new("cargo"));
    command.args(["test", "--offline", "--profile", profile, "--test", test]);
    if build {
        command.args(["--no-run", "--message-format", "json"]);
    }
    command
}

/// Builds a test and says where it is.
fn binary(profile: &str, test: &str) -> std::io::Result<PathBuf> {
    let mut text = String::new();
    let mut child = cargo(profile, test, true).spawn()?;
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_string(&mut text)?;
    }
    child.wait()?;
    let path = text.lines().rev().find_map(|line| {
        let path = line.split_once("\"executable\":\"")?.1;
        path.split_once('"').map(|(path, _)| PathBuf::from(path))
    });
    path.ok_or_else(|| Error::other(format!("cargo has built no test {test}")))
}

/// From the start of a process to the line with the mark.
fn until_mark(mut command: Command) -> std::io::Result<Duration> {
    let start = Time::now();
    let mut child = command.spawn()?;
    let mut found = None;
    if let Some(stdout) = child.stdout.take() {
        // All of it is read, so that the process is not held up.
        for line in BufReader::new(stdout).lines() {
            if line?.contains(MARK) && found.is_none() {
                found = Some(Time::now() - start);
            }
        }
    }
    child.wait()?;
    found.map(|took| took.wall).ok_or_else(|| Error::other("the test did not fail"))
}

/// How long a process takes that runs one test so many times.
fn whole(binary: &Path, test: &str, executions: u64) -> std::io::Result<Duration> {
    let mut command = prepared(Command::new(binary));
    command.args(["--exact", test]).env("REENACT_EXECUTIONS", executions.to_string()).stdout(Stdio::null());
    let start = Time::now();
    let status = command.status()?;
    let took = (Time::now() - start).wall;
    if status.success() { Ok(took) } else { Err(Error::other(format!("{test} fails"))) }
}
