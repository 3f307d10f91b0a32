//! Learning the [`Model`] from some of the first executions of an exploration.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::fifo::Fifo;
use super::{ChoicePoint, Chooser, Model, Random, Scheduler};
use crate::resource::Access;
use crate::seed::Seed;
use crate::trace::TaskId;

/// The executions that a model is learned from: the first one in fifo order, the others at random. Not by a scheduler that prefers
/// some tasks, because one that spins would seem to have as many steps as it was let spin.
pub(super) const LESSONS: [u64; 4] = [0, 1, 2, 3];

/// What was learned so far.
pub(super) type Lesson = Rc<RefCell<Model>>;

/// Runs executions in fifo order or at random, and writes down what tasks there are and what they do.
#[derive(Debug)]
pub(super) struct Calibration {
    picks: Chooser,
    lesson: Lesson,
    tasks: Vec<Task>,
    /// Steps since the first choice.
    steps: u64,
    counting: bool,
}

#[derive(Clone, Copy, Debug)]
struct Task {
    known: u32,
    steps: u32,
    children: u32,
}

const NEW: Task = Task { known: 0, steps: 0, children: 0 };

impl Calibration {
    /// For the `execution`-th execution.
    pub(super) fn new(seed: Seed, execution: u64, lesson: Lesson) -> Self {
        let picks = if execution == 0 { Chooser::Any(Box::new(Fifo)) } else { Chooser::Random(Box::new(Random::new(seed))) };
        Self { picks, lesson, tasks: Vec::new(), steps: 0, counting: false }
    }
}

impl Scheduler for Calibration {
    fn choose(&mut self, point: &ChoicePoint<'_>) -> u32 {
        self.counting = true;
        self.picks.choose(point)
    }

    fn begin(&mut self, execution: u64, model: &Model) {
        self.picks.begin(execution, model);
        self.tasks.clear();
        self.tasks.push(NEW);
    }

    fn spawned(&mut self, parent: TaskId, child: TaskId) {
        debug_assert_eq!(self.tasks.len(), child.index(), "every task is announced");
        let parent = &mut self.tasks[parent.index()];
        let known = Arc::make_mut(&mut self.lesson.borrow_mut().program).learn_child(parent.known, parent.children);
        parent.children += 1;
        self.tasks.push(Task { known, ..NEW });
    }

    fn stepped(&mut self, task: TaskId, accesses: &[Access]) {
        self.steps += u64::from(self.counting);
        let task = &mut self.tasks[task.index()];
        Arc::make_mut(&mut self.lesson.borrow_mut().program).learn_step(task.known, task.steps, accesses);
        task.steps = task.steps.saturating_add(1);
    }

    fn end(&mut self) {
        let model = &mut *self.lesson.borrow_mut();
        model.steps = model.steps.max(self.steps);
    }
}
