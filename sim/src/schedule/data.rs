//! [`Data`]: where the numbers come from that the tasks of an execution draw.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use super::TaskPath;
use super::text::number;
use crate::error::Error;
use crate::seed::Seed;

/// The seed of an execution's data, and which stream each task draws from.
///
/// A task has many streams, told apart by number, and draws from stream 0 if nothing else is said. To give one task another number
/// changes what that task draws and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Data {
    source: DataSource,
    streams: Streams,
}

/// Where the seed of an execution's data comes from. Most executions draw none, so it is worked out when somebody asks.
#[derive(Clone, Copy, Debug)]
pub(crate) enum DataSource {
    Given(Seed),
    /// That of the n-th execution of an exploration with this seed.
    Execution(Seed, u64),
}

impl DataSource {
    pub(crate) fn seed(self) -> Seed {
        match self {
            Self::Given(seed) => seed,
            Self::Execution(seed, execution) => seed.derive(execution),
        }
    }
}

impl PartialEq for DataSource {
    fn eq(&self, other: &Self) -> bool {
        self.seed() == other.seed()
    }
}

impl Eq for DataSource {}

impl Hash for DataSource {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.seed().hash(state);
    }
}

/// The tasks that draw from another stream than 0, by ascending path.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct Streams(Option<Arc<[(TaskPath, u64)]>>);

impl Data {
    /// Of an execution that has not begun.
    pub(crate) const NONE: Self = Self { source: DataSource::Given(Seed::ZERO), streams: Streams(None) };

    /// Of an execution of an exploration with this seed. Everybody draws from stream 0.
    #[inline]
    pub(crate) fn of_execution(seed: Seed, execution: u64) -> Self {
        Self { source: DataSource::Execution(seed, execution), streams: Streams(None) }
    }

    /// `streams` may be in any order; the last one said of a task counts.
    pub(crate) fn new(seed: Seed, streams: impl IntoIterator<Item = (TaskPath, u64)>) -> Self {
        let streams: std::collections::BTreeMap<TaskPath, u64> = streams.into_iter().collect();
        let streams: Vec<_> = streams.into_iter().filter(|(_, number)| *number > 0).collect();
        Self { source: DataSource::Given(seed), streams: Streams(if streams.is_empty() { None } else { Some(streams.into()) }) }
    }

    #[inline]
    pub(crate) fn source(&self) -> DataSource {
        self.source
    }

    pub(crate) fn seed(&self) -> Seed {
        self.source.seed()
    }

    /// Whether there is a task whose stream is not 0.
    #[inline]
    pub(crate) fn has_streams(&self) -> bool {
        self.streams.0.is_some()
    }

    /// Tasks whose stream is not 0.
    pub(crate) fn streams(&self) -> &[(TaskPath, u64)] {
        self.streams.0.as_deref().unwrap_or_default()
    }

    /// The number of a task's stream.
    pub(crate) fn stream_of(&self, task: &TaskPath) -> u64 {
        let streams = self.streams();
        streams.binary_search_by(|(path, _)| path.cmp(task)).map_or(0, |at| streams[at].1)
    }

    /// As after `;` in a schedule.
    pub(super) fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, ";seed={}", self.seed())?;
        for (n, (task, stream)) in self.streams().iter().enumerate() {
            write!(f, "{}{task}:{stream}", if n == 0 { ";streams=" } else { "," })?;
        }
        Ok(())
    }
}

/// What follows `streams=`.
pub(super) fn parse_streams(text: &str) -> Result<Vec<(TaskPath, u64)>, Error> {
    let invalid =
        || Error::schedule(format!("`{text}` is no list of data streams: 0.2:5,0.3:1 is, by ascending task, each from 1 on"));
    let stream = |part: &str| {
        let (task, stream) = part.split_once(':')?;
        Some((task.parse().ok()?, number(stream).filter(|stream| *stream > 0)?))
    };
    let streams: Vec<(TaskPath, u64)> = text.split(',').map(stream).collect::<Option<_>>().ok_or_else(invalid)?;
    if streams.windows(2).any(|pair| pair[0].0 >= pair[1].0) {
        return Err(invalid());
    }
    Ok(streams)
}
