//! Failures on disk: found once, replayed before anything new is explored, until somebody removes them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::schedule::{NamedSchedule, Schedule};
use crate::seed::Seed;
use crate::simulation::Failure;

/// Where failures are saved, to be replayed first by the next exploration of the same [name](crate::Explorer::name).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Regressions {
    /// In `reenact-regressions` beside the package's Cargo.toml, as far as that is known: in tests with the attribute, and
    /// wherever cargo runs something.
    #[default]
    BesideManifest,
    /// In this folder, which is made when there is something to save.
    In(PathBuf),
    /// Nowhere, and nothing is replayed.
    Off,
}

impl Regressions {
    /// What an exploration of this name is called in file systems: its file of saved failures without `.txt`, and the folder of its
    /// corpus.
    pub fn name_on_disk(name: &str) -> String {
        safe_name(name)
    }
}

/// The folder beside a package's manifest.
const FOLDER: &str = "reenact-regressions";

/// The saved failures of one exploration.
#[derive(Debug)]
pub(super) struct Saved {
    file: PathBuf,
    /// The exploration's name.
    name: String,
    pub(super) entries: Vec<Entry>,
}

/// A saved failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) schedule: Schedule,
    pub(super) named: Option<NamedSchedule>,
    pub(super) seed: Option<Seed>,
}

impl Saved {
    /// What is saved of an exploration; `None` if there is no folder that could hold anything.
    ///
    /// `manifest` is the folder of its package when it was compiled.
    pub(super) fn read(place: &Regressions, name: Option<&str>, manifest: Option<&str>) -> Result<Option<Self>, Error> {
        let Some(name) = name else { return Ok(None) };
        let folder = match place {
            Regressions::Off => return Ok(None),
            Regressions::In(folder) => folder.clone(),
            Regressions::BesideManifest => {
                // Cargo and nextest say where the package is now; where it was compiled may be another machine.
                let now = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
                let Some(manifest) = now.or_else(|| manifest.map(PathBuf::from)).filter(|folder| folder.is_dir()) else {
                    return Ok(None);
                };
                manifest.join(FOLDER)
            }
        };
        let file = folder.join(file_name(name));
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(Error::regressions(format!("{} cannot be read: {error}", file.display()))),
        };
        let entries = parse(&text).map_err(|error| Error::regressions(format!("{}, {error}", file.display())))?;
        Ok(Some(Self { file, name: name.to_owned(), entries }))
    }

    /// The file, as people know it: from the folder on.
    pub(super) fn label(&self) -> String {
        let parts: Vec<_> = self.file.components().rev().take(2).map(|part| part.as_os_str().to_string_lossy()).collect();
        parts.into_iter().rev().collect::<Vec<_>>().join("/")
    }

    /// Adds a failure, unless it is saved already. Says whether it was added.
    pub(super) fn add(&self, failure: &Failure) -> io::Result<bool> {
        if self.entries.iter().any(|entry| entry.schedule == failure.schedule) {
            return Ok(false);
        }
        if let Some(folder) = self.file.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut text = match fs::read_to_string(&self.file) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => format!(
                "# Failures that reenact found in {}. Each is replayed before anything new is explored.\n\
                 # Keep this file under version control; remove an entry when it is of no more use.\n",
                self.name
            ),
            Err(error) => return Err(error),
        };
        let entry = Entry {
            schedule: failure.schedule.clone(),
            named: NamedSchedule::of(&failure.trace, failure.schedule.data().cloned()),
            seed: Some(failure.seed),
        };
        text.push_str(&format!("\n{}{}", comment(failure), entry.text()));
        write_whole(&self.file, &text)?;
        Ok(true)
    }
}

/// Either the whole new file or the old one, whenever somebody else looks.
fn write_whole(file: &Path, text: &str) -> io::Result<()> {
    let beside = file.with_extension(format!("{}.tmp", std::process::id()));
    fs::write(&beside, text)?;
    fs::rename(&beside, file)
}

impl Entry {
    fn text(&self) -> String {
        let mut text = format!("schedule {}\n", self.schedule);
        if let Some(named) = &self.named {
            text.push_str(&format!("named {named}\n"));
        }
        if let Some(seed) = self.seed {
            text.push_str(&format!("seed {seed}\n"));
        }
        text
    }
}

/// What failed, so that somebody who reads the file knows.
fn comment(failure: &Failure) -> String {
    let place = failure.place.as_ref().map_or_else(String::new, |place| format!(" at {place}"));
    let first = failure.message.lines().next().unwrap_or_default();
    format!("# {}{place}: {first}\n", failure.kind)
}

/// A name that every file system takes. Where it is not the exploration's name with dashes, a hash keeps it apart from others.
fn file_name(name: &str) -> String {
    safe_name(name) + ".txt"
}

/// The same without its ending.
pub(super) fn safe_name(name: &str) -> String {
    let plain = name.replace("::", "--");
    let mut safe: String =
        plain.chars().map(|c| if c.is_ascii_alphanumeric() || "_-.".contains(c) { c } else { '-' }).take(120).collect();
    if safe != plain || plain.contains("---") {
        safe.push_str(&format!("-{:08x}", Seed::of_text(name).get() >> 32));
    }
    safe
}

fn parse(text: &str) -> Result<Vec<Entry>, String> {
    let mut entries: Vec<Entry> = Vec::new();
    for (n, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = line.split_once(' ').unwrap_or((line, ""));
        let value = value.trim();
        let at = |error: Error| format!("line {n}: {error}");
        match (key, entries.last_mut()) {
            ("schedule", _) => {
                entries.push(Entry { schedule: value.parse().map_err(at)?, named: None, seed: None });
            }
            ("named", Some(entry)) => entry.named = Some(value.parse().map_err(at)?),
            ("seed", Some(entry)) => entry.seed = Some(value.parse().map_err(at)?),
            ("named" | "seed", None) => return Err(format!("line {n}: `{key}` has to stand below its `schedule`")),
            _ => return Err(format!("line {n}: `{line}` is no part of a saved failure: schedule, named and seed lines are")),
        }
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_safe_and_apart() {
        assert_eq!(file_name("pool::tests::drains"), "pool--tests--drains.txt");
        assert!(file_name("a name").starts_with("a-name-"));
        assert_ne!(file_name("a name"), file_name("a?name"));
        assert!(file_name(&"x".repeat(500)).len() < 150);
        assert!(!file_name("../../etc/passwd").contains('/'));
    }

    #[test]
    fn what_is_written_is_read() {
        let entry = Entry {
            schedule: "r1:3=1/4@0.2".parse().unwrap(),
            named: Some("n1:worker#3<main#4".parse().unwrap()),
            seed: Some(Seed::from(9)),
        };
        let text = format!("# comment\n\n{}\n# another\n{}", entry.text(), entry.text());
        assert_eq!(parse(&text).unwrap(), [entry.clone(), entry]);
        assert!(parse("").unwrap().is_empty());
    }

    #[test]
    fn what_means_nothing_is_refused_with_its_line() {
        for (text, error) in [
            ("\nschedule r9:", "line 2: `r9:` is no version"),
            ("named n1:", "line 1: `named` has to stand below"),
            ("schedule r1:\nseed x", "line 2: `x` is no seed"),
            ("shedule r1:", "line 1: `shedule r1:` is no part of a saved failure"),
            ("schedule", "line 1: `` is no schedule"),
        ] {
            let refused = parse(text).unwrap_err();
            assert!(refused.starts_with(error), "{refused}");
        }
    }
}
