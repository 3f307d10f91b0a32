//! A line of a report, as reenact writes it. docs/CLI.md says what its fields mean; unknown ones are ignored.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize};

/// What an exploration, or a part of one, came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Line<'a> {
    pub(crate) version: u32,
    pub(crate) name: Option<String>,
    pub(crate) seed: String,
    pub(crate) scheduler: Option<String>,
    #[serde(default)]
    pub(crate) hostile: String,
    #[serde(default)]
    pub(crate) limit: Option<u64>,
    #[serde(default)]
    pub(crate) time_limit: Option<f64>,
    pub(crate) shard: Option<String>,
    pub(crate) executions: u64,
    pub(crate) distinct: u64,
    pub(crate) exhausted: bool,
    pub(crate) unseen: f64,
    pub(crate) stopped: u64,
    pub(crate) replayed: u64,
    pub(crate) warnings: Vec<String>,
    pub(crate) failure: Option<Failed>,
    /// Parts that no report tells of; only merged reports say so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) missing: Vec<String>,
    #[serde(default)]
    pub(crate) parts: Option<Vec<Part>>,
    #[serde(default, borrow, deserialize_with = "borrowed")]
    pub(crate) digests: Option<Cow<'a, str>>,
}

/// Most of a report's text is this one field, so it is not copied; serde copies what is in an `Option`.
fn borrowed<'de: 'a, 'a, D: Deserializer<'de>>(from: D) -> Result<Option<Cow<'a, str>>, D::Error> {
    #[derive(Deserialize)]
    struct Text<'a>(#[serde(borrow)] Cow<'a, str>);
    Ok(Option::<Text<'a>>::deserialize(from)?.map(|text| text.0))
}

/// What one process came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Part {
    pub(crate) part: u32,
    pub(crate) of: u32,
    pub(crate) executions: u64,
    pub(crate) exhausted: bool,
    pub(crate) replayed: u64,
    /// Number and executions of each subtree, where every schedule is tried.
    pub(crate) trees: Vec<(u64, u64)>,
    pub(crate) stopped: String,
    pub(crate) warnings: Vec<String>,
    /// The position of the failure; none where it is one that was saved before.
    pub(crate) failure_at: Option<u64>,
    pub(crate) failure: Option<Failed>,
}

/// A failure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Failed {
    pub(crate) kind: String,
    pub(crate) message: String,
    pub(crate) place: Option<String>,
    pub(crate) task: Option<String>,
    pub(crate) at_ns: u64,
    pub(crate) execution: u64,
    pub(crate) schedule: String,
    pub(crate) digest: String,
    #[serde(default)]
    pub(crate) seed: String,
    /// The whole text, as the test prints it.
    #[serde(default)]
    pub(crate) text: String,
}
