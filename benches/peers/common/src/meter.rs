//! The time of a run, and its memory.

use std::fs;

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// What a peer prints about a run, as one line of JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Measurement {
    /// How many executions, messages, steps or tasks there were.
    pub operations: u64,
    /// How many executions came to their end; more than were asked for where a peer runs some twice.
    pub executions: u64,
    /// The sum of their checksums.
    pub checksum: u64,
    /// Of the whole process, all its threads, user and system; without start-up.
    pub cpu_seconds: f64,
    /// By how much the resident memory had grown at its highest, where the system tells it.
    pub peak_bytes: Option<u64>,
    /// Whether every schedule was tried, where that was the question.
    pub complete: Option<bool>,
}

pub(crate) struct Meter {
    cpu: f64,
    resident: Option<u64>,
}

impl Meter {
    pub(crate) fn start() -> Self {
        Self { resident: status("VmRSS:"), cpu: cpu() }
    }

    pub(crate) fn stop(&self) -> (f64, Option<u64>) {
        let seconds = cpu() - self.cpu;
        (seconds, status("VmHWM:").zip(self.resident).map(|(highest, before)| highest.saturating_sub(before)))
    }
}

fn cpu() -> f64 {
    let now = clock_gettime(ClockId::ProcessCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 * 1e-9
}

/// A line of the process's status, in bytes.
fn status(key: &str) -> Option<u64> {
    let text = fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
}
