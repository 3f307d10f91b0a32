//! [`Store`]: a corpus on disk, one schedule in each file.

use std::collections::BTreeSet;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::explore::regressions::safe_name;
use crate::hash;
use crate::schedule::Schedule;

/// Where what cannot be read is put.
const ASIDE: &str = "unreadable";

/// The folder of one exploration's corpus.
///
/// A file is called by the hash of its text, so that the same entry is the same file whoever found it, and is there as a whole or not at
/// all.
#[derive(Debug)]
pub(in crate::explore) struct Store {
    folder: PathBuf,
    /// Files that were read or written.
    known: BTreeSet<String>,
    /// Those of them that hold what is in the corpus now.
    kept: BTreeSet<String>,
    /// Something that should be kept is not.
    incomplete: bool,
    /// What went wrong, each thing once.
    pub(in crate::explore) warnings: Vec<String>,
}

impl Store {
    /// The corpus of an exploration below `root`. The folder is made if it is not there.
    pub(in crate::explore) fn open(root: &Path, name: &str) -> Result<Self, Error> {
        let folder = root.join(safe_name(name));
        fs::create_dir_all(&folder).map_err(|error| Error::corpus(format!("{} cannot be made: {error}", folder.display())))?;
        Ok(Self { folder, known: BTreeSet::new(), kept: BTreeSet::new(), incomplete: false, warnings: Vec::new() })
    }

    /// What is there that was not read yet, in the order of the files' names. What is no schedule is put aside.
    pub(in crate::explore) fn read_new(&mut self) -> Result<Vec<Schedule>, Error> {
        let failed = |error: io::Error| Error::corpus(format!("{} cannot be read: {error}", self.folder.display()));
        let mut names = Vec::new();
        for file in fs::read_dir(&self.folder).map_err(failed)? {
            let file = file.map_err(failed)?;
            let name = file.file_name().to_string_lossy().into_owned();
            // What somebody is writing is not called so yet.
            if name.ends_with(".txt") && !self.known.contains(&name) {
                names.push(name);
            }
        }
        names.sort_unstable();
        let mut schedules = Vec::new();
        for name in names {
            let file = self.folder.join(&name);
            self.known.insert(name);
            match fs::read_to_string(&file) {
                Ok(text) => match text.trim().parse::<Schedule>() {
                    Ok(schedule) => schedules.push(schedule),
                    Err(error) => self.put_aside(&file, &error.to_string()),
                },
                // Somebody who minimises the corpus has taken it away.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => self.put_aside(&file, &error.to_string()),
            }
        }
        Ok(schedules)
    }

    /// Something that belongs to the corpus is not in it, so that nothing may be taken away.
    pub(super) fn leave_all(&mut self) {
        self.incomplete = true;
    }

    /// Removes files that were read and hold nothing that was kept since. What others have written meanwhile stays.
    pub(super) fn take_away_the_rest(&mut self) {
        if self.incomplete {
            let text = "was not minimised: not all that shows something new could be kept";
            return self.warnings.push(format!("the corpus in {} {text}", self.folder.display()));
        }
        for name in self.known.difference(&self.kept) {
            let file = self.folder.join(name);
            match fs::remove_file(&file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    self.warnings.push(format!("{} cannot be removed: {error}", file.display()));
                }
                _ => {}
            }
        }
        self.known.clone_from(&self.kept);
    }

    fn put_aside(&mut self, file: &Path, why: &str) {
        let folder = self.folder.join(ASIDE);
        let to = folder.join(file.file_name().unwrap_or_default());
        let moved = fs::create_dir_all(&folder).and_then(|()| fs::rename(file, &to));
        self.warnings.push(match moved {
            Ok(()) => format!("{} of the corpus is no schedule and was put into {}: {why}", file.display(), folder.display()),
            Err(error) => {
                // It stays where it is.
                self.kept.extend(file.file_name().map(|name| name.to_string_lossy().into_owned()));
                format!("{} of the corpus is no schedule ({why}) and cannot be put aside: {error}", file.display())
            }
        });
    }

    /// Writes an entry, unless it is there.
    pub(in crate::explore) fn keep(&mut self, schedule: &Schedule) {
        let text = format!("{schedule}\n");
        let name = name_of(&text);
        self.kept.insert(name.clone());
        if !self.known.insert(name.clone()) {
            return;
        }
        let file = self.folder.join(&name);
        // Processes in containers, or on other machines, may have the same number as this one.
        let beside = self.folder.join(format!("{name}.{:016x}.tmp", RandomState::new().hash_one(std::process::id())));
        let written = fs::write(&beside, text).and_then(|()| fs::rename(&beside, &file));
        if let Err(error) = written {
            if !self.incomplete {
                self.warnings.push(format!("{} cannot be written: {error}", file.display()));
            }
            self.leave_all();
        }
    }
}

/// Of an entry's file.
fn name_of(text: &str) -> String {
    format!("{:016x}.txt", hash::finish(hash::mix_bytes(0x636f_7270, text.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_by_others_and_the_rest_is_put_aside() {
        let root = std::env::temp_dir().join(format!("reenact-store-{}", std::process::id()));
        let schedule: Schedule = "r1:3=1/4;seed=0x2;streams=0:1".parse().unwrap();
        let mut store = Store::open(&root, "pool::drains").unwrap();
        store.keep(&schedule);
        store.keep(&schedule);
        assert!(store.read_new().unwrap().is_empty());
        let folder = root.join("pool--drains");
        fs::write(folder.join("cut.txt"), "r2:AAA").unwrap();
        fs::write(folder.join("half.txt.7.tmp"), "r1:3").unwrap();
        let mut other = Store::open(&root, "pool::drains").unwrap();
        assert_eq!(other.read_new().unwrap(), [schedule]);
        assert_eq!(other.warnings.len(), 1);
        assert!(other.warnings[0].contains("cut.txt of the corpus is no schedule"), "{:?}", other.warnings);
        assert_eq!(fs::read_to_string(folder.join("unreadable/cut.txt")).unwrap(), "r2:AAA");
        assert!(other.read_new().unwrap().is_empty());
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn what_cannot_be_put_aside_or_written_anew_is_not_taken_away() {
        let root = std::env::temp_dir().join(format!("reenact-store-stuck-{}", std::process::id()));
        let folder = root.join("test");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("worthless.txt"), "r1:0=1").unwrap();
        fs::write(folder.join("nonsense.txt"), "r1:0=").unwrap();
        // Where what is unreadable would go.
        fs::write(folder.join(ASIDE), "").unwrap();
        let mut store = Store::open(&root, "test").unwrap();
        assert_eq!(store.read_new().unwrap().len(), 1);
        store.take_away_the_rest();
        assert!(folder.join("nonsense.txt").is_file() && !folder.join("worthless.txt").exists());

        let schedule: Schedule = "r1:3=1/4".parse().unwrap();
        fs::write(folder.join("by-hand.txt"), "r1:3=1").unwrap();
        let mut store = Store::open(&root, "test").unwrap();
        assert_eq!(store.read_new().unwrap().len(), 1);
        // Something else has the name that the entry is to get.
        fs::create_dir(folder.join(name_of("r1:3=1/4\n"))).unwrap();
        store.keep(&schedule);
        store.take_away_the_rest();
        assert!(folder.join("by-hand.txt").is_file());
        assert!(store.warnings.last().unwrap().contains("was not minimised"), "{:?}", store.warnings);
        fs::remove_dir_all(root).unwrap();
    }
}
