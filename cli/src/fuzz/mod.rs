//! `cargo reenact fuzz`: guided exploration of one test, in several processes that share a corpus, guided by its code.

mod compiler;
mod workers;

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::Serialize;

pub(crate) use compiler::called_as_compiler;

use crate::args::{Build, Format, Fuzz};
use crate::metadata::Metadata;
use crate::print;
use crate::report::Failed;
use crate::select::{self, Test};
use crate::table::{count, seconds};
use crate::trouble::{Outcome, Result, Trouble};
use workers::Found;

/// What it came to: the JSON of `fuzz`.
#[derive(Serialize)]
struct Fuzzed {
    version: u32,
    command: &'static str,
    test: String,
    /// The processes.
    jobs: u32,
    seconds: f64,
    /// Of all processes together, like those below.
    executions: u64,
    executions_per_second: f64,
    /// Whether code coverage was looked at.
    coverage: bool,
    corpus: PathBuf,
    entries: usize,
    failure: Option<Failed>,
    printed: Option<String>,
}

pub(crate) fn fuzz(args: &Fuzz, format: Format) -> Result<Outcome> {
    let test = test_to_run(&args.build, &args.test, !args.no_coverage)?;
    let root = corpus_root(&test, args.corpus.as_deref())?;
    let folder = folder_of(&root, &test);
    if format == Format::Text {
        let with = if args.no_coverage { "what it shows itself" } else { "what it shows itself and its code" };
        print::note(&format!("fuzzing {}, guided by {with}; the corpus is in {}", test.path(), folder.display()));
    }
    let start = Instant::now();
    let found = workers::run(args, &test, &root)?;
    let fuzzed = fuzzed(args, &test, folder, start.elapsed().as_secs_f64(), found)?;
    match format {
        Format::Json => print::json(&fuzzed)?,
        Format::Text => tell(&fuzzed),
    }
    Ok(Outcome::found(fuzzed.failure.is_some() || fuzzed.printed.is_some()))
}

/// Builds the tests, with counters in their code if that is wanted, and picks one.
pub(crate) fn test_to_run(build: &Build, name: &str, coverage: bool) -> Result<Test> {
    let test = built_test(build, name, coverage)?;
    let asked = std::env::var("REENACT_ISOLATE").ok().filter(|value| !value.is_empty());
    if asked.map_or(test.listed.is_isolated(), |value| value == "on") {
        return Err(Trouble::new(format!("{}: a test with `isolate` cannot be fuzzed, nor has it a corpus", test.path())));
    }
    Ok(test)
}

fn built_test(build: &Build, name: &str, coverage: bool) -> Result<Test> {
    if !coverage {
        return select::one(select::all(build)?, Some(name));
    }
    if let Some(file) = &build.built {
        return Err(Trouble::new(format!(
            "the tests that {} tells of may have no counters in their code: say --no-coverage, or leave --built out",
            file.display()
        )));
    }
    let folder = match &build.target_dir {
        Some(folder) => folder.clone(),
        None => Metadata::read(build.manifest_path.as_deref(), false)?.target_directory.join("reenact-fuzz"),
    };
    let variables = compiler::variables(&folder)?;
    let build = Build { target_dir: Some(folder), ..build.clone() };
    select::one(select::all_with(&build, &variables)?, Some(name))
}

/// Where corpora are: beside the manifest of the test's package, if nothing else is said.
pub(crate) fn corpus_root(test: &Test, said: Option<&Path>) -> Result<PathBuf> {
    match said {
        // The test runs in the folder of its package.
        Some(folder) => std::path::absolute(folder).map_err(|error| Trouble::new(format!("{}: {error}", folder.display()))),
        None => Ok(test.binary.folder.join("reenact-corpus")),
    }
}

/// The corpus of a test.
pub(crate) fn folder_of(root: &Path, test: &Test) -> PathBuf {
    root.join(reenact_sim::Regressions::name_on_disk(&test.path()))
}

/// Schedules in a folder, which may not be there yet.
pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path());
    let mut entries: Vec<PathBuf> = files.filter(|file| file.extension().is_some_and(|extension| extension == "txt")).collect();
    entries.sort();
    entries
}

fn fuzzed(args: &Fuzz, test: &Test, corpus: PathBuf, seconds: f64, found: Found) -> Result<Fuzzed> {
    let Found { executions, rate, failure, printed } = found;
    Ok(Fuzzed {
        version: 1,
        command: "fuzz",
        test: test.path(),
        jobs: args.jobs,
        seconds,
        executions,
        executions_per_second: rate,
        coverage: !args.no_coverage,
        entries: entries(&corpus).len(),
        corpus,
        failure,
        printed,
    })
}

fn tell(fuzzed: &Fuzzed) {
    if fuzzed.failure.is_some() || fuzzed.printed.is_some() {
        print::out(&format!("{} {}", print::coloured("failed:", "31;1"), fuzzed.test));
    }
    match (&fuzzed.failure, &fuzzed.printed) {
        (Some(failure), _) => print::out(&failure.text.lines().map(|line| format!("  {line}\n")).collect::<String>()),
        (None, Some(printed)) => print::out(printed),
        (None, None) => {}
    }
    let plural = |n: usize| if n == 1 { "y" } else { "ies" };
    print::out(&format!(
        "{}: {} executions in {} ({}/s), {} entr{} in the corpus: {}",
        fuzzed.test,
        count(fuzzed.executions),
        seconds(fuzzed.seconds),
        count(fuzzed.executions_per_second as u64),
        count(fuzzed.entries as u64),
        plural(fuzzed.entries),
        if fuzzed.failure.is_some() || fuzzed.printed.is_some() { "a failure was found" } else { "no failure found" }
    ));
}
