//! URW: uniform random walk.
//!
//! The first algorithm of "Selectively Uniform Concurrency Testing", ASPLOS 2025. The weight of a task is how many steps
//! it has left, together with those of the tasks that it is still to spawn. A ready task steps with a probability
//! proportional to its weight; each step takes 1 off, and a child takes its weight over from its parent. If the weights are
//! exact and no task ever blocks, every interleaving is equally likely.
//!
//! A task has as many steps as the most that were seen while the model was learned; one that is not known has one. A ready
//! task has one step left at least. A pick costs O(log n).

use super::fenwick::Fenwick;
use super::tasks::Tasks;
use super::words::Words;
use super::{ChoicePoint, Model, Scheduler};
use crate::resource::Access;
use crate::schedule::ChoiceKind;
use crate::seed::Seed;
use crate::trace::TaskId;

#[derive(Debug)]
pub(super) struct Urw {
    seed: Seed,
    words: Words,
    tasks: Tasks,
    /// By task number.
    weights: Vec<u64>,
    /// The weights of ready tasks; 0 for all others.
    ready: Fenwick,
}

impl Urw {
    pub(super) fn new(seed: Seed) -> Self {
        Self { seed, words: Words::new(seed, 0), tasks: Tasks::default(), weights: Vec::new(), ready: Fenwick::default() }
    }
}

impl Scheduler for Urw {
    fn choose(&mut self, point: &ChoicePoint<'_>) -> u32 {
        if point.kind() != ChoiceKind::Task || self.tasks.out_of_patience() {
            return self.words.answer(point);
        }
        while let Some((task, position)) = self.tasks.next_touched(point) {
            let weight = position.map_or(0, |_| self.weights[task as usize].max(1));
            self.ready.set(task, weight);
        }
        let number = self.words.pick_wide(self.ready.total());
        point.position_of(TaskId::new(self.ready.find(number))).unwrap_or(0)
    }

    fn begin(&mut self, execution: u64, model: &Model) {
        self.words = Words::new(self.seed, execution);
        self.tasks.begin(model);
        self.ready.clear();
        self.weights.clear();
        self.weights.push(model.program.weight(0));
    }

    fn spawned(&mut self, parent: TaskId, child: TaskId) {
        let known = self.tasks.spawned(parent, child);
        let weight = self.tasks.program.weight(known);
        self.weights.push(weight);
        let parent = &mut self.weights[parent.index()];
        *parent = parent.saturating_sub(weight);
    }

    fn ready(&mut self, task: TaskId) {
        self.tasks.ready(task);
    }

    fn stepped(&mut self, task: TaskId, _accesses: &[Access]) {
        self.tasks.stepped(task);
        let weight = &mut self.weights[task.index()];
        *weight = weight.saturating_sub(1);
    }

    fn needs_model(&self) -> bool {
        true
    }
}
