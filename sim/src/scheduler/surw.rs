//! SURW: selectively uniform random walk.
//!
//! The second algorithm of "Selectively Uniform Concurrency Testing", ASPLOS 2025. In each execution one shared resource is
//! interesting, drawn from those that several tasks touch and one of them writes. Of the tasks one is intended to touch
//! it next: drawn as [URW](super::urw) draws, with weights that count only steps which touch it. Whoever would touch it
//! and is not the intended task has to wait; among all others every ready task is equally likely. If all would have to
//! wait, the intended task is drawn among them. When it spawns a child before it has touched the resource, the intent goes
//! to the child with the probability of the child's share in its weight. If the weights are exact and no task ever blocks,
//! every order of the interesting steps is equally likely; every interleaving stays possible.
//!
//! What steps touch, and the weights, are what was seen while the model was learned. A step that is not known counts as
//! interesting. In a program that records no accesses to shared resources every step does. A pick costs O(log n).

use super::fenwick::Fenwick;
use super::tasks::Tasks;
use super::words::Words;
use super::{ChoicePoint, Model, Scheduler};
use crate::resource::{Access, ResourceId};
use crate::schedule::ChoiceKind;
use crate::seed::Seed;
use crate::trace::TaskId;

#[derive(Debug)]
pub(super) struct Surw {
    seed: Seed,
    words: Words,
    tasks: Tasks,
    /// The interesting resource and its number; `None` if all steps are interesting.
    interesting: Option<(ResourceId, u32)>,
    /// Interesting steps that a task and its future children have left.
    weights: Fenwick,
    /// Ready tasks whose next step is interesting, with their weights.
    waiting: Fenwick,
    /// All other ready tasks.
    free: Set,
    intended: Option<u32>,
}

impl Surw {
    pub(super) fn new(seed: Seed) -> Self {
        Self {
            seed,
            words: Words::new(seed, 0),
            tasks: Tasks::default(),
            interesting: None,
            weights: Fenwick::default(),
            waiting: Fenwick::default(),
            free: Set::default(),
            intended: None,
        }
    }

    fn draw(words: &mut Words, weights: &Fenwick) -> Option<u32> {
        (weights.total() > 0).then(|| weights.find(words.pick_wide(weights.total())))
    }

    /// Interesting steps of a task of the program and its descendants.
    fn weight(&self, known: u32) -> u64 {
        match self.interesting {
            Some((_, number)) => self.tasks.program.touches_of(known, number),
            None => self.tasks.program.weight(known),
        }
    }

    fn is_interesting(&self, footprint: u32) -> bool {
        self.interesting.is_none_or(|(resource, _)| self.tasks.program.touches(footprint, resource))
    }
}

impl Scheduler for Surw {
    fn choose(&mut self, point: &ChoicePoint<'_>) -> u32 {
        if point.kind() != ChoiceKind::Task || self.tasks.out_of_patience() {
            return self.words.answer(point);
        }
        while let Some((task, position)) = self.tasks.next_touched(point) {
            let ready = position.is_some();
            let interesting = ready && self.is_interesting(self.tasks.footprint(task));
            self.waiting.set(task, if interesting { self.weights.get(task).max(1) } else { 0 });
            self.free.put(task, ready && !interesting);
        }
        let mut allowed = self.free.tasks.len() as u32;
        if self.intended.is_none() {
            self.intended = Self::draw(&mut self.words, &self.weights);
        }
        let intended = self.intended.filter(|task| self.waiting.get(*task) > 0);
        allowed += u32::from(intended.is_some());
        let task = if allowed == 0 {
            self.intended = Self::draw(&mut self.words, &self.waiting);
            self.intended
        } else {
            let picked = self.words.pick(allowed) as usize;
            self.free.tasks.get(picked).copied().or(intended)
        };
        task.and_then(|task| point.position_of(TaskId::new(task))).unwrap_or(0)
    }

    fn begin(&mut self, execution: u64, model: &Model) {
        self.words = Words::new(self.seed, execution);
        self.tasks.begin(model);
        self.weights.clear();
        self.waiting.clear();
        self.free.clear();
        let shared = model.program.shared();
        self.interesting = match shared.len() as u32 {
            0 => None,
            1 => Some((shared[0], 0)),
            several => {
                let number = self.words.pick(several);
                Some((shared[number as usize], number))
            }
        };
        self.weights.set(0, self.weight(0));
        self.intended = Some(0);
    }

    fn spawned(&mut self, parent: TaskId, child: TaskId) {
        let known = self.tasks.spawned(parent, child);
        let weight = self.weight(known);
        self.weights.set(child.number(), weight);
        let all = self.weights.get(parent.number());
        self.weights.set(parent.number(), all.saturating_sub(weight));
        if self.intended == Some(parent.number()) && weight > 0 && self.words.pick_wide(all.max(weight)) < weight {
            self.intended = Some(child.number());
        }
    }

    fn ready(&mut self, task: TaskId) {
        self.tasks.ready(task);
    }

    fn stepped(&mut self, task: TaskId, accesses: &[Access]) {
        let number = task.number();
        let touched = |(resource, _)| accesses.iter().any(|access| access.resource == resource);
        if self.is_interesting(self.tasks.footprint(number)) || self.interesting.is_none_or(touched) {
            let left = self.weights.get(number).saturating_sub(1);
            self.weights.set(number, left);
            if self.intended == Some(number) {
                self.intended = None;
            }
        }
        self.tasks.stepped(task);
    }

    fn finished(&mut self, task: TaskId) {
        self.weights.set(task.number(), 0);
        if self.intended == Some(task.number()) {
            self.intended = None;
        }
    }

    fn needs_model(&self) -> bool {
        true
    }
}

/// Some tasks, in an order that follows from how they came and went.
#[derive(Debug, Default)]
struct Set {
    tasks: Vec<u32>,
    /// By task number: 1 more than where it is, or 0.
    places: Vec<u32>,
}

impl Set {
    fn clear(&mut self) {
        self.tasks.clear();
        self.places.clear();
    }

    /// Puts a task in or takes it out.
    fn put(&mut self, task: u32, inside: bool) {
        let at = task as usize;
        if at >= self.places.len() {
            self.places.resize(at + 1, 0);
        }
        match (self.places[at], inside) {
            (0, true) => {
                self.tasks.push(task);
                self.places[at] = self.tasks.len() as u32;
            }
            (place, false) if place > 0 => {
                self.tasks.swap_remove(place as usize - 1);
                if let Some(&moved) = self.tasks.get(place as usize - 1) {
                    self.places[moved as usize] = place;
                }
                self.places[at] = 0;
            }
            _ => {}
        }
    }
}
