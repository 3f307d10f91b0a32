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
//!
//! A [varied](Pct::varied) one, as the portfolio has it, draws d and how much of the execution the change points are in.

use std::collections::BinaryHeap;

use super::tasks::Patience;
use super::words::Words;
use super::{ChoicePoint, Model, Scheduler};
use crate::resource::Access;
use crate::schedule::ChoiceKind;
use crate::seed::Seed;
use crate::trace::TaskId;

/// What a varied one draws its depth from: 1 to this.
const DEEPEST: u32 = 6;
/// Of how many horizons it draws one: the whole execution, its first half, its first quarter.
const HORIZONS: u32 = 3;
/// The same where nobody knows how long an execution is: 1, 2, 4 and so on to 1024 steps.
const UNKNOWN_HORIZONS: u32 = 11;

#[derive(Debug)]
pub(super) struct Pct {
    depth: u32,
    /// k, if the user said it.
    steps: Option<u32>,
    varied: bool,
    seed: Seed,
    words: Words,
    /// Where priorities come from, if not from `words`, and whether they are turned around: all bits are set then.
    ranks: Option<Words>,
    mirror: u32,
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
            varied: false,
            seed,
            words: Words::new(seed, 0),
            ranks: None,
            mirror: 0,
            changes: Vec::new(),
            tasks: Vec::new(),
            ready: BinaryHeap::new(),
            count: 0,
            counting: false,
            patience: Patience::default(),
        }
    }

    /// One that draws its depth for each execution, because nobody knows that of the bug, and the part of the execution that its
    /// change points are in: a bug is often nearer to the beginning than to the end, and there fewer steps compete. Executions 2i - 1
    /// and 2i have the same initial priorities in opposite orders. Each by itself is pct as it is otherwise, but who goes before
    /// whom in one does not in the other, so that two are less likely to try the same.
    pub(super) fn varied(seed: Seed) -> Self {
        Self { varied: true, ..Self::new(seed, DEEPEST, None) }
    }

    /// Draws what a varied one draws. Of `k` steps so many may be followed by a change.
    fn vary(&mut self, execution: u64, known: u64, k: u32) -> u32 {
        // No execution has such a number, so these words are none of theirs.
        self.ranks = Some(Words::new(self.seed, execution.div_ceil(2) | 1 << 63));
        self.mirror = if execution.is_multiple_of(2) { u32::MAX } else { 0 };
        self.depth = 1 + self.words.pick(DEEPEST);
        match known {
            0 => 1 << self.words.pick(UNKNOWN_HORIZONS),
            _ => (k >> self.words.pick(HORIZONS)).max(1),
        }
    }

    #[inline]
    fn task(&mut self, task: TaskId) -> &mut Task {
        while self.tasks.len() <= task.index() {
            // A random rank among all tasks, whenever they come; ties have no effect worth a retry at 2^32 values.
            let rank = self.ranks.as_mut().unwrap_or(&mut self.words).pick(u32::MAX) ^ self.mirror;
            self.tasks.push(Task { priority: u64::from(rank) + u64::from(self.depth) + 1, listed: false });
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
        let k = if self.varied { self.vary(execution, model.steps, k) } else { k };
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

#[cfg(test)]
mod tests {
    use super::*;

    /// For each execution of a varied one: its depth and the last step that a change may follow.
    fn drawn(steps: u64) -> Vec<(u32, u64)> {
        let (mut pct, model) = (Pct::varied(Seed::from(3)), Model { steps, ..Model::default() });
        let mut all = Vec::new();
        for execution in 1..=6_000 {
            pct.begin(execution, &model);
            assert_eq!(pct.changes.len() as u32, pct.depth - 1);
            all.push((pct.depth, pct.changes.first().map_or(0, |(step, _)| *step)));
        }
        all
    }

    #[test]
    fn a_varied_one_has_every_depth_and_reach_as_often() {
        let drawn = drawn(4_000);
        for depth in 1..=DEEPEST {
            let number = drawn.iter().filter(|(drawn, _)| *drawn == depth).count();
            assert!(number.abs_diff(1_000) < 130, "depth {depth}: {number}");
        }
        // Of the five changes of a deep one the last is nearly always in the second half of its reach.
        let deep: Vec<u64> = drawn.iter().filter(|(depth, _)| *depth == DEEPEST).map(|(_, last)| *last).collect();
        for (from, to) in [(500, 1_000), (1_000, 2_000), (2_000, 4_000)] {
            let number = deep.iter().filter(|last| (from + 1..=to).contains(*last)).count();
            assert!(number.abs_diff(deep.len() / 3) < deep.len() / 12, "from {from} to {to}: {number} of {}", deep.len());
        }
        assert!(deep.iter().all(|last| *last <= 4_000));
    }

    #[test]
    fn a_varied_one_that_knows_nothing_reaches_near_and_far() {
        let reached: Vec<u64> = drawn(0).into_iter().map(|(_, last)| last).collect();
        for (from, to) in [(1, 4), (5, 16), (17, 64), (65, 256), (257, 1_024)] {
            assert!(reached.iter().any(|last| (from..=to).contains(last)), "{from} to {to}");
        }
        assert!(reached.iter().all(|last| *last <= 1_024));
    }

    #[test]
    fn two_varied_ones_in_a_row_have_opposite_orders() {
        let mut pct = Pct::varied(Seed::from(8));
        let mut orders = Vec::new();
        for execution in 1..=40 {
            pct.begin(execution, &Model::default());
            let mut order: Vec<u32> = (0..9).collect();
            order.sort_by_key(|task| pct.task(TaskId::new(*task)).priority);
            orders.push(order);
        }
        for pair in orders.chunks_mut(2) {
            pair[1].reverse();
            assert_eq!(pair[0], pair[1]);
        }
        assert!(orders.iter().collect::<std::collections::BTreeSet<_>>().len() == 20, "{orders:?}");
    }
}
