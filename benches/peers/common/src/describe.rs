//! What a peer says of itself.

use serde::{Deserialize, Serialize};

use crate::Workload;

/// A library, and the ways in which it is run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Description {
    /// How the tables call it.
    pub name: String,
    /// At least one.
    pub variants: Vec<Variant>,
}

/// Whom a variant stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Style {
    /// What users of the library get.
    AsUsed,
    /// What is left if everything goes that can go.
    Bare,
}

/// One way to run a library.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Variant {
    /// A word or two.
    pub name: String,
    /// Whom it stands for.
    pub style: Style,
    /// What exactly runs: half a sentence.
    pub how: String,
    /// What it can run.
    pub works: Vec<Work>,
    /// What it cannot.
    pub missing: Vec<Missing>,
}

/// A workload that a variant runs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Work {
    /// Which.
    pub workload: Workload,
    /// By what its sizes are divided, so that a run of a slow peer takes about as long as one of a fast peer.
    pub slow: u64,
    /// What is different here.
    pub note: Option<String>,
}

/// Workloads that a variant does not run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Missing {
    /// Which.
    pub workloads: Vec<Workload>,
    /// Why not: half a sentence.
    pub why: String,
}

impl Description {
    /// A library.
    #[must_use]
    pub fn new(name: &str, variants: Vec<Variant>) -> Self {
        Self { name: name.to_owned(), variants }
    }
}

impl Variant {
    /// What users of the library get.
    #[must_use]
    pub fn as_used(name: &str, how: &str) -> Self {
        Self { name: name.to_owned(), style: Style::AsUsed, how: how.to_owned(), works: Vec::new(), missing: Vec::new() }
    }

    /// What is left if everything goes that can go.
    #[must_use]
    pub fn bare(name: &str, how: &str) -> Self {
        Self { style: Style::Bare, ..Self::as_used(name, how) }
    }

    /// It runs these, on sizes divided by `slow`.
    #[must_use]
    pub fn runs(mut self, workloads: &[Workload], slow: u64) -> Self {
        self.works.extend(workloads.iter().map(|&workload| Work { workload, slow, note: None }));
        self
    }

    /// It runs these, on sizes divided by `slow`, but not as the others do.
    #[must_use]
    pub fn runs_but(mut self, workloads: &[Workload], slow: u64, note: &str) -> Self {
        self.works.extend(workloads.iter().map(|&workload| Work { workload, slow, note: Some(note.to_owned()) }));
        self
    }

    /// It does not run these.
    #[must_use]
    pub fn lacks(mut self, workloads: &[Workload], why: &str) -> Self {
        self.missing.push(Missing { workloads: workloads.to_vec(), why: why.to_owned() });
        self
    }
}

impl Work {
    /// How large a timed run is, or one that is smaller still. The tasks of W4 are as many for all, because memory is a part of what they
    /// cost.
    #[must_use]
    pub fn timed(&self, divisor: u64) -> u64 {
        let slow = if self.workload == Workload::Timers { 1 } else { self.slow };
        (self.workload.timed() / slow / divisor).max(1)
    }

    /// The two sizes whose instructions are subtracted from each other.
    #[must_use]
    pub fn counted(&self) -> Option<(u64, u64)> {
        let (few, many) = self.workload.counted()?;
        let few = (few / self.slow).max(1);
        Some((few, (many / self.slow).max(few + 1)))
    }
}
