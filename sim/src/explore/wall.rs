//! Wall time: only how long an exploration goes on, and how often it tells of itself, depends on it, never what an execution does.
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "the budget of an exploration is wall time")]

use std::time::{Duration, Instant};

/// How long an exploration may go on.
#[derive(Clone, Copy, Debug)]
pub(super) struct WallClock {
    start: Instant,
    limit: Duration,
}

impl WallClock {
    pub(super) fn start(limit: Duration) -> Self {
        Self { start: Instant::now(), limit }
    }

    pub(super) fn is_over(&self) -> bool {
        self.start.elapsed() >= self.limit
    }
}

/// How often a worker tells what it has come to.
const BEAT: Duration = Duration::from_millis(100);

/// Counts executions, so that the clock, which takes as long as many steps, is looked at a few times in each beat only.
#[derive(Debug)]
pub(super) struct Pace {
    last: Instant,
    beat: Duration,
    /// Executions from one look to the next.
    stride: u64,
    left: u64,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self::every(BEAT)
    }

    pub(super) fn every(beat: Duration) -> Self {
        Self { beat, ..Self::since(Instant::now()) }
    }

    /// For whoever knows already what time it is.
    pub(super) fn since(now: Instant) -> Self {
        Self { last: now, beat: BEAT, stride: 1, left: 1 }
    }

    /// Whether a beat has passed. To be asked after every execution, or whatever else takes about the same time always.
    pub(super) fn is_due(&mut self) -> bool {
        self.left -= 1;
        if self.left > 0 {
            return false;
        }
        let elapsed = self.last.elapsed();
        self.stride = match elapsed {
            short if short < self.beat / 8 => self.stride * 2,
            long if long > self.beat * 2 => 1,
            _ => self.stride,
        };
        self.left = self.stride;
        if elapsed < self.beat {
            return false;
        }
        self.last = Instant::now();
        true
    }
}
