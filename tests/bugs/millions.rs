//! The program with millions of interleavings: too many to keep, but not too many to visit.

use std::cell::Cell;
use std::rc::Rc;

use reenact::prelude::*;
use reenact::{Access, ChoicePoint, Model, PendingAtExit, Scheduler, TaskId};

use super::measure::{MANY, SEED, check};
use super::published::{KNOWN, Published};
use super::tree::learned_steps;

/// Every schedule once, depth first, without traces, and how likely a uniform random walk makes each.
struct Every {
    path: Vec<Pick>,
    depth: usize,
    done: bool,
    /// The most steps of each task besides main, and how many it has taken.
    most: Vec<u64>,
    taken: Vec<u64>,
    seen: Rc<Seen>,
}

struct Pick {
    picked: u32,
    alternatives: u32,
    /// The probability of all picks up to this one, if it is known.
    probability: Option<f64>,
}

/// What the program is told of its own execution.
#[derive(Default)]
struct Seen {
    probability: Cell<f64>,
    /// Whether it is one of the exploration, and not one that is run again to see whether it comes out the same.
    own: Cell<bool>,
}

impl Scheduler for Every {
    fn choose(&mut self, point: &ChoicePoint<'_>) -> u32 {
        if self.depth == self.path.len() {
            self.path.push(Pick { picked: 0, alternatives: point.alternatives(), probability: None });
        }
        let picked = self.path[self.depth].picked;
        let probability = self.path[self.depth].probability.unwrap_or_else(|| {
            let weight = |k: u32| {
                let task = point.task(k).map_or(0, |task| task.index() - 1);
                self.most[task].saturating_sub(self.taken[task]).max(1) as f64
            };
            self.seen.probability.get() * weight(picked) / (0..point.alternatives()).map(weight).sum::<f64>()
        });
        self.path[self.depth].probability = Some(probability);
        self.seen.probability.set(probability);
        self.depth += 1;
        picked
    }

    fn begin(&mut self, _execution: u64, _model: &Model) {
        self.depth = 0;
        self.taken.fill(0);
        self.seen.probability.set(1.0);
        self.seen.own.set(true);
    }

    fn stepped(&mut self, task: TaskId, _accesses: &[Access]) {
        if let Some(taken) = task.index().checked_sub(1).and_then(|task| self.taken.get_mut(task)) {
            *taken += 1;
        }
    }

    fn end(&mut self) {
        while self.path.pop_if(|pick| pick.picked + 1 == pick.alternatives).is_some() {}
        match self.path.last_mut() {
            Some(pick) => *pick = Pick { picked: pick.picked + 1, probability: None, ..*pick },
            None => self.done = true,
        }
    }

    fn exhausted(&self) -> bool {
        self.done
    }
}

/// Interleavings, those of them that go wrong, and the probability that a uniform random walk does.
fn visit(known: &Published) -> (u64, u64, f64) {
    let (seen, wrong) = (Rc::new(Seen::default()), Rc::new(Cell::new((0, 0.0))));
    let (most, shared) = (learned_steps(known.program.buggy, SEED), seen.clone());
    let every = move || -> Box<dyn Scheduler> {
        let (most, taken, seen) = (most.clone(), vec![0; most.len()], shared.clone());
        Box::new(Every { path: Vec::new(), depth: 0, done: false, most, taken, seen })
    };
    let explorer = Explorer::new().executions(u64::MAX).scheduler_with(every).pending_at_exit(PendingAtExit::Ignore);
    let report = explorer.run(|| {
        let (seen, wrong) = (seen.clone(), wrong.clone());
        async move {
            if (known.program.buggy)().await && seen.own.take() {
                let (number, probability) = wrong.get();
                wrong.set((number + 1, probability + seen.probability.get()));
            }
        }
    });
    assert!(report.exhausted, "{report}");
    (report.executions, wrong.get().0, wrong.get().1)
}

#[test]
fn the_program_with_millions_of_interleavings_has_its_own_figures_too() {
    let mut millions = 0;
    for known in KNOWN.iter().filter(|known| known.trees().is_none()) {
        let (interleavings, wrong, probability) = visit(known);
        let name = known.program.name;
        println!("{name}: {interleavings} interleavings, of which {wrong} go wrong; urw {probability:.6}");
        assert_eq!((interleavings, wrong), known.ours, "{name}");
        check(name, known.program.buggy, "urw", probability, MANY);
        millions += 1;
    }
    assert_eq!(millions, 1);
}
