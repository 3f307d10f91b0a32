//! A file of saved failures, as reenact writes it: comments, and for each failure a line `schedule ..` with lines that belong to it.

use std::path::{Path, PathBuf};

use crate::print;
use crate::trouble::{Result, Trouble};

/// How the comment at the beginning names the test.
const OF: &str = "# Failures that reenact found in ";

/// The saved failures of a test.
#[derive(Clone, Debug)]
pub(super) struct Saved {
    pub(super) file: PathBuf,
    /// The test's path.
    pub(super) test: String,
    pub(super) entries: Vec<Entry>,
    /// The comment at the beginning.
    head: Vec<String>,
}

/// A saved failure.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) schedule: String,
    pub(super) seed: Option<String>,
    /// The comment above it, which says what failed.
    pub(super) what: String,
    lines: Vec<String>,
}

/// The files of a folder, by name.
pub(super) fn all_in(folder: &Path) -> Result<Vec<Saved>> {
    let trouble = |error| Trouble::new(format!("{} cannot be read: {error}", folder.display()));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(trouble)? {
        let file = entry.map_err(trouble)?.path();
        if file.extension().is_some_and(|extension| extension == "txt") {
            files.push(file);
        }
    }
    files.sort();
    files.into_iter().map(Saved::read).collect()
}

impl Saved {
    fn read(file: PathBuf) -> Result<Self> {
        let text = std::fs::read_to_string(&file);
        let text = text.map_err(|error| Trouble::new(format!("{} cannot be read: {error}", file.display())))?;
        let mut saved = Self { test: name_of(&file, &text), file, entries: Vec::new(), head: Vec::new() };
        let mut above: Vec<String> = Vec::new();
        for line in text.lines() {
            let (key, value) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
            match (key, saved.entries.last_mut()) {
                ("schedule", _) => {
                    let what = above.iter().rev().find_map(|line| line.strip_prefix("# ")).unwrap_or_default().to_owned();
                    let mut lines = std::mem::take(&mut above);
                    lines.push(line.to_owned());
                    saved.entries.push(Entry { schedule: value.trim().to_owned(), seed: None, what, lines });
                }
                ("seed" | "named", Some(entry)) => {
                    entry.lines.push(line.to_owned());
                    if key == "seed" {
                        entry.seed = Some(value.trim().to_owned());
                    }
                }
                // The blank line after the comment at the beginning ends it.
                ("", None) if saved.head.is_empty() => saved.head = std::mem::take(&mut above),
                ("", _) => {}
                _ => above.push(line.to_owned()),
            }
        }
        Ok(saved)
    }

    /// Rewrites the file without some entries; without entries there is no file.
    pub(super) fn remove(&self, gone: &[usize]) -> Result<()> {
        let left: Vec<&Entry> =
            self.entries.iter().enumerate().filter(|(n, _)| !gone.contains(n)).map(|(_, entry)| entry).collect();
        if left.is_empty() {
            let removed = std::fs::remove_file(&self.file);
            return removed.map_err(|error| Trouble::new(format!("{} cannot be removed: {error}", self.file.display())));
        }
        let mut text: String = self.head.iter().map(|line| format!("{line}\n")).collect();
        for entry in left {
            text.push('\n');
            text.extend(entry.lines.iter().map(|line| format!("{line}\n")));
        }
        print::write_whole(&self.file, text.as_bytes())
    }
}

/// The comment says it; if somebody has removed that, the name of the file does.
fn name_of(file: &Path, text: &str) -> String {
    let said = text.lines().find_map(|line| line.strip_prefix(OF)?.split_once(". Each is replayed").map(|(name, _)| name));
    said.map_or_else(|| file.file_stem().unwrap_or_default().to_string_lossy().replace("--", "::"), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# Failures that reenact found in it::counts. Each is replayed before anything new is explored.
# Keep this file under version control; remove an entry when it is of no more use.

# panic at tests/it.rs:1:2: left
schedule r1:1=1/2@0.1
named n1:worker#3<main#4
seed 0x7

# by hand
# deadlock
schedule r1:
";

    #[test]
    fn entries_are_read_with_what_is_said_of_them_and_removed_with_it() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("it--counts.txt"), TEXT).unwrap();
        let saved = all_in(folder.path()).unwrap().remove(0);
        assert_eq!((saved.test.as_str(), saved.entries.len()), ("it::counts", 2));
        assert_eq!((saved.entries[0].schedule.as_str(), saved.entries[0].seed.as_deref()), ("r1:1=1/2@0.1", Some("0x7")));
        assert_eq!(
            (saved.entries[0].what.as_str(), saved.entries[1].what.as_str()),
            ("panic at tests/it.rs:1:2: left", "deadlock")
        );
        saved.remove(&[0]).unwrap();
        let (head, rest) = (TEXT.split("\n# panic").next().unwrap(), TEXT.split("\n# by").nth(1).unwrap());
        assert_eq!(std::fs::read_to_string(&saved.file).unwrap(), format!("{head}\n# by{rest}"));
        let left = all_in(folder.path()).unwrap().remove(0);
        left.remove(&[0]).unwrap();
        assert!(all_in(folder.path()).unwrap().is_empty());
    }

    #[test]
    fn a_file_without_its_comment_is_known_by_its_name() {
        assert_eq!(name_of(Path::new("x/pool--drains.txt"), "schedule r1:"), "pool::drains");
    }
}
