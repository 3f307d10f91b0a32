//! PCT: probabilistic concurrency testing.
//!
//! S. Burckhardt, P. Kothari, M. Musuvathi, S. Nagarakatte, "A Randomized Scheduler with Probabilistic Guarantees of Finding
//! Bugs", ASPLOS 2010. Every task gets a random priority, all of them above d. d - 1 change points are drawn uniformly
//! (with repetition) from the k steps of an execution. The ready task with the highest priority steps; right after step
//! number k_i, whoever took it gets priority d - 1 - i, below every initial one. A bug of depth d (d ordering
//! constraints) among n tasks is hit with a probability of at least 1 / (n k^(d-1)).
//!
//! Steps are counted from the first choice on: before it there is nothing to decide.

use std::collections::BTreeSet;

use super::{ChoicePoint, Model, Scheduler};
use crate::resource::Access;
use crate::rng::{Purpose, Stream};
use crate::schedule::ChoiceKind;
use crate::seed::Seed;
use crate::trace::TaskId;

#[derive(Debug)]
pub(super) struct Pct {
    seed: Seed,
    depth: u32,
    /// k, if the user said it.
    steps: Option<u32>,
    stream: Stream,
    /// Step numbers after which somebody is demoted, each with its new priority, ascending; the first ones last.
    changes: Vec<(u64, u64)>,
    /// By task number; above the depth, except after a demotion.
    priorities: Vec<u64>,
    /// Tasks by priority: all that are ready, and some that are not any more and go when they come up.
    ready: BTreeSet<(u64, u32)>,
    /// Steps since the first choice.
    count: u64,
    counting: bool,
}

impl Pct {
    pub(super) fn new(seed: Seed, depth: u32, steps: Option<u32>) -> Self {
        Self {
            seed,
            depth: depth.max(1),
            steps,
            stream: Stream::new(seed, Purpose::Pct, 0),
            changes: Vec::new(),
            priorities: Vec::new(),
            ready: BTreeSet::new(),
            count: 0,
            counting: false,
        }
    }

    fn priority(&mut self, task: TaskId) -> &mut u64 {
        while self.priorities.len() <= task.index() {
            // A random rank among all tasks, whenever they come; ties have no effect worth a retry at 2^63 values.
            let rank = self.stream.next_u64() >> 1;
            self.priorities.push(rank.max(u64::from(self.depth) + 1));
        }
        &mut self.priorities[task.index()]
    }
}

impl Scheduler for Pct {
    fn choose(&mut self, point: &ChoicePoint<'_>) -> u32 {
        self.counting = true;
        if point.kind() != ChoiceKind::Task {
            return self.stream.below(point.alternatives());
        }
        while let Some(&highest) = self.ready.last() {
            if let Some(position) = point.position_of(TaskId::new(highest.1)) {
                return position;
            }
            self.ready.remove(&highest);
        }
        0
    }

    fn begin(&mut self, execution: u64, model: &Model) {
        self.stream = Stream::new(self.seed, Purpose::Pct, execution);
        self.priorities.clear();
        self.ready.clear();
        self.count = 0;
        self.counting = false;
        let k = self.steps.map_or(model.steps, u64::from).clamp(1, u32::MAX.into()) as u32;
        let Self { stream, depth, changes, .. } = self;
        changes.clear();
        changes.extend((1..*depth).map(|i| (u64::from(stream.below(k)) + 1, u64::from(*depth - 1 - i))));
        // The earliest last, to be popped; of two at the same step the later one counts, as if set one after the other.
        changes.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        self.ready(TaskId::MAIN);
    }

    fn ready(&mut self, task: TaskId) {
        let priority = *self.priority(task);
        self.ready.insert((priority, task.number()));
    }

    fn spawned(&mut self, _parent: TaskId, child: TaskId) {
        self.priority(child);
    }

    fn finished(&mut self, task: TaskId) {
        let priority = *self.priority(task);
        self.ready.remove(&(priority, task.number()));
    }

    fn stepped(&mut self, task: TaskId, _accesses: &[Access]) {
        self.count += u64::from(self.counting);
        while self.changes.last().is_some_and(|&(step, _)| self.counting && step == self.count) {
            let former = *self.priority(task);
            self.ready.remove(&(former, task.number()));
            if let Some((_, demoted)) = self.changes.pop() {
                *self.priority(task) = demoted;
                self.ready.insert((demoted, task.number()));
            }
        }
    }
}
