//! `cargo reenact regressions`: the saved failures of a workspace.

mod file;

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::args::{Build, Format, Regressions, RegressionsWhat};
use crate::metadata::Metadata;
use crate::print;
use crate::select::{self, Test};
use crate::table::table;
use crate::traced;
use crate::trouble::{Outcome, Result, Trouble};
use file::Saved;

/// An entry, as `list` and `rerun` tell of it.
#[derive(Serialize)]
struct Told<'a> {
    test: &'a str,
    file: PathBuf,
    /// Among those of its test, from 1.
    entry: usize,
    schedule: &'a str,
    seed: Option<&'a str>,
    what: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    now: Option<Now>,
}

/// What a saved failure does now.
#[derive(Serialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Now {
    Fails,
    Passes,
    /// The program has no execution of this schedule any more.
    Diverges,
    /// No test of this name is built.
    NoTest,
}

#[derive(Serialize)]
struct Everything<'a> {
    version: u32,
    command: &'a str,
    entries: &'a [Told<'a>],
}

pub(crate) fn regressions(args: &Regressions, format: Format) -> Result<Outcome> {
    match &args.what {
        RegressionsWhat::List { test, manifest_path } => {
            let saved = saved(manifest_path.as_deref(), test.as_deref())?;
            tell("regressions list", &told(&saved, |_, _| Ok(None))?, format)?;
            Ok(Outcome::Nothing)
        }
        RegressionsWhat::Rerun { test, build } => rerun(test.as_deref(), build, format),
        RegressionsWhat::Remove { test, entries, all, manifest_path } => {
            remove(test, if *all { None } else { Some(entries) }, manifest_path.as_deref(), format)
        }
    }
}

/// All files of saved failures, where the tests look for them.
fn saved(manifest: Option<&Path>, test: Option<&str>) -> Result<Vec<Saved>> {
    let metadata = Metadata::read(manifest, false)?;
    let said = std::env::var_os("REENACT_REGRESSIONS").filter(|value| !value.is_empty() && value != "off");
    let folder = said.map_or_else(|| PathBuf::from("reenact-regressions"), PathBuf::from);
    // Tests run in the folders of their packages.
    let mut folders: Vec<PathBuf> = metadata.members().map(|package| package.folder().join(&folder)).collect();
    folders.sort();
    folders.dedup();
    let mut all = Vec::new();
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        all.extend(file::all_in(folder)?);
    }
    all.retain(|saved| test.is_none_or(|test| saved.test.contains(test)));
    Ok(all)
}

fn told(saved: &[Saved], now: impl Fn(&Saved, &str) -> Result<Option<Now>>) -> Result<Vec<Told<'_>>> {
    let mut all = Vec::new();
    for saved in saved {
        for (n, entry) in (1..).zip(&saved.entries) {
            all.push(Told {
                test: &saved.test,
                file: saved.file.clone(),
                entry: n,
                schedule: &entry.schedule,
                seed: entry.seed.as_deref(),
                what: &entry.what,
                now: now(saved, &entry.schedule)?,
            });
        }
    }
    Ok(all)
}

fn tell(command: &str, all: &[Told<'_>], format: Format) -> Result<()> {
    if format == Format::Json {
        return print::json(&Everything { version: 1, command, entries: all });
    }
    if all.is_empty() {
        print::out("no failure is saved");
        return Ok(());
    }
    let now = |told: &Told<'_>| match told.now {
        None => String::new(),
        Some(Now::Fails) => print::coloured("fails", "31"),
        Some(Now::Passes) => print::coloured("passes", "32"),
        Some(Now::Diverges) => print::coloured("cannot be replayed", "33"),
        Some(Now::NoTest) => print::coloured("no such test is built", "33"),
    };
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|told| vec![told.test.to_owned(), told.entry.to_string(), told.schedule.to_owned(), now(told), told.what.to_owned()])
        .collect();
    print::out(&table(&["test", "entry", "schedule", "", "what failed"], &rows, &[1]));
    Ok(())
}

fn rerun(test: Option<&str>, build: &Build, format: Format) -> Result<Outcome> {
    let saved = saved(build.manifest_path.as_deref(), test)?;
    let tests = if saved.is_empty() { Vec::new() } else { select::all(build)? };
    let now = |saved: &Saved, schedule: &str| {
        let Some(test) = tests.iter().find(|test: &&Test| test.path() == saved.test) else { return Ok(Some(Now::NoTest)) };
        let at = |error| Trouble::new(format!("{}: {error}", saved.file.display()));
        let replayed = traced::replay(test, &schedule.parse().map_err(at)?)?;
        Ok(Some(match replayed.head.failure {
            None => Now::Passes,
            Some(failure) if failure.kind == "divergence" => Now::Diverges,
            Some(_) => Now::Fails,
        }))
    };
    let all = told(&saved, now)?;
    tell("regressions rerun", &all, format)?;
    let any = |now| all.iter().any(|told| told.now == Some(now));
    match any(Now::Fails) {
        true => Ok(Outcome::Found),
        false if any(Now::NoTest) => Err(Trouble::new("some saved failures are of tests that were not built here")),
        false => Ok(Outcome::Nothing),
    }
}

fn remove(test: &str, entries: Option<&[u32]>, manifest: Option<&Path>, format: Format) -> Result<Outcome> {
    let mut saved: Vec<Saved> = saved(manifest, None)?;
    saved.retain(|saved| saved.test == test);
    let Some(file) = saved.pop() else {
        return Err(Trouble::new(format!("nothing is saved of `{test}`: `cargo reenact regressions list` says of what")));
    };
    let all = file.entries.len();
    let gone: Vec<usize> = match entries {
        None => (0..all).collect(),
        Some(entries) => entries.iter().map(|entry| *entry as usize - 1).collect(),
    };
    if let Some(beyond) = gone.iter().find(|entry| **entry >= all) {
        return Err(Trouble::new(format!("{test} has no entry {}: 1 to {all} are", beyond + 1)));
    }
    file.remove(&gone)?;
    let mut entries = told(std::slice::from_ref(&file), |_, _| Ok(None))?;
    entries.retain(|told| gone.contains(&(told.entry - 1)));
    match format {
        Format::Json => print::json(&Everything { version: 1, command: "regressions remove", entries: &entries })?,
        Format::Text => entries.iter().for_each(|told| print::out(&format!("removed {} of {test}", told.schedule))),
    }
    Ok(Outcome::Nothing)
}
