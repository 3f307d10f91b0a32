//! [`ScheduleTree`]: how schedules shrink.

use std::mem;

use proptest::strategy::ValueTree;

use super::DrawnSchedules;
use super::drawn::{Record, Source};
use super::picks::Picks;

/// Schedules that are being shrunk: proptest's value tree of [`schedules`](crate::schedules).
///
/// Of several schedules the one that failed is kept. Of its deviations from fifo order all are left out, then halves, quarters, and so on
/// down to each alone, again and again until each of them is needed. What is left picks alternative 1 where that will do. After
/// each failure the list is replaced by what was really picked: numbers beyond the last choice are gone then.
#[derive(Debug)]
pub struct ScheduleTree {
    lists: Vec<Picks>,
    /// The state before the last attempt, to go back to if that passes.
    before: Option<Vec<Picks>>,
    next: Attempt,
    cases: u32,
    executions: u32,
    record: Record,
}

#[derive(Clone, Copy, Debug)]
enum Attempt {
    /// Keep only the list that failed.
    Narrow,
    /// Leave out `size` deviations from the `at`-th on. `progress`: something was left out since the last time that `at` was 0.
    LeaveOut {
        at: usize,
        size: usize,
        progress: bool,
    },
    /// The `at`-th deviation picks alternative 1.
    Lower {
        at: usize,
    },
    /// Other data.
    Data,
    Nothing,
}

impl ScheduleTree {
    pub(super) fn new(lists: Vec<Picks>, cases: u32, executions: u32) -> Self {
        Self { lists, before: None, next: Attempt::Narrow, cases, executions, record: Record::default() }
    }

    /// Makes the next attempt. `false`: there is none.
    fn attempt(&mut self) -> bool {
        loop {
            let list = &self.lists[0];
            let deviations = list.deviations();
            let smaller = match self.next {
                Attempt::Narrow => {
                    let Some(failed) = self.record.borrow().clone() else { return false };
                    self.next = Attempt::LeaveOut { at: 0, size: usize::MAX, progress: false };
                    // What it was is what was picked, so that alone need not be tried.
                    if self.lists.len() == 1 {
                        continue;
                    }
                    failed.picks
                }
                Attempt::LeaveOut { at, size, progress } => {
                    let size = size.min(deviations.len());
                    if at >= deviations.len() {
                        self.next = match (size, progress) {
                            (0, _) | (1, false) => Attempt::Lower { at: 0 },
                            (size, _) => Attempt::LeaveOut { at: 0, size: (size / 2).max(1), progress: false },
                        };
                        continue;
                    }
                    self.next = Attempt::LeaveOut { at, size, progress };
                    list.without(&deviations[at..deviations.len().min(at + size)])
                }
                Attempt::Lower { at } => {
                    let Some(&choice) = deviations.get(at) else {
                        self.next = Attempt::Data;
                        continue;
                    };
                    if list.picks[choice] == 1 {
                        self.next = Attempt::Lower { at: at + 1 };
                        continue;
                    }
                    let mut lower = list.clone();
                    lower.picks[choice] = 1;
                    lower
                }
                Attempt::Data => {
                    self.next = Attempt::Nothing;
                    if list.data_seed == 0 {
                        continue;
                    }
                    Picks { data_seed: 0, ..list.clone() }
                }
                Attempt::Nothing => return false,
            };
            self.before = Some(mem::replace(&mut self.lists, vec![smaller]));
            return true;
        }
    }

    /// The last attempt failed as what it came from did, so it stays.
    fn keep(&mut self) {
        let attempted = self.before.take().is_some();
        if self.lists.len() == 1
            && let Some(failed) = &*self.record.borrow()
        {
            self.lists = vec![failed.picks.clone()];
        }
        if attempted {
            self.next = match self.next {
                Attempt::LeaveOut { at, size, .. } => Attempt::LeaveOut { at, size, progress: true },
                Attempt::Lower { at } => Attempt::Lower { at: at + 1 },
                other => other,
            };
        }
    }
}

impl ValueTree for ScheduleTree {
    type Value = DrawnSchedules;

    fn current(&self) -> DrawnSchedules {
        DrawnSchedules {
            source: Source::Drawn(self.lists.clone()),
            cases: Some(self.cases),
            executions: self.executions,
            refit: matches!(self.next, Attempt::Narrow | Attempt::Nothing),
            record: self.record.clone(),
        }
    }

    fn simplify(&mut self) -> bool {
        self.keep();
        self.attempt()
    }

    fn complicate(&mut self) -> bool {
        let Some(before) = self.before.take() else { return false };
        self.lists = before;
        self.next = match self.next {
            Attempt::LeaveOut { at, size, progress } if self.lists.len() == 1 => {
                Attempt::LeaveOut { at: at.saturating_add(size), size, progress }
            }
            Attempt::Lower { at } => Attempt::Lower { at: at + 1 },
            // The schedule that failed passes when it is run again: something else decides, and nothing can be learned.
            Attempt::LeaveOut { .. } => Attempt::Nothing,
            other => other,
        };
        // If there is no further attempt this is what had failed, and proptest runs that once more.
        self.attempt();
        true
    }
}
