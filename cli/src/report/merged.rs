//! Adding up reports.
//!
//! Whatever comes of it depends on the set of parts that the reports tell of, never on their order or on how often one comes: parts are
//! told apart by their exploration and number, and of digests the two lowest positions are kept. Up to the first failure, which is where
//! one process would have stopped, everything is counted.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::digests::{Digests, positions_up_to};
use super::line::{Failed, Line, Part};

/// Of how many consecutive executions a part has each n-th group; see docs/CLI.md.
const BLOCK: u64 = 8;

const NO_DIGESTS: &str = "it has no digests, which it takes to merge: explore with `cargo reenact explore --shard i/n --report FILE`, with \
                          --digests, or with REENACT_REPORT_DIGESTS=on";

/// Below a subtree's number stand this many bits of position.
const TREE: u32 = 40;

/// What is the same in all parts of an exploration.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Identity {
    name: Option<String>,
    seed: String,
    scheduler: Option<String>,
    hostile: String,
    limit: Option<u64>,
    of: u32,
}

#[derive(Debug, Default)]
struct Exploration {
    parts: BTreeMap<u32, Part>,
    /// The longest of all: how much time there was does not say what was to be explored.
    time_limit: Option<f64>,
    digests: Digests,
}

/// Explorations by what tells them apart.
#[derive(Debug, Default)]
pub(crate) struct Explorations(BTreeMap<Identity, Exploration>);

impl Explorations {
    /// Adds a line of a report.
    pub(crate) fn add(&mut self, line: Line<'_>) -> Result<(), String> {
        if line.version != 1 {
            return Err(format!("it is of version {}, and this program knows 1", line.version));
        }
        let (Some(parts), Some(digests)) = (line.parts, line.digests) else {
            return Err(NO_DIGESTS.to_owned());
        };
        let Some(of) = parts.first().map(|part| part.of).filter(|of| parts.iter().all(|part| part.of == *of)) else {
            return Err("its parts are not of one exploration".to_owned());
        };
        let identity = Identity {
            name: line.name,
            seed: line.seed,
            scheduler: line.scheduler,
            hostile: line.hostile,
            limit: line.limit,
            of,
        };
        let exploration = self.0.entry(identity).or_default();
        exploration.time_limit = exploration.time_limit.into_iter().chain(line.time_limit).max_by(f64::total_cmp);
        exploration.digests.add(&digests).map_err(|error| format!("its digests cannot be read: {error}"))?;
        for part in parts {
            positions_up_to(&part.stopped, 0).map_err(|error| format!("its stopped executions cannot be read: {error}"))?;
            exploration.add(part);
        }
        Ok(())
    }

    /// Adds what somebody else has added up.
    pub(crate) fn absorb(&mut self, other: Self) {
        for (identity, other) in other.0 {
            let exploration = self.0.entry(identity).or_default();
            exploration.time_limit = exploration.time_limit.into_iter().chain(other.time_limit).max_by(f64::total_cmp);
            exploration.digests.absorb(other.digests);
            other.parts.into_values().for_each(|part| exploration.add(part));
        }
    }

    /// One line for each exploration, in the order of their names; with `all` those fields that it takes to be merged again.
    pub(crate) fn lines(&mut self, all: bool) -> Vec<Line<'static>> {
        self.0.iter_mut().map(|(identity, exploration)| exploration.line(identity, all)).collect()
    }
}

/// The one that came further, whichever comes first; both are the same unless one had less time.
fn further(one: &Part, other: &Part) -> Part {
    let rank =
        |part: &Part| (part.executions, part.exhausted, part.failure.is_some(), serde_json::to_string(part).unwrap_or_default());
    if rank(one) >= rank(other) { one.clone() } else { other.clone() }
}

impl Exploration {
    fn add(&mut self, part: Part) {
        let known = self.parts.entry(part.part);
        known.and_modify(|known| *known = further(known, &part)).or_insert(part);
    }

    fn line(&mut self, identity: &Identity, all: bool) -> Line<'static> {
        self.digests.sort();
        let parts: Vec<&Part> = self.parts.values().collect();
        let first = parts.iter().filter(|part| part.failure.is_some()).min_by_key(|part| (part.failure_at, part.part));
        // None: what was saved failed, before anything was explored.
        let last = first.map_or(Some(u64::MAX), |part| part.failure_at);
        let counted = |count: &dyn Fn(&Part, u64) -> u64| last.map_or(0, |last| parts.iter().map(|part| count(part, last)).sum());
        let executions = counted(&executions_up_to);
        let stopped = counted(&|part, last| positions_up_to(&part.stopped, last).unwrap_or_default());
        let sums = last.map(|last| self.digests.sums(last)).unwrap_or_default();
        let missing: Vec<String> =
            (1..=identity.of).filter(|n| !self.parts.contains_key(n)).map(|n| format!("{n}/{}", identity.of)).collect();
        let everything = executions == parts.iter().map(|part| part.executions).sum::<u64>();
        let exhausted = missing.is_empty() && everything && parts.iter().all(|part| part.exhausted);
        let failure = first.and_then(|part| part.failure.clone()).map(|failure| Failed {
            // Subtrees count their own executions only.
            execution: if parts.iter().any(|part| !part.trees.is_empty()) {
                executions.saturating_sub(1)
            } else {
                failure.execution
            },
            ..failure
        });
        let mut warnings: Vec<String> = Vec::new();
        for warning in parts.iter().flat_map(|part| &part.warnings) {
            if !warnings.contains(warning) {
                warnings.push(warning.clone());
            }
        }
        let only = parts.first().filter(|part| parts.len() == 1 && part.of > 1);
        Line {
            version: 1,
            name: identity.name.clone(),
            seed: identity.seed.clone(),
            scheduler: identity.scheduler.clone(),
            hostile: identity.hostile.clone(),
            limit: identity.limit,
            time_limit: self.time_limit,
            shard: only.map(|part| format!("{}/{}", part.part, part.of)),
            executions,
            distinct: sums.distinct,
            exhausted,
            unseen: unseen(exhausted, sums.once, executions - stopped.min(executions)),
            stopped,
            replayed: parts.iter().map(|part| part.replayed).max().unwrap_or_default(),
            warnings,
            failure,
            missing,
            parts: all.then(|| parts.into_iter().cloned().collect()),
            digests: all.then(|| Cow::Owned(self.digests.text())),
        }
    }
}

/// As one process estimates it: the share of executions whose digest was seen once (Good-Turing).
fn unseen(exhausted: bool, once: u64, total: u64) -> f64 {
    match (exhausted, total) {
        (true, _) => 0.0,
        (false, 0) => 1.0,
        (false, total) => once as f64 / total as f64,
    }
}

/// How many of a part's executions are at a position of at most `last`.
fn executions_up_to(part: &Part, last: u64) -> u64 {
    if !part.trees.is_empty() {
        let of_tree = |&(tree, executions): &(u64, u64)| match tree.cmp(&(last >> TREE)) {
            std::cmp::Ordering::Less => executions,
            std::cmp::Ordering::Equal => executions.min((last & ((1 << TREE) - 1)) + 1),
            std::cmp::Ordering::Greater => 0,
        };
        return part.trees.iter().map(of_tree).sum();
    }
    if last == u64::MAX {
        return part.executions;
    }
    let (block, of, own) = (last / BLOCK, u64::from(part.of), u64::from(part.part - 1));
    // Whole groups before that of the position, and what of its own group comes up to it.
    let whole = block / of + u64::from(block % of > own);
    let within = if block % of == own { last % BLOCK + 1 } else { 0 };
    part.executions.min(whole * BLOCK + within)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(number: u32, of: u32, executions: u64) -> Part {
        Part {
            part: number,
            of,
            executions,
            exhausted: false,
            replayed: 0,
            trees: Vec::new(),
            stopped: String::new(),
            warnings: Vec::new(),
            failure_at: None,
            failure: None,
        }
    }

    #[test]
    fn executions_up_to_a_position_are_those_of_one_process() {
        let has = |number: u32, of: u32, index: u64| (index / 8) % u64::from(of) == u64::from(number - 1);
        for of in 1..5 {
            for number in 1..=of {
                let part = part(number, of, 1_000);
                for last in 0..200 {
                    let counted = (0..=last).filter(|index| has(number, of, *index)).count() as u64;
                    assert_eq!(executions_up_to(&part, last), counted, "{number}/{of} up to {last}");
                }
            }
        }
        let trees = Part { trees: vec![(0, 5), (2, 7)], ..part(1, 2, 12) };
        let up_to = |tree: u64, n: u64| executions_up_to(&trees, tree << TREE | n);
        assert_eq!([up_to(0, 2), up_to(1, 9), up_to(2, 0), up_to(2, 100)], [3, 5, 6, 12]);
        assert_eq!(executions_up_to(&trees, u64::MAX), 12);
    }
}
