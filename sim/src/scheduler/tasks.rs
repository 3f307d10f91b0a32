//! What several schedulers keep of every task: where it is in the program, and whether it has to be looked at again.

use std::sync::Arc;

use super::{ChoicePoint, EMPTY, Model, Program, UNKNOWN};
use crate::trace::TaskId;

/// The tasks of the running execution, by number.
#[derive(Debug, Default)]
pub(super) struct Tasks {
    pub(super) program: Arc<Program>,
    tasks: Vec<Task>,
    /// Tasks that became ready or stepped since the last choice: all others stand as they stood.
    touched: Vec<u32>,
    patience: Patience,
}

#[derive(Clone, Copy, Debug)]
struct Task {
    /// Which one of the program's.
    known: u32,
    /// Steps it has taken.
    steps: u32,
    /// Tasks it has spawned.
    children: u32,
    touched: bool,
}

impl Tasks {
    /// An execution begins: there is main, and it is ready.
    pub(super) fn begin(&mut self, model: &Model) {
        self.program.clone_from(&model.program);
        self.patience = Patience::new(model.steps);
        self.tasks.clear();
        self.touched.clear();
        self.tasks.push(Task { known: 0, steps: 0, children: 0, touched: false });
        self.ready(TaskId::MAIN);
    }

    /// Which one of the program's tasks the child is.
    pub(super) fn spawned(&mut self, parent: TaskId, child: TaskId) -> u32 {
        let parent = &mut self.tasks[parent.index()];
        let known = self.program.child(parent.known, parent.children);
        parent.children += 1;
        debug_assert_eq!(self.tasks.len(), child.index(), "every task is announced");
        self.tasks.push(Task { known, steps: 0, children: 0, touched: false });
        known
    }

    pub(super) fn ready(&mut self, task: TaskId) {
        let entry = &mut self.tasks[task.index()];
        if !entry.touched {
            entry.touched = true;
            self.touched.push(task.number());
        }
    }

    pub(super) fn stepped(&mut self, task: TaskId) {
        self.tasks[task.index()].steps += 1;
        self.patience.stepped();
        self.ready(task);
    }

    /// A task that has to be looked at again before the next pick, with the alternative that steps it if it is ready.
    pub(super) fn next_touched(&mut self, point: &ChoicePoint<'_>) -> Option<(u32, Option<u32>)> {
        let task = self.touched.pop()?;
        self.tasks[task as usize].touched = false;
        Some((task, point.position_of(TaskId::new(task))))
    }

    /// What the task's next step touches, as far as is known. `UNKNOWN` may be anything.
    pub(super) fn footprint(&self, task: u32) -> u32 {
        let task = self.tasks[task as usize];
        self.program.footprint(task.known, task.steps)
    }

    /// Whether the execution has taken so long that somebody may be waiting for a task that is never picked.
    pub(super) fn out_of_patience(&self) -> bool {
        self.patience.is_out()
    }
}

/// A footprint as an index: the unknown one comes last.
pub(super) fn index(program: &Program, footprint: u32) -> usize {
    const { assert!(EMPTY == 0) };
    if footprint == UNKNOWN { program.footprints() } else { footprint as usize }
}

/// How long a scheduler that prefers some tasks is trusted to do so.
///
/// A task that yields until another one has done something would hold that one up for ever if it is preferred. Past a
/// threshold of 10,000 steps and 8 times what the model knows, picks are uniform, so that everybody gets on.
#[derive(Debug, Default)]
pub(super) struct Patience {
    steps: u64,
    most: u64,
}

impl Patience {
    pub(super) fn new(known: u64) -> Self {
        Self { steps: 0, most: known.saturating_mul(8).saturating_add(10_000) }
    }

    #[inline]
    pub(super) fn stepped(&mut self) {
        self.steps += 1;
    }

    #[inline]
    pub(super) fn is_out(&self) -> bool {
        self.steps > self.most
    }
}
