//! What of all there is shall run.

use std::str::FromStr;

use anyhow::{Result, bail};
use common::{Variant, Work, Workload};

use crate::peers::{Absent, Peer};

/// An argument of `--only`.
#[derive(Clone, Debug)]
pub(crate) enum Filter {
    Workload(Workload),
    Peer { name: String, variant: Option<String> },
}

/// Whether something of a peer may run, as far as its short name tells.
pub(crate) fn is_wanted(only: &[Filter], short: &str) -> bool {
    let mut names = only.iter().filter_map(|filter| match filter {
        Filter::Peer { name, .. } => Some(name),
        Filter::Workload(_) => None,
    });
    names.clone().next().is_none() || names.any(|name| name == short)
}

impl FromStr for Filter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(workload) = text.parse() {
            return Ok(Self::Workload(workload));
        }
        let (name, variant) = match text.split_once('/') {
            Some((name, variant)) => (name, Some(variant.to_owned())),
            None => (text, None),
        };
        Ok(Self::Peer { name: name.to_owned(), variant })
    }
}

/// One line of the tables: a peer in one of its variants.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    /// Unlike that of any other line.
    pub(crate) number: usize,
    pub(crate) peer: &'a Peer,
    pub(crate) variant: &'a Variant,
}

impl<'a> Line<'a> {
    pub(crate) fn work(&self, workload: Workload) -> Option<&'a Work> {
        self.variant.works.iter().find(|work| work.workload == workload)
    }

    /// Why it does not run a workload.
    pub(crate) fn why_not(&self, workload: Workload) -> Option<&'a str> {
        let missing = self.variant.missing.iter().find(|missing| missing.workloads.contains(&workload))?;
        Some(&missing.why)
    }

    pub(crate) fn title(&self) -> String {
        format!("{}/{}", self.peer.description.name, self.variant.name)
    }
}

/// What shall run.
#[derive(Debug)]
pub(crate) struct Chosen<'a> {
    lines: Vec<Line<'a>>,
    workloads: Vec<Workload>,
}

impl<'a> Chosen<'a> {
    /// # Errors
    ///
    /// If a filter names nothing that there is.
    pub(crate) fn new(peers: &'a [Peer], absent: &[Absent], only: &[Filter]) -> Result<Self> {
        let all = peers.iter().flat_map(|peer| peer.description.variants.iter().map(move |variant| (peer, variant)));
        let all: Vec<_> = all.enumerate().map(|(number, (peer, variant))| Line { number, peer, variant }).collect();
        let mut lines = Vec::new();
        let mut workloads = Vec::new();
        for filter in only {
            match filter {
                Filter::Workload(workload) => workloads.push(*workload),
                Filter::Peer { name, variant } => {
                    let meant = |line: &&Line<'_>| {
                        line.peer.short == *name && variant.as_ref().is_none_or(|variant| line.variant.name == *variant)
                    };
                    let before = lines.len();
                    lines.extend(all.iter().filter(meant));
                    // What cannot run here has been said.
                    if lines.len() == before && !absent.iter().any(|absent| absent.name == *name) {
                        let given = variant.as_ref().map_or_else(|| name.clone(), |variant| format!("{name}/{variant}"));
                        bail!("`{given}` is no peer, no variant of one and no workload: --list shows what there is");
                    }
                }
            }
        }
        if lines.is_empty() {
            lines = all;
        }
        if workloads.is_empty() {
            workloads = Workload::ALL.to_vec();
        }
        Ok(Self { lines, workloads })
    }

    pub(crate) fn lines(&self) -> &[Line<'a>] {
        &self.lines
    }

    pub(crate) fn workloads(&self) -> impl Iterator<Item = Workload> {
        Workload::ALL.into_iter().filter(|workload| self.workloads.contains(workload))
    }
}
