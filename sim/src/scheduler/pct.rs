//! PCT: probabilistic concurrency testing.
//!
//! S. Burckhardt, P. Kothari, M. Musuvathi, S. Nagarakatte, "A Randomized Scheduler with Probabilistic Guarantees of Finding
//! Bugs", ASPLOS 2010. Every task gets a random priority, all of them above d. d - 1 change points are drawn uniformly
//! (with repetition) from the k steps of an execution. The ready task with the highest priority steps; right after step
//! number k_i, whoever took it gets priority d - 1 - i, below every initial one. A bug of depth d (d ordering
//! constraints) among n tasks is hit with a probability of at least 1 / (n k^(d-1)).
//!
//! Steps are counted from the first choice on: before it there is nothing to decide. A pick costs O(1) while the same
//! task goes on, and O(log n) when another one takes over.

use std::collections::BinaryHeap;

use super::tasks::Patience;
use super::words::Words;
use super::{ChoicePoint, Model, Scheduler};
use crate::resource::Access;
use crate::schedule::ChoiceKind;
use crate::seed::Seed;
use crate::trace::TaskId;

#[derive(Debug)]
pub(super) struct Pct {
    depth: u32,
    /// k, if the user said it.
    steps: Option<u32>,
    seed: Seed,
    words: Words,
    /// Step numbers after which somebody is demoted, each with its new priority, ascending; the first ones last.
    changes: Vec<(u64, u64)>,
    /// By task number.
    tasks: Vec<Task>,
    /// Tasks by priority: all that are ready, and some that are not any more or have another priority, which go when they
    /// come up.
    ready: BinaryHeap<(u64, u32)>,
    /// Steps since the first choice.
    count: u64,
    counting: bool,
    patience: Patience,
}

#[derive(Clone, Copy, Debug)]
struct Task {
    /// Above the depth, except after a demotion.
    priority: u64,
    /// Whether it is among the ready ones with this priority.
    listed: bool,
}

impl Pct {
    pub(super) fn new(seed: Seed, depth: u32, steps: Option<u32>) -> Self {
        Self {
            depth: depth.max(1),
            steps,
            seed,
            words: Words::new(seed, 0),
            changes: Vec::new(),
            tasks: Vec::new(),
            ready: BinaryHeap::new(),
            count: 0,
            counting: false,
            patience: Patience::default(),
        }
    }

    #[inline]
    fn task(&mut self, task: TaskId) -> &mut Task {
        while self.tasks.len() <= task.index() {
            // A random rank among all tasks, whenever they come; ties have no effect worth a retry at 2^32 values.
            let rank = u64::from(self.words.pick(u32::MAX));
            self.tasks.push(Task { priority: rank + u64::from(self.depth) + 1, listed: false });
        }
        &mut self.tasks[task.index()]
    }
}

impl Scheduler for Pct {
    fn choose(&mut self, point: &ChoicePoint<'_>) -> u32 {
        self.counting = true;
        if point.kind() != ChoiceKind::Task || self.patience.is_out() {
            return self.words.answer(point);
        }
        while let Some(&(priority, number)) = self.ready.peek() {
            let task = &mut self.tasks[number as usize];
            if task.priority == priority {
                if let Some(position) = point.position_of(TaskId::new(number)) {
                    return position;
                }
                task.listed = false;
            }
            self.ready.pop();
        }
        0
    }

    fn begin(&mut self, execution: u64, model: &Model) {
        self.words = Words::new(self.seed, execution);
        self.tasks.clear();
        self.ready.clear();
        self.count = 0;
        self.counting = false;
        let k = self.steps.map_or(model.steps, u64::from).clamp(1, u32::MAX.into()) as u32;
        self.patience = Patience::new(model.steps.max(k.into()));
        let Self { words, depth, changes, .. } = self;
        changes.clear();
        changes.extend((1..*depth).map(|i| (u64::from(words.pick(k)) + 1, u64::from(*depth - 1 - i))));
        // The earliest last, to be popped; of two at the same step the later one counts, as if set one after the other.
        changes.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        self.ready(TaskId::MAIN);
    }

    fn ready(&mut self, task: TaskId) {
        let number = task.number();
        let task = self.task(task);
        if !std::mem::replace(&mut task.listed, true) {
            let priority = task.priority;
            self.ready.push((priority, number));
        }
    }

    fn spawned(&mut self, _parent: TaskId, child: TaskId) {
        self.task(child);
    }

    fn stepped(&mut self, task: TaskId, _accesses: &[Access]) {
        self.patience.stepped();
        self.count += u64::from(self.counting);
        while self.changes.last().is_some_and(|&(step, _)| self.counting && step == self.count) {
            if let Some((_, demoted)) = self.changes.pop() {
                *self.task(task) = Task { priority: demoted, listed: true };
                self.ready.push((demoted, task.number()));
            }
        }
    }

    fn needs_model(&self) -> bool {
        self.steps.is_none()
    }
}
