//! Who runs which execution of an exploration: the same scheduler always, or a portfolio of several.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use super::calibration::{self, Calibration, Lesson};
use super::{Chooser, Model, SchedulerKind};
use crate::hash;
use crate::seed::Seed;

/// The shares of a portfolio, in 20ths. See [`SchedulerKind::Portfolio`].
const SHARES: [(SchedulerKind, u64); 7] = [
    (SchedulerKind::Random, 12),
    (pct(1), 1),
    (pct(2), 1),
    (pct(3), 1),
    (SchedulerKind::Pos, 1),
    (SchedulerKind::Urw, 2),
    (SchedulerKind::Surw, 2),
];

/// What the shares are parts of.
const WHOLE: u64 = 20;

const fn pct(depth: u32) -> SchedulerKind {
    SchedulerKind::Pct { depth, steps: None }
}

/// The schedulers of an exploration, and the model that they have in common.
#[derive(Debug)]
pub(crate) struct Lineup {
    seed: Seed,
    members: Vec<Member>,
    /// Executions below this share are those of the member.
    shares: Vec<u64>,
    /// As long as there is something to learn.
    lesson: Option<Lesson>,
    model: Model,
    /// The next execution to learn from.
    next_lesson: u64,
}

/// A scheduler of a [`Lineup`].
#[derive(Debug)]
enum Member {
    /// Its turn has not come. Most explorations that find something find it before that.
    Later(SchedulerKind),
    Here(Chooser),
    Running,
}

/// The place of a scheduler in a [`Lineup`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seat(Option<usize>);

impl Lineup {
    /// One scheduler for all executions.
    pub(crate) fn one(chooser: Chooser, seed: Seed) -> Self {
        let learns = chooser.needs_model();
        Self::of(vec![Member::Here(chooser)], vec![WHOLE], learns, seed)
    }

    /// The schedulers of a kind.
    pub(crate) fn of_kind(kind: &SchedulerKind, seed: Seed) -> Self {
        if *kind != SchedulerKind::Portfolio {
            return Self::one(kind.build(seed), seed);
        }
        let mut below = 0;
        let shares = SHARES.iter().map(|(_, share)| {
            below += share;
            below
        });
        let members = SHARES.iter().map(|(kind, _)| Member::Later(kind.clone()));
        Self::of(members.collect(), shares.collect(), true, seed)
    }

    /// The scheduler of an execution that nothing was learned for: of a portfolio, the one whose turn it is.
    pub(crate) fn unlearned(kind: &SchedulerKind, seed: Seed, execution: u64) -> Chooser {
        let mut lineup = Self::of_kind(kind, seed);
        if *kind == SchedulerKind::Portfolio && execution == 0 {
            return SchedulerKind::Fifo.build(seed);
        }
        lineup.lesson = None;
        lineup.member(execution).1
    }

    fn of(members: Vec<Member>, shares: Vec<u64>, learns: bool, seed: Seed) -> Self {
        let lesson = learns.then(|| Rc::new(RefCell::new(Model::default())));
        Self { seed, members, shares, lesson, model: Model::default(), next_lesson: 0 }
    }

    /// The next execution to learn the model from, as long as that is not done: it has to be run, also by whoever does not count it.
    pub(crate) fn next_lesson(&self) -> Option<u64> {
        self.lesson.as_ref().map(|_| self.next_lesson).filter(|execution| *execution < calibration::EXECUTIONS)
    }

    /// The scheduler of an execution, ready to begin. It has to be given back.
    pub(crate) fn take(&mut self, execution: u64) -> (Seat, Chooser) {
        let (seat, mut chooser) = match &self.lesson {
            Some(lesson) if execution < calibration::EXECUTIONS => {
                self.next_lesson = execution + 1;
                (Seat(None), Chooser::Any(Box::new(Calibration::new(self.seed, execution, lesson.clone()))))
            }
            _ => self.member(execution),
        };
        chooser.begin(execution, &self.model);
        (seat, chooser)
    }

    fn member(&mut self, execution: u64) -> (Seat, Chooser) {
        if let Some(lesson) = self.lesson.take() {
            self.model = lesson.take();
            Arc::make_mut(&mut self.model.program).end();
        }
        let part = match self.shares.len() {
            1 => 0,
            _ => hash::finish(hash::mix(hash::mix(0x706f_7274, self.seed.get()), execution)) % WHOLE,
        };
        let at = self.shares.iter().position(|below| part < *below).unwrap_or(0);
        let chooser = match std::mem::replace(&mut self.members[at], Member::Running) {
            Member::Later(kind) => kind.build(self.seed),
            Member::Here(chooser) => chooser,
            Member::Running => unreachable!("a scheduler is given back before the next execution"),
        };
        (Seat(Some(at)), chooser)
    }

    /// Gives back the scheduler of an execution that is over.
    pub(crate) fn put(&mut self, seat: Seat, chooser: Chooser) {
        if let Seat(Some(at)) = seat {
            self.members[at] = Member::Here(chooser);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_make_a_whole() {
        assert_eq!(SHARES.iter().map(|(_, share)| share).sum::<u64>(), WHOLE);
        assert!(SHARES.iter().any(|(kind, _)| kind.build(Seed::from(1)).needs_model()));
    }
}
