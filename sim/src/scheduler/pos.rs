//! POS: partial order sampling.
//!
//! X. Yuan, J. Yang, R. Gu, "Partial Order Aware Concurrency Sampling", CAV 2018. Every pending step has a random priority;
//! the ready one with the best steps. Then the next step of whoever took it gets a fresh priority, and so does every
//! pending step that races with the one taken: they touch the same resource and one of them writes. Any given partial
//! order of the racing steps is covered with a probability that falls exponentially slower in their number than that of a
//! random walk.
//!
//! What a pending step touches is what the same task touched in the same step while the model was learned. A step that is
//! not known races with every step that touches anything. Only accesses that are recorded count:
//! [`Shared`](crate::Shared) and [`access`](crate::access).
//!
//! To draw new priorities for all tasks that race with a step would be a scan. But only the best of them matters. So priorities
//! are exponential instead of uniform numbers, of which the smallest is the best; which order comes out does not depend on it.
//! Of m equally distributed ones the smallest is 1/m of a single one, it is anybody's with the same probability, and the
//! others are as if they began there. So all that wait for the same footprint are kept as a pool, of which only the best was
//! drawn. A pick costs O(log n), and a step as much for each footprint that races with it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::tasks::{Tasks, index};
use super::words::Words;
use super::{ChoicePoint, Model, Scheduler, UNKNOWN};
use crate::resource::Access;
use crate::schedule::ChoiceKind;
use crate::seed::Seed;
use crate::trace::TaskId;

#[derive(Debug)]
pub(super) struct Pos {
    seed: Seed,
    words: Words,
    tasks: Tasks,
    /// By task number.
    pending: Vec<Pending>,
    /// One for each footprint, and one for steps that are not known.
    pools: Vec<Pool>,
    /// The pools that had a member.
    used: Vec<u32>,
    /// Priorities that were drawn, and some that do not hold any more and go when they come up.
    best: BinaryHeap<Reverse<(Time, u32, u32)>>,
    /// How many priorities were drawn or taken back, to tell old ones from new ones.
    stamp: u32,
    /// Members of all pools.
    members: usize,
}

/// A priority: a number that is not negative, as bits, which are in the same order.
type Time = u64;

/// The pending step of a task.
#[derive(Clone, Copy, Debug)]
struct Pending {
    /// Its pool, or [`UNKNOWN`] if the task is not ready.
    pool: u32,
    /// Where in the pool.
    at: u32,
    /// Of its priority, if it has one of its own.
    stamp: u32,
}

const IDLE: Pending = Pending { pool: UNKNOWN, at: 0, stamp: 0 };

#[derive(Debug, Default)]
struct Pool {
    /// Tasks: first those without a priority of their own, then the others.
    members: Vec<u32>,
    /// How many have none.
    alike: usize,
    /// Their priorities are this much and more.
    from: f64,
    /// Who had the smallest of them when they were drawn last, and so has one of its own now.
    best: Option<u32>,
    /// Whether it is to be emptied before the next execution.
    used: bool,
}

impl Pos {
    pub(super) fn new(seed: Seed) -> Self {
        Self {
            seed,
            words: Words::new(seed, 0),
            tasks: Tasks::default(),
            pending: Vec::new(),
            pools: Vec::new(),
            used: Vec::new(),
            best: BinaryHeap::new(),
            stamp: 0,
            members: 0,
        }
    }

    /// The next step of a ready task gets a priority.
    fn join(&mut self, task: u32) {
        let pool = index(&self.tasks.program, self.tasks.footprint(task));
        if !std::mem::replace(&mut self.pools[pool].used, true) {
            self.used.push(pool as u32);
        }
        let members = &mut self.pools[pool].members;
        self.pending[task as usize] = Pending { pool: pool as u32, at: members.len() as u32, stamp: 0 };
        members.push(task);
        self.members += 1;
        let time = self.exponential();
        self.list(task, time);
    }

    /// The step of a task was taken.
    fn leave(&mut self, task: u32) {
        let Pending { pool, at, .. } = std::mem::replace(&mut self.pending[task as usize], IDLE);
        if pool == UNKNOWN {
            return;
        }
        self.members -= 1;
        let (number, mut at) = (pool as usize, at as usize);
        let pool = &mut self.pools[number];
        if at < pool.alike {
            pool.alike -= 1;
            Self::swap(pool, &mut self.pending, at, pool.alike);
            at = pool.alike;
        }
        let last = pool.members.len() - 1;
        Self::swap(pool, &mut self.pending, at, last);
        pool.members.pop();
        if pool.best == Some(task) {
            self.draw_best(number);
        }
    }

    fn swap(pool: &mut Pool, pending: &mut [Pending], one: usize, other: usize) {
        pool.members.swap(one, other);
        for at in [one, other] {
            if let Some(pending) = pending.get_mut(pool.members[at] as usize).filter(|pending| pending.pool != UNKNOWN) {
                pending.at = at as u32;
            }
        }
    }

    /// All members of a pool get new priorities.
    fn redraw(&mut self, pool: usize) {
        let members = &mut self.pools[pool];
        members.alike = members.members.len();
        members.from = 0.0;
        self.draw_best(pool);
    }

    /// Among those of a pool that are alike, somebody's priority is the smallest.
    fn draw_best(&mut self, pool: usize) {
        let alike = self.pools[pool].alike;
        self.pools[pool].best = None;
        if alike == 0 {
            return;
        }
        let wait = self.exponential();
        let picked = self.words.pick(alike as u32) as usize;
        let pool = &mut self.pools[pool];
        pool.from += wait / alike as f64;
        pool.alike -= 1;
        Self::swap(pool, &mut self.pending, picked, pool.alike);
        let (task, time) = (pool.members[pool.alike], pool.from);
        pool.best = Some(task);
        self.list(task, time);
    }

    fn list(&mut self, task: u32, time: f64) {
        self.stamp += 1;
        self.pending[task as usize].stamp = self.stamp;
        self.best.push(Reverse((time.to_bits(), task, self.stamp)));
    }

    /// Whether a priority is still that of the task's pending step.
    fn holds(pending: &[Pending], pools: &[Pool], task: u32, stamp: u32) -> bool {
        let pending = pending[task as usize];
        pending.stamp == stamp && pending.pool != UNKNOWN && pending.at as usize >= pools[pending.pool as usize].alike
    }

    /// An exponentially distributed number.
    fn exponential(&mut self) -> f64 {
        minus_ln((f64::from(self.words.pick(u32::MAX)) + 0.5) / 4_294_967_295.0)
    }

    fn prepare(&mut self, point: &ChoicePoint<'_>) {
        while let Some((task, position)) = self.tasks.next_touched(point) {
            self.leave(task);
            if position.is_some() {
                self.join(task);
            }
        }
        if self.best.len() > 4 * self.members + 64 {
            let Self { best, pending, pools, .. } = self;
            best.retain(|Reverse((_, task, stamp))| Self::holds(pending, pools, *task, *stamp));
        }
    }
}

impl Scheduler for Pos {
    fn choose(&mut self, point: &ChoicePoint<'_>) -> u32 {
        if point.kind() != ChoiceKind::Task || self.tasks.out_of_patience() {
            return self.words.answer(point);
        }
        self.prepare(point);
        while let Some(&Reverse((_, task, stamp))) = self.best.peek() {
            if Self::holds(&self.pending, &self.pools, task, stamp)
                && let Some(position) = point.position_of(TaskId::new(task))
            {
                return position;
            }
            self.best.pop();
        }
        0
    }

    fn begin(&mut self, execution: u64, model: &Model) {
        self.words = Words::new(self.seed, execution);
        self.tasks.begin(model);
        for pool in self.used.drain(..) {
            let pool = &mut self.pools[pool as usize];
            let mut members = std::mem::take(&mut pool.members);
            members.clear();
            *pool = Pool { members, ..Pool::default() };
        }
        self.pools.resize_with(model.program.footprints() + 1, Pool::default);
        self.pending.clear();
        self.pending.push(IDLE);
        self.best.clear();
        self.stamp = 0;
        self.members = 0;
    }

    fn spawned(&mut self, parent: TaskId, child: TaskId) {
        self.tasks.spawned(parent, child);
        self.pending.push(IDLE);
    }

    fn ready(&mut self, task: TaskId) {
        self.tasks.ready(task);
    }

    fn stepped(&mut self, task: TaskId, accesses: &[Access]) {
        self.leave(task.number());
        self.tasks.stepped(task);
        if accesses.is_empty() || self.tasks.out_of_patience() {
            return;
        }
        let program = self.tasks.program.clone();
        for access in accesses {
            program.conflicting(access).for_each(|footprint| self.redraw(index(&program, footprint)));
        }
        self.redraw(index(&program, UNKNOWN));
    }

    fn needs_model(&self) -> bool {
        true
    }
}

/// The negative natural logarithm of a number above 0 and up to 1, from operations that give the same bits on every machine.
fn minus_ln(number: f64) -> f64 {
    let bits = number.to_bits();
    // From 1 / sqrt 2 to sqrt 2, and what power of 2 it was multiplied with.
    let exponent = (bits.wrapping_sub(0x3fe6_a09e_0000_0000) as i64) >> 52;
    let fraction = f64::from_bits(bits.wrapping_sub((exponent << 52) as u64));
    // ln x = 2 atanh((x - 1) / (x + 1))
    let s = (fraction - 1.0) / (fraction + 1.0);
    let square = s * s;
    let sum = [11.0, 9.0, 7.0, 5.0, 3.0, 1.0].iter().fold(1.0 / 13.0, |sum, odd| sum * square + 1.0 / odd);
    -(exponent as f64 * std::f64::consts::LN_2 + 2.0 * s * sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_logarithm_is_one() {
        for number in [1.0, 0.999, 0.75, 0.5, 0.1, 1e-9] {
            let expected = -f64::ln(number);
            assert!((minus_ln(number) - expected).abs() < 1e-9, "{number}: {} instead of {expected}", minus_ln(number));
        }
    }
}
