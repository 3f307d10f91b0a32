//! The Markdown file that holds the last tables.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

const BEGIN: &str = "<!-- compare: begin; written by benches/peers, not by hand -->";
const END: &str = "<!-- compare: end -->";

/// A file with a part to be replaced.
#[derive(Debug)]
pub(crate) struct Document {
    path: PathBuf,
    before: String,
    after: String,
}

pub(crate) fn default_path() -> PathBuf {
    crate::peers::workspace().join("../../docs/PERFORMANCE.md")
}

impl Document {
    /// # Errors
    ///
    /// If it cannot be read, or has no place for tables.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let parts = text.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
        let (before, after) = parts.with_context(|| format!("{} has no lines\n{BEGIN}\n{END}", path.display()))?;
        ensure!(!after.contains(BEGIN), "{} has two places for tables", path.display());
        Ok(Self { path: path.to_owned(), before: before.to_owned(), after: after.to_owned() })
    }

    pub(crate) fn write(&self, tables: &str) -> Result<()> {
        let text = format!("{}{BEGIN}\n\n{}\n\n{END}{}", self.before, tables.trim(), self.after);
        fs::write(&self.path, text).with_context(|| self.path.display().to_string())
    }
}
