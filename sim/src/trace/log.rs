//! What only a full trace keeps.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{ResourceId, Site, TraceEvent, WaitReason};
use crate::instant::Instant;

/// Events, what is known of tasks, and which tasks were picked against the default.
#[derive(Debug)]
pub(super) struct Log {
    pub(super) events: Vec<TraceEvent>,
    pub(super) tasks: Vec<Known>,
    /// What the running step last said it waits for.
    pub(super) wait: Option<WaitReason>,
    /// Choices between tasks that did not pick the first, with the task that they picked.
    pub(super) picked: Vec<(u64, u32)>,
    /// Who holds which resource, each with a number that is never used again.
    pub(super) holds: Vec<(u64, ResourceId, u32)>,
    /// How many events have come, left out ones included.
    pub(super) total: u64,
    /// How many are kept at most.
    limit: usize,
}

/// What is known of a task.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) name: Arc<str>,
    pub(super) spawned_at: Option<Site>,
    pub(super) waits_for: Option<WaitReason>,
}

impl Log {
    pub(super) const fn new() -> Self {
        Self { events: Vec::new(), tasks: Vec::new(), wait: None, picked: Vec::new(), holds: Vec::new(), total: 0, limit: 0 }
    }

    pub(super) fn begin(&mut self, limit: usize) {
        self.events.clear();
        self.tasks.clear();
        self.picked.clear();
        self.holds.clear();
        self.wait = None;
        self.total = 0;
        // Room for a beginning, a gap and an end.
        self.limit = limit.max(8);
    }

    pub(super) fn push(&mut self, event: TraceEvent) {
        if self.events.len() >= self.limit {
            self.leave_out();
        }
        self.total += 1;
        self.events.push(event);
    }

    /// Takes half of the events out of the middle: how it began and how it ended is what people look at.
    fn leave_out(&mut self) {
        let (head, tail) = (self.limit / 4, self.limit / 4 * 3);
        let clock = |event: &TraceEvent| match event {
            TraceEvent::ClockMoved { to } => Some(*to),
            _ => None,
        };
        let mut until = self.events[..head].iter().rev().find_map(clock).unwrap_or(Instant::ZERO);
        let mut left_out = 0;
        for event in self.events.drain(head..tail) {
            until = clock(&event).unwrap_or(until);
            match event {
                TraceEvent::LeftOut { events, until: before } => (left_out, until) = (left_out + events, before),
                _ => left_out += 1,
            }
        }
        self.events.insert(head, TraceEvent::LeftOut { events: left_out, until });
    }

    /// Forgets the events that came after the first `total`.
    pub(super) fn rewind(&mut self, total: u64) {
        let later = usize::try_from(self.total - total).unwrap_or(usize::MAX);
        self.events.truncate(self.events.len().saturating_sub(later));
        self.total = total;
    }

    pub(super) fn hold(&mut self, resource: ResourceId, task: u32) -> u64 {
        // A value that is dropped on another thread, or in a later execution, ends nobody else's.
        static HOLDS: AtomicU64 = AtomicU64::new(1);
        let hold = HOLDS.fetch_add(1, Ordering::Relaxed);
        self.holds.push((hold, resource, task));
        hold
    }

    /// The task that a choice picked against the default.
    pub(super) fn picked(&self, index: u64) -> Option<u32> {
        let at = self.picked.binary_search_by_key(&index, |(index, _)| *index).ok()?;
        Some(self.picked[at].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginning_and_end_are_kept_and_the_gap_says_how_much_is_missing() {
        let mut log = Log::new();
        log.begin(100);
        for n in 0..1_000 {
            let to = Instant::from_nanos(n);
            log.push(TraceEvent::ClockMoved { to });
        }
        assert!(log.events.len() <= 100);
        assert_eq!(log.events[24], TraceEvent::ClockMoved { to: Instant::from_nanos(24) });
        let TraceEvent::LeftOut { events, until } = log.events[25] else { panic!("{:?}", log.events[25]) };
        assert_eq!(events as usize + log.events.len() - 1, 1_000);
        assert_eq!(log.events[26], TraceEvent::ClockMoved { to: Instant::from_nanos(until.as_nanos() + 1) });
        assert_eq!(log.events.last(), Some(&TraceEvent::ClockMoved { to: Instant::from_nanos(999) }));
        log.rewind(998);
        assert_eq!(log.events.last(), Some(&TraceEvent::ClockMoved { to: Instant::from_nanos(997) }));
    }
}
