//! What an exploration is to do, once everybody who may say something about it was heard.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::regressions::Regressions;
use super::shard::Shard;
use crate::config::Settings;
use crate::hostility::Hostility;
use crate::schedule::{Data, Schedule};
use crate::scheduler::SchedulerKind;
use crate::seed::Seed;

/// What can be said in more than one place: by a call, by the environment, by the attribute.
#[derive(Clone, Debug, Default)]
pub(super) struct Budget {
    pub(super) executions: Option<u64>,
    pub(super) seed: Option<Seed>,
    pub(super) scheduler: Option<SchedulerKind>,
    pub(super) time_limit: Option<Duration>,
    pub(super) jobs: Option<NonZeroU32>,
    pub(super) shard: Option<Shard>,
    pub(super) regressions: Option<Regressions>,
    pub(super) hostility: Option<Hostility>,
    pub(super) isolate: Option<bool>,
    pub(super) corpus: Option<PathBuf>,
}

/// What is to be done.
#[derive(Debug)]
pub(super) struct Plan {
    /// Those of the explorer, with the hostility that was said or that the schedule to replay is of.
    pub(super) settings: Arc<Settings>,
    pub(super) executions: u64,
    pub(super) seed: Seed,
    /// `None` if the scheduler is the user's own.
    pub(super) scheduler: Option<SchedulerKind>,
    pub(super) time_limit: Option<Duration>,
    pub(super) replay: Option<Schedule>,
    /// Whether the execution that is replayed is to be shrunk.
    pub(super) shrink: bool,
    /// The part of the exploration that this process is to do.
    pub(super) shard: Option<Shard>,
    /// Worker threads, where the body may be called from several.
    pub(super) jobs: NonZeroU32,
    pub(super) regressions: Regressions,
    /// The folder in which a guided exploration keeps what it goes on from, in one of its name.
    pub(super) corpus: Option<PathBuf>,
    /// Whether to run what is in it and nothing else, and to take away what shows nothing new.
    pub(super) minimise: bool,
    /// The file that gets a line when it is done.
    pub(super) report: Option<PathBuf>,
    /// Whether that line holds what it takes to add up the reports of shards.
    pub(super) digests: bool,
    /// The file that gets lines while it goes on.
    pub(super) progress: Option<PathBuf>,
    /// The file that gets the trace of a replay.
    pub(super) trace: Option<PathBuf>,
    /// What is to be said to libFuzzer, if that drives.
    pub(super) libfuzzer: Option<String>,
    /// Whether a test's executions have processes of their own.
    pub(super) isolate: bool,
}

impl Plan {
    /// Whether executions are the leaves of one tree, each found from the one before, and not drawn from their index.
    pub(super) fn is_exhaustive(&self) -> bool {
        self.replay.is_none() && matches!(self.scheduler, Some(SchedulerKind::Exhaustive { .. }))
    }

    /// Whether executions go on from one another.
    pub(super) fn is_guided(&self) -> bool {
        self.replay.is_none() && matches!(self.scheduler, Some(SchedulerKind::Guided))
    }

    /// Whether executions are to have processes of their own.
    pub(super) fn is_isolated(&self) -> bool {
        self.isolate && self.replay.is_none()
    }

    /// The data of execution i follow from the seed and i; when every schedule is tried they stay the same, so that schedules
    /// are all that differs.
    pub(super) fn data(&self, execution: u64) -> Data {
        if let Some(data) = self.replay.as_ref().and_then(Schedule::data) {
            return data.clone();
        }
        let same = matches!(self.scheduler, Some(SchedulerKind::Exhaustive { .. }));
        Data::of_execution(self.seed, if same { 0 } else { execution })
    }

    /// How many executions this process may run. Of a tree nobody knows the leaves of a part beforehand, so each part may have its
    /// share of them.
    pub(super) fn most(&self) -> u64 {
        match (&self.replay, self.shard) {
            (Some(_), _) => 1,
            _ if self.minimise => u64::MAX,
            (None, Some(shard)) if self.is_exhaustive() => self.executions.div_ceil(u64::from(shard.of())),
            _ => self.executions,
        }
    }

    /// The number of this process's n-th subtree of the choices, counted over all parts.
    pub(super) fn nth_tree(&self, n: u64) -> u64 {
        self.shard.map_or(n, |shard| shard.nth_block(n))
    }

    /// Whether an execution is one of this process.
    pub(super) fn has(&self, execution: u64) -> bool {
        self.shard.is_none_or(|shard| shard.has(execution))
    }
}
