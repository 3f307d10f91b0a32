//! [`Entry`]: an execution that has shown something new.

use crate::coverage::Feature;
use crate::schedule::{Choice, Data, TaskPath};

/// Choices of an entry that are kept: what comes after them is drawn anew.
const MOST: usize = 1 << 16;

/// An execution worth coming back to.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// What its choices picked, of how many alternatives.
    pub(super) picks: Vec<(u32, u32)>,
    pub(super) data: Data,
    /// The tasks that drew data.
    pub(super) drawers: Vec<TaskPath>,
    /// How many choices had been made when the last new thing was shown, if that is known.
    pub(super) fresh: Option<u32>,
}

/// What an execution has shown that whoever ran it had not seen before.
#[derive(Clone, Debug)]
pub(crate) struct Feedback {
    /// The id of a feature, one bit for how often it was shown, and after how many choices first.
    pub(crate) shown: Vec<(u64, u8, u32)>,
}

impl Entry {
    pub(crate) fn new(choices: impl Iterator<Item = Choice>, data: Data, drawers: Vec<TaskPath>) -> Self {
        let picks = choices.take(MOST).map(|choice| (choice.picked, choice.alternatives)).collect();
        Self { picks, data, drawers, fresh: None }
    }

    /// What was new about it was shown after so many choices.
    pub(crate) fn set_fresh(&mut self, fresh: Option<u32>) {
        self.fresh = fresh;
    }
}

/// How often, roughly: once, twice, three times, 4 to 7, 8 to 15, 16 to 31, 32 to 127, more. One bit for each, as AFL has it.
pub(crate) fn bucket(feature: Feature) -> u8 {
    match feature.count {
        0 | 1 => 1,
        2 => 2,
        3 => 4,
        4..=7 => 8,
        8..=15 => 16,
        16..=31 => 32,
        32..=127 => 64,
        _ => 128,
    }
}
