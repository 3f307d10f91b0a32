//! Every interleaving of a program as a tree, and the exact probabilities that follow from it.

use std::ops::ControlFlow;

use reenact::prelude::*;
use reenact::{Execution, PendingAtExit};

use super::priorities::every_pct;
use super::programs::{Body, kit};

/// What may step next after certain steps: tasks in spawn order, each with where that leads.
#[derive(Debug, Default)]
struct Node {
    next: Vec<(u8, u32)>,
    wrong: bool,
}

/// All interleavings of a program, from its first choice to its last step, main left out.
#[derive(Debug)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
    /// How many tasks there are.
    pub(crate) tasks: usize,
}

/// All interleavings of a program: as they are, and without the steps that look at a lock in vain.
#[derive(Debug)]
pub(crate) struct Trees {
    pub(crate) ours: Tree,
    pub(crate) effective: Tree,
}

impl Trees {
    pub(crate) fn of(program: Body) -> Self {
        let mut trees = Self { ours: Tree::new(), effective: Tree::new() };
        let every = SchedulerKind::Exhaustive { preemptions: None };
        let explorer = Explorer::new().scheduler(every).pending_at_exit(PendingAtExit::Ignore);
        let report = explorer.visit(program, |execution| {
            let (wrong, steps) = (execution.outcome.as_ref().is_ok_and(|wrong| *wrong), steps(execution));
            trees.ours.add(steps.iter().map(|(task, _)| *task), wrong);
            trees.effective.add(steps.iter().filter(|(_, vain)| !vain).map(|(task, _)| *task), wrong);
            ControlFlow::Continue(())
        });
        assert!(report.exhausted, "{report}");
        assert_eq!(report.executions, trees.ours.interleavings().0, "main is not among the alternatives");
        trees
    }
}

/// The tasks that stepped, without main, and whether a step did nothing but look at a lock in vain.
fn steps(execution: &Execution<bool>) -> Vec<(u8, bool)> {
    let mut steps: Vec<(u8, [u32; 3])> = Vec::new();
    for event in execution.trace.events() {
        match event {
            TraceEvent::Stepped { task } => steps.push((task.index() as u8, [0; 3])),
            TraceEvent::Accessed { resource, kind } => {
                let accesses = &mut steps.last_mut().expect("somebody steps").1;
                let kind = match kind {
                    _ if &**resource != kit::LOCK => 2,
                    reenact::AccessKind::Read => 0,
                    reenact::AccessKind::Write => 1,
                };
                accesses[kind] += 1;
            }
            _ => {}
        }
    }
    let tasks = steps.into_iter().filter(|(task, _)| *task > 0);
    tasks.map(|(task, [in_vain, taken, other])| (task - 1, in_vain > 0 && taken + other == 0)).collect()
}

impl Tree {
    fn new() -> Self {
        Self { nodes: vec![Node::default()], tasks: 0 }
    }

    fn add(&mut self, steps: impl Iterator<Item = u8>, wrong: bool) {
        let mut at = 0;
        for task in steps {
            self.tasks = self.tasks.max(usize::from(task) + 1);
            let new = self.nodes.len() as u32;
            let next = &mut self.nodes[at].next;
            let place = match next.binary_search_by_key(&task, |(task, _)| *task) {
                Ok(place) => next[place].1,
                Err(place) => {
                    next.insert(place, (task, new));
                    self.nodes.push(Node::default());
                    new
                }
            };
            at = place as usize;
        }
        self.nodes[at].wrong |= wrong;
    }

    /// Calls `visit` for each leaf, with what `step` has made of `start` from step to step, and whether the program went wrong.
    fn walk<S: Copy>(&self, start: S, step: &dyn Fn(S, Step<'_>) -> S, visit: &mut dyn FnMut(S, bool)) {
        self.walk_from(0, None, &mut vec![0; self.tasks], start, step, visit);
    }

    fn walk_from<S: Copy>(
        &self,
        at: usize,
        last: Option<u8>,
        taken: &mut Vec<u64>,
        sum: S,
        step: &dyn Fn(S, Step<'_>) -> S,
        visit: &mut dyn FnMut(S, bool),
    ) {
        let node = &self.nodes[at];
        if node.next.is_empty() {
            visit(sum, node.wrong);
        }
        for &(task, to) in &node.next {
            let sum = step(sum, Step { last, task, ready: &node.next, taken });
            taken[usize::from(task)] += 1;
            self.walk_from(to as usize, Some(task), taken, sum, step, visit);
            taken[usize::from(task)] -= 1;
        }
    }

    /// How many interleavings there are, and how many of them go wrong.
    pub(crate) fn interleavings(&self) -> (u64, u64) {
        let mut counts = (0, 0);
        self.walk((), &|(), _| (), &mut |(), wrong| counts = (counts.0 + 1, counts.1 + u64::from(wrong)));
        counts
    }

    /// The same by the number of preemptions.
    pub(crate) fn by_preemptions(&self) -> (Vec<u64>, Vec<u64>) {
        self.by_cost(&|step| usize::from(step.is_preemption()))
    }

    /// The same by the number of delays: of tasks that were passed over, from the last one on in spawn order, going round.
    pub(crate) fn by_delays(&self) -> (Vec<u64>, Vec<u64>) {
        let place =
            |step: &Step<'_>, task: u8| (usize::from(task) + self.tasks - usize::from(step.last.unwrap_or(0))) % self.tasks;
        self.by_cost(&|step| {
            let picked = place(&step, step.task);
            step.ready.iter().filter(|(task, _)| place(&step, *task) < picked).count()
        })
    }

    fn by_cost(&self, cost: &dyn Fn(Step<'_>) -> usize) -> (Vec<u64>, Vec<u64>) {
        let (mut all, mut failing) = (Vec::new(), Vec::new());
        self.walk(0, &|sum, step| sum + cost(step), &mut |cost, wrong| {
            if cost >= all.len() {
                all.resize(cost + 1, 0);
                failing.resize(cost + 1, 0);
            }
            all[cost] += 1;
            failing[cost] += u64::from(wrong);
        });
        (all, failing)
    }

    /// The probability that a random walk goes wrong.
    pub(crate) fn random(&self) -> f64 {
        self.probability(&|step| 1.0 / step.ready.len() as f64)
    }

    /// The probability that a uniform random walk goes wrong that takes tasks to have so many steps.
    pub(crate) fn urw(&self, steps: &[u64]) -> f64 {
        self.probability(&|step| {
            let weight = |task: u8| {
                let (all, taken) = (steps.get(usize::from(task)).copied().unwrap_or(1), step.taken[usize::from(task)]);
                all.saturating_sub(taken).max(1) as f64
            };
            weight(step.task) / step.ready.iter().map(|(task, _)| weight(*task)).sum::<f64>()
        })
    }

    fn probability(&self, of: &dyn Fn(&Step<'_>) -> f64) -> f64 {
        let mut wrong = 0.0;
        self.walk(1.0, &|product, step| product * of(&step), &mut |product, failing| {
            wrong += if failing { product } else { 0.0 };
        });
        wrong
    }

    /// The probability that PCT goes wrong: every order of priorities and every choice of change points, once each.
    pub(crate) fn pct(&self, depth: u32, steps: u32) -> f64 {
        every_pct(self.tasks, depth, steps, |order, points| self.prioritised(order, points))
    }

    /// Whether it goes wrong if whoever has the highest priority steps, and after step number k_i gets the i-th lowest one.
    fn prioritised(&self, order: &[i64], points: &[u32]) -> bool {
        let mut priorities = order.to_vec();
        let (mut at, mut count) = (0, 0);
        while let Some(&(task, to)) = self.nodes[at].next.iter().max_by_key(|(task, _)| priorities[usize::from(*task)]) {
            count += 1;
            at = to as usize;
            for (i, _) in (1..).zip(points).filter(|(_, point)| **point == count) {
                priorities[usize::from(task)] = -i;
            }
        }
        self.nodes[at].wrong
    }

    /// The steps of each task if each runs as long as it can, the first one first.
    pub(crate) fn steps_without_preemptions(&self) -> Vec<u64> {
        let (mut steps, mut at, mut last) = (vec![0; self.tasks], 0, u8::MAX);
        while let Some(&(first, _)) = self.nodes[at].next.first() {
            let next = &self.nodes[at].next;
            let &(task, to) = next.iter().find(|(task, _)| *task == last).unwrap_or(&(first, next[0].1));
            steps[usize::from(task)] += 1;
            (at, last) = (to as usize, task);
        }
        steps
    }
}

/// One step of an interleaving.
struct Step<'a> {
    last: Option<u8>,
    task: u8,
    ready: &'a [(u8, u32)],
    taken: &'a [u64],
}

impl Step<'_> {
    fn is_preemption(&self) -> bool {
        self.last.is_some_and(|last| last != self.task && self.ready.iter().any(|(task, _)| *task == last))
    }
}

/// The most steps that each task takes in the executions that a model is learned from: the first 4 of an exploration.
pub(crate) fn learned_steps(program: Body, seed: u64) -> Vec<u64> {
    let mut most: Vec<u64> = Vec::new();
    let explorer = Explorer::new().scheduler(SchedulerKind::Urw).executions(4).seed(seed);
    explorer.pending_at_exit(PendingAtExit::Ignore).visit(program, |execution| {
        let mut taken = vec![0; most.len()];
        for (task, _) in steps(execution) {
            let task = usize::from(task);
            taken.resize(taken.len().max(task + 1), 0);
            taken[task] += 1;
        }
        most.resize(most.len().max(taken.len()), 0);
        for (most, taken) in most.iter_mut().zip(taken) {
            *most = taken.max(*most);
        }
        ControlFlow::Continue(())
    });
    most
}
