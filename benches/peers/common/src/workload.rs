//! What is compared, and how large it is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A program that every peer runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Workload {
    /// Three tasks that sleep 100, 200 and 300 ms of virtual time, joined in that order.
    Sleeping,
    /// The same with 1, 2 and 3 yields in place of the sleeps, for peers without a clock.
    Yielding,
    /// Two tasks that hand a number to and fro over two channels of capacity 1.
    PingPong,
    /// 1000 tasks that yield.
    Crowd,
    /// Tasks that sleep 1, 2, 3, .. ms, spawned in no order.
    Timers,
    /// So many tasks spawned, each sleeping 1 ms, and joined; again and again.
    Rounds {
        /// Tasks at a time.
        tasks: u64,
    },
    /// Every schedule of so many tasks that yield so often.
    Exhaustive {
        /// Tasks beside the main task.
        tasks: u64,
        /// Yields of each.
        yields: u64,
    },
}

/// Tasks of [`Workload::Crowd`].
pub(crate) const CROWD: u64 = 1_000;

impl Workload {
    /// All of them, in the order of the tables.
    pub const ALL: [Self; 12] = [
        Self::Sleeping,
        Self::Yielding,
        Self::PingPong,
        Self::Crowd,
        Self::Timers,
        Self::Rounds { tasks: 10 },
        Self::Rounds { tasks: 100 },
        Self::Rounds { tasks: 1_000 },
        Self::Rounds { tasks: 10_000 },
        Self::Rounds { tasks: 100_000 },
        Self::Exhaustive { tasks: 2, yields: 5 },
        Self::Exhaustive { tasks: 3, yields: 3 },
    ];

    /// Those that differ in the number of tasks at a time.
    pub const ROUNDS: &[Self] = Self::ALL.split_at(5).1.split_at(5).0;

    /// Those that try every schedule.
    pub const EXHAUSTIVE: &[Self] = Self::ALL.split_at(10).1;

    /// Those that sleep.
    pub const CLOCKED: &[Self] = &[Self::Sleeping, Self::Timers];

    /// How large a timed run is for the fastest peers; others divide it.
    #[must_use]
    pub fn timed(self) -> u64 {
        match self {
            Self::Sleeping | Self::Yielding => 200_000,
            Self::PingPong => 500_000,
            Self::Crowd => 500,
            Self::Timers => 100_000,
            Self::Rounds { tasks } => 100_000 / tasks,
            Self::Exhaustive { .. } => 2_000_000,
        }
    }

    /// The two sizes whose instructions are subtracted from each other, if they are counted; slower peers divide them.
    #[must_use]
    pub fn counted(self) -> Option<(u64, u64)> {
        match self {
            Self::Sleeping | Self::Yielding => Some((500, 2_500)),
            Self::PingPong => Some((2_000, 22_000)),
            Self::Crowd => Some((10, 60)),
            Self::Timers => Some((5_000, 10_000)),
            Self::Rounds { tasks: 1_000 } => Some((2, 12)),
            Self::Rounds { .. } => None,
            Self::Exhaustive { .. } => Some((200, 1_200)),
        }
    }

    /// What is counted in one run of this size, if the peer does not know better.
    #[must_use]
    pub fn operations(self, size: u64) -> u64 {
        match self {
            Self::Crowd => CROWD * size,
            Self::Rounds { tasks } => tasks * size,
            _ => size,
        }
    }

    /// What one operation is.
    #[must_use]
    pub fn operation(self) -> &'static str {
        match self {
            Self::Sleeping | Self::Yielding | Self::Exhaustive { .. } => "execution",
            Self::PingPong => "message",
            Self::Crowd => "step",
            Self::Timers | Self::Rounds { .. } => "task",
        }
    }
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sleeping => f.write_str("w1"),
            Self::Yielding => f.write_str("w1y"),
            Self::PingPong => f.write_str("w2"),
            Self::Crowd => f.write_str("w3"),
            Self::Timers => f.write_str("w4"),
            Self::Rounds { tasks } => write!(f, "w5-{tasks}"),
            Self::Exhaustive { tasks, yields } => write!(f, "w6-{tasks}x{yields}"),
        }
    }
}

impl FromStr for Workload {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|workload| workload.to_string() == text).ok_or_else(|| {
            let known = Self::ALL.map(|workload| workload.to_string()).join(", ");
            format!("no workload `{text}`; there are {known}")
        })
    }
}

impl TryFrom<String> for Workload {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Workload> for String {
    fn from(workload: Workload) -> Self {
        workload.to_string()
    }
}
