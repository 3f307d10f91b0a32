//! `cargo reenact corpus`: what guided explorations have kept to go on from.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::args::{Build, Corpus, CorpusWhat, Format};
use crate::fuzz;
use crate::metadata::Metadata;
use crate::print;
use crate::process::Run;
use crate::report::Line;
use crate::table::{count, table};
use crate::trouble::{Outcome, Result, Trouble};

/// A corpus, as `list` tells of it.
#[derive(Serialize)]
struct Told {
    /// Its folder's name: the test's path, as far as file systems take it.
    name: String,
    folder: PathBuf,
    entries: usize,
    /// Files that were put aside, because they are no schedules.
    unreadable: usize,
}

/// What `minimise` and `merge` came to.
#[derive(Serialize)]
struct Changed {
    version: u32,
    command: &'static str,
    folder: PathBuf,
    before: usize,
    after: usize,
}

pub(crate) fn corpus(args: &Corpus, format: Format) -> Result<Outcome> {
    match &args.what {
        CorpusWhat::List { corpus, manifest_path } => list(corpus.as_deref(), manifest_path.as_deref(), format),
        CorpusWhat::Minimise { test, no_coverage, corpus, build } => {
            minimise(test, !no_coverage, corpus.as_deref(), build, format)
        }
        CorpusWhat::Merge { into, from } => merge(into, from, format),
    }
}

fn list(said: Option<&Path>, manifest: Option<&Path>, format: Format) -> Result<Outcome> {
    let roots = match said {
        Some(folder) => vec![folder.to_owned()],
        None => Metadata::read(manifest, false)?.members().map(|package| package.folder().join("reenact-corpus")).collect(),
    };
    let mut all = Vec::new();
    for root in roots {
        let folders = std::fs::read_dir(&root).into_iter().flatten().flatten().map(|entry| entry.path());
        let mut folders: Vec<PathBuf> = folders.filter(|path| path.is_dir()).collect();
        folders.sort();
        all.extend(folders.into_iter().map(|folder| Told {
            name: folder.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            entries: fuzz::entries(&folder).len(),
            unreadable: fuzz::entries(&folder.join("unreadable")).len(),
            folder,
        }));
    }
    match format {
        Format::Json => print::json(&all)?,
        Format::Text if all.is_empty() => print::out("there is no corpus: `cargo reenact fuzz TEST` makes one"),
        Format::Text => {
            let row = |told: &Told| {
                let folder = told.folder.display().to_string();
                vec![told.name.clone(), count(told.entries as u64), count(told.unreadable as u64), folder]
            };
            let rows: Vec<Vec<String>> = all.iter().map(row).collect();
            print::out(&table(&["corpus", "entries", "unreadable", "folder"], &rows, &[1, 2]));
        }
    }
    Ok(Outcome::Nothing)
}

/// Runs every entry, and keeps those that show something that the shorter ones before them do not.
fn minimise(test: &str, coverage: bool, said: Option<&Path>, build: &Build, format: Format) -> Result<Outcome> {
    let test = fuzz::test_to_run(build, test, coverage)?;
    let root = fuzz::corpus_root(&test, said)?;
    let folder = fuzz::folder_of(&root, &test);
    let before = fuzz::entries(&folder).len();
    if before == 0 {
        return Err(Trouble::new(format!("there is no corpus of {} in {}", test.path(), folder.display())));
    }
    let mut run = Run::new(&test)?;
    let report = run.file("report.jsonl");
    run.env("REENACT_REPORT", report).env("REENACT_SCHEDULER", "guided").env("REENACT_CORPUS", &root);
    run.env("REENACT_CORPUS_MINIMISE", "on").env("REENACT_JOBS", "1");
    let ended = run.watched(|| ())?;
    if !ended.status.success() {
        let text = ended.text("report.jsonl").unwrap_or_default();
        let line = text.lines().last().and_then(|line| serde_json::from_str::<Line<'_>>(line).ok());
        let text = line.and_then(|line| line.failure).map_or_else(|| ended.last_lines(20), |failure| failure.text);
        print::out(&format!("{} fails with an entry of its corpus, of which nothing was taken away:\n{text}", test.path()));
        return Ok(Outcome::Found);
    }
    tell("corpus minimise", folder, before, format)
}

/// Copies entries: files of the same name are the same.
fn merge(into: &Path, from: &[PathBuf], format: Format) -> Result<Outcome> {
    let before = fuzz::entries(into).len();
    std::fs::create_dir_all(into).map_err(|error| Trouble::new(format!("{} cannot be made: {error}", into.display())))?;
    for folder in from {
        if !folder.is_dir() {
            return Err(Trouble::new(format!("{} is no folder: it takes the corpora of one test", folder.display())));
        }
        for file in fuzz::entries(folder) {
            let to = into.join(file.file_name().unwrap_or_default());
            if !to.exists() {
                let bytes =
                    std::fs::read(&file).map_err(|error| Trouble::new(format!("{} cannot be read: {error}", file.display())))?;
                print::write_whole(&to, &bytes)?;
            }
        }
    }
    tell("corpus merge", into.to_owned(), before, format)
}

fn tell(command: &'static str, folder: PathBuf, before: usize, format: Format) -> Result<Outcome> {
    let after = fuzz::entries(&folder).len();
    match format {
        Format::Text => {
            print::out(&format!("{}: {} entries, {} before", folder.display(), count(after as u64), count(before as u64)));
        }
        Format::Json => print::json(&Changed { version: 1, command, folder, before, after })?,
    }
    Ok(Outcome::Nothing)
}
