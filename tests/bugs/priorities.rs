//! The exact probability that PCT finds a bug: every order of priorities and every choice of change points, once each.

use std::collections::BTreeSet;

use reenact::prelude::*;
use reenact::{Access, ChoicePoint, PendingAtExit, Scheduler, TaskId};

use super::programs::Body;

/// The share of all orders of priorities and all change points with which it goes wrong.
pub(crate) fn every_pct(tasks: usize, depth: u32, steps: u32, mut goes_wrong: impl FnMut(&[i64], &[u32]) -> bool) -> f64 {
    let (mut wrong, mut all, changes) = (0u64, 0u64, depth - 1);
    for order in orders(tasks) {
        for number in 0..steps.pow(changes) {
            let points: Vec<u32> = (0..changes).map(|i| number / steps.pow(i) % steps + 1).collect();
            wrong += u64::from(goes_wrong(&order, &points));
            all += 1;
        }
    }
    wrong as f64 / all as f64
}

/// Every order of so many tasks.
fn orders(number: usize) -> BTreeSet<Vec<i64>> {
    if number == 0 {
        return BTreeSet::from([Vec::new()]);
    }
    let places = |order: Vec<i64>| {
        (0..number).map(move |at| {
            let mut order = order.clone();
            order.insert(at, number as i64);
            order
        })
    };
    orders(number - 1).into_iter().flat_map(places).collect()
}

/// The same by running the program, for what has too many interleavings to know them all.
pub(crate) fn pct(program: Body, tasks: usize, depth: u32, steps: u32) -> f64 {
    every_pct(tasks, depth, steps, |order, points| {
        let scheduler = Prioritised { priorities: order.to_vec(), points: points.to_vec(), count: None };
        let sim = Sim::new().pending_at_exit(PendingAtExit::Ignore).scheduler_with(Box::new(scheduler));
        sim.run(program).outcome.unwrap()
    })
}

/// Whoever has the highest priority steps, and after step number k_i gets the i-th lowest one. Steps count from the first
/// choice on. Main is never among the alternatives.
struct Prioritised {
    priorities: Vec<i64>,
    points: Vec<u32>,
    count: Option<u32>,
}

impl Scheduler for Prioritised {
    fn choose(&mut self, point: &ChoicePoint<'_>) -> u32 {
        self.count = self.count.or(Some(0));
        let priority = |k: &u32| point.task(*k).map(|task| self.priorities[task.index() - 1]);
        (0..point.alternatives()).max_by_key(priority).unwrap_or(0)
    }

    fn stepped(&mut self, task: TaskId, _accesses: &[Access]) {
        let Some(count) = &mut self.count else { return };
        *count += 1;
        for (i, _) in (1..).zip(&self.points).filter(|(_, point)| **point == *count) {
            if let Some(priority) = self.priorities.get_mut(task.index().wrapping_sub(1)) {
                *priority = -i;
            }
        }
    }
}
