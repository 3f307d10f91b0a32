//! Who runs which execution of an exploration: the same scheduler always, or a portfolio of several.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use super::calibration::{self, Calibration, Lesson};
use super::pct::Pct;
use super::{Chooser, Model, Scheduler, SchedulerKind};
use crate::hash;
use crate::seed::Seed;

/// Makes a scheduler.
type Make = fn(Seed) -> Chooser;

/// The shares of a portfolio, in 20ths. See [`SchedulerKind::Portfolio`].
const SHARES: [(Make, u64); 5] = [
    (|seed| Chooser::Any(Box::new(Pct::varied(seed))), 6),
    (|seed| SchedulerKind::Pos.build(seed), 4),
    (|seed| SchedulerKind::Random.build(seed), 6),
    (|seed| SchedulerKind::Urw.build(seed), 2),
    (|seed| SchedulerKind::Surw.build(seed), 2),
];

/// What the shares are parts of.
const WHOLE: u64 = 20;

/// A portfolio's executions from 1 to this are those of its first member, which has to know nothing but how long the first execution
/// was. Two pairs find most of what a few executions can find.
const OPENING: u64 = 4;

/// Then it learns the rest.
const LESSONS: [u64; 4] = [0, OPENING + 1, OPENING + 2, OPENING + 3];

/// The golden section of a whole circle.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The schedulers of an exploration, and the model that they have in common.
#[derive(Debug)]
pub(crate) struct Lineup {
    seed: Seed,
    /// Of a portfolio none as long as it is nobody's turn.
    members: Vec<Member>,
    /// Whoever runs the execution that is being learned from.
    pupil: Option<Chooser>,
    /// The executions to learn from, as long as there is something to learn, and how many of them were begun.
    lessons: [u64; 4],
    begun: usize,
    lesson: Option<Lesson>,
    model: Model,
}

/// A scheduler of a [`Lineup`].
#[derive(Debug)]
struct Member {
    /// What makes it when its turn comes first: most explorations that find something find it before that.
    make: Option<Make>,
    /// Not while one of its executions runs.
    here: Option<Chooser>,
}

impl Member {
    #[cold]
    fn make(&mut self, seed: Seed) {
        let Some(make) = self.make.take() else { unreachable!("a scheduler is given back before the next execution") };
        self.here = Some(make(seed));
    }
}

impl Lineup {
    /// One scheduler for all executions.
    pub(crate) fn one(chooser: Chooser, seed: Seed) -> Self {
        let learns = chooser.needs_model();
        Self::of(vec![Member { make: None, here: Some(chooser) }], calibration::LESSONS, learns, seed)
    }

    /// The schedulers of a kind.
    pub(crate) fn of_kind(kind: &SchedulerKind, seed: Seed) -> Self {
        if *kind != SchedulerKind::Portfolio {
            return Self::one(kind.build(seed), seed);
        }
        Self::of(Vec::new(), LESSONS, true, seed)
    }

    /// The scheduler of an execution that nothing was learned for: of a portfolio, the one whose turn it is.
    pub(crate) fn unlearned(kind: &SchedulerKind, seed: Seed, execution: u64) -> Chooser {
        let mut lineup = Self::of_kind(kind, seed);
        if *kind == SchedulerKind::Portfolio && execution == 0 {
            return SchedulerKind::Fifo.build(seed);
        }
        lineup.lesson = None;
        let at = lineup.member_of(execution);
        lineup.members[at].here.take().unwrap_or_else(|| unreachable!("each execution has a scheduler"))
    }

    fn of(members: Vec<Member>, lessons: [u64; 4], learns: bool, seed: Seed) -> Self {
        // All begin with the same, which a lesson takes a copy of when it has something to add.
        static NOTHING: LazyLock<Model> = LazyLock::new(Model::default);
        let lesson = learns.then(|| Rc::new(RefCell::new(NOTHING.clone())));
        Self { seed, members, pupil: None, lessons, begun: 0, lesson, model: NOTHING.clone() }
    }

    /// Whether the model is not complete yet.
    #[inline]
    pub(crate) fn is_learning(&self) -> bool {
        self.lesson.is_some()
    }

    /// The next execution to learn the model from, as long as that is not done: it has to be run before any that comes after it, also by
    /// whoever does not count it.
    pub(crate) fn next_lesson(&self) -> Option<u64> {
        self.lesson.as_ref().and_then(|_| self.lessons.get(self.begun)).copied()
    }

    /// The scheduler of an execution, ready to begin. It has to be there again before the next one.
    #[inline(always)]
    pub(crate) fn of_execution(&mut self, execution: u64) -> &mut Option<Chooser> {
        if self.is_learning() && self.is_lesson(execution) {
            return self.begin_lesson(execution);
        }
        let at = self.member_of(execution);
        let here = &mut self.members[at].here;
        if let Some(chooser) = here {
            chooser.begin(execution, &self.model);
        }
        here
    }

    /// Whether an execution is the next one to learn from, as long as there is something to learn. If not, the others know no more than
    /// this.
    #[cold]
    fn is_lesson(&mut self, execution: u64) -> bool {
        let lesson = self.next_lesson() == Some(execution);
        if !lesson {
            self.know();
        }
        lesson
    }

    #[cold]
    fn begin_lesson(&mut self, execution: u64) -> &mut Option<Chooser> {
        self.begun += 1;
        self.pupil = self.lesson.as_ref().map(|lesson| {
            let mut pupil = Calibration::new(self.seed, execution, lesson.clone());
            pupil.begin(execution, &self.model);
            Chooser::Any(Box::new(pupil))
        });
        &mut self.pupil
    }

    /// What the lessons have shown so far becomes the model.
    fn know(&mut self) {
        if self.begun < self.lessons.len() {
            // It is not all there is to know, and nobody asks for more than this.
            self.model.steps = self.lesson.as_ref().map_or(0, |lesson| lesson.borrow().steps);
        } else if let Some(lesson) = self.lesson.take() {
            self.model = lesson.take();
            Arc::make_mut(&mut self.model.program).end();
        }
    }

    /// Which member runs an execution. It is there.
    #[inline(always)]
    fn member_of(&mut self, execution: u64) -> usize {
        if self.members.is_empty() {
            self.gather();
        }
        let at = self.turn(execution);
        let member = &mut self.members[at];
        if member.here.is_none() {
            member.make(self.seed);
        }
        at
    }

    /// The members of a portfolio come when it is the turn of one.
    #[cold]
    fn gather(&mut self) {
        self.members.extend(SHARES.iter().map(|(make, _)| Member { make: Some(*make), here: None }));
    }

    /// Which member has its turn in an execution.
    ///
    /// Two executions in a row are one's, because a varied pct makes a pair of them. The pairs go around a circle on which the members have
    /// their shares, from a place that the seed decides on, in steps of the golden section: any few turns in a row are spread over all of
    /// the circle as evenly as can be, and those of a part of an exploration, which has every n-th, are in the long run.
    #[inline]
    fn turn(&self, execution: u64) -> usize {
        if self.members.len() == 1 || execution <= OPENING { 0 } else { self.turn_of(execution.div_ceil(2)) }
    }

    fn turn_of(&self, pair: u64) -> usize {
        let begin = hash::finish(hash::mix(0x706f_7274, self.seed.get()));
        let place = begin.wrapping_add(pair.wrapping_mul(GOLDEN));
        let mut part = ((u128::from(place) * u128::from(WHOLE)) >> 64) as u64;
        SHARES
            .iter()
            .position(|(_, share)| {
                let here = part < *share;
                part = part.wrapping_sub(*share);
                here
            })
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shares_make_a_whole() {
        assert_eq!(SHARES.iter().map(|(_, share)| share).sum::<u64>(), WHOLE);
        assert!(SHARES.iter().any(|(make, _)| make(Seed::from(1)).needs_model()));
    }

    /// How often it is the turn of each member in so many pairs of executions, from one on, of which only every n-th counts.
    fn turns(seed: u64, from: u64, pairs: u64, every: u64) -> Vec<u64> {
        let lineup = Lineup::of_kind(&SchedulerKind::Portfolio, Seed::from(seed));
        let mut turns = vec![0; SHARES.len()];
        for pair in 0..pairs {
            let execution = 2 * (from + pair * every) + 1;
            let turn = lineup.turn(execution);
            assert_eq!(turn, lineup.turn(execution + 1), "{execution} is the first of a pair");
            turns[turn] += 1;
        }
        turns
    }

    #[test]
    fn turns_come_as_often_as_the_shares_say_wherever_one_looks() {
        let parts = |seed| {
            [
                (seed, 4, 1, 20, 3),
                (seed, 1_000_000, 1, 20, 3),
                (seed, 4, 1, 2_000, 20),
                (seed, 5, 10, 2_000, 20),
                (seed, 7, 34, 2_000, 60),
            ]
        };
        for (seed, from, every, pairs, off) in (0..50).flat_map(parts) {
            let turns = turns(seed, from, pairs, every);
            for ((_, share), turns) in SHARES.iter().zip(&turns) {
                let expected = pairs * share / WHOLE;
                assert!(
                    turns.abs_diff(expected) <= off,
                    "seed {seed}, from {from}, every {every}: {turns} instead of {expected}"
                );
            }
        }
    }

    #[test]
    fn nobody_is_made_before_the_first_turn() {
        let mut lineup = Lineup::of_kind(&SchedulerKind::Portfolio, Seed::from(1));
        assert!(lineup.of_execution(0).is_some());
        assert!(lineup.members.is_empty(), "{lineup:?}");
        assert!(lineup.of_execution(1).is_some());
        let made = lineup.members.iter().filter(|member| member.here.is_some()).count();
        assert_eq!((lineup.members.len(), made), (SHARES.len(), 1));
    }

    #[test]
    fn who_goes_on_somewhere_in_the_middle_learns_from_the_same_executions() {
        for begin in 0..12 {
            let mut lineup = Lineup::of_kind(&SchedulerKind::Portfolio, Seed::from(1));
            let mut learned = Vec::new();
            for execution in begin..16 {
                while let Some(lesson) = lineup.next_lesson().filter(|lesson| *lesson < execution) {
                    assert!(lineup.of_execution(lesson).is_some());
                    learned.push(lesson);
                }
                let begun = lineup.begun;
                assert!(lineup.of_execution(execution).is_some());
                learned.extend((lineup.begun > begun).then_some(execution));
            }
            assert_eq!(learned, LESSONS, "from {begin}");
            assert!(lineup.next_lesson().is_none() && lineup.lesson.is_none());
        }
    }
}
