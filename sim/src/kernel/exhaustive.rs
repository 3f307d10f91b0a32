//! Exhaustive: every schedule once, depth first.
//!
//! It lives in the kernel, which asks it directly: it answers a great many choices, most of them as in the execution before.

use super::Model;
use super::choice::{ChoicePoint, Refusal, Scheduler};
use super::fault::FailureKind;
use crate::schedule::{Choice, ChoiceKind};

/// As few leaves as are worth giving away: whoever takes them repeats an execution, and waits for the lock.
const WORTHWHILE: u64 = 16;

/// Runs through the tree of choices depth first, alternative 0 first, without keeping any state of the program: each
/// execution repeats the choices up to the deepest one that has an alternative left and takes the next there.
///
/// With a preemption bound p (iterative context bounding, M. Musuvathi and S. Qadeer, PLDI 2007) it leaves out the
/// schedules that step another task more than p times while the last one is still ready.
#[derive(Clone, Debug)]
pub struct Exhaustive {
    /// The choices from the root of the tree to the present leaf.
    path: Vec<Choice>,
    /// How many choices from the root stay as they are: the rest is the subtree below them.
    fixed: usize,
    /// How many choices of the running execution were made.
    depth: usize,
    /// With a preemption bound.
    bound: Option<Bound>,
    exhausted: bool,
    refusal: Option<Refusal>,
    /// Only the subtrees at some depth are wanted.
    skim: Option<Skim>,
}

/// The subtrees below the first choices.
#[derive(Clone, Debug)]
struct Skim {
    depth: usize,
    found: Vec<Exhaustive>,
    /// Whether one of them is more than a leaf.
    deeper: bool,
}

/// How many preemptions are allowed, and how many there are.
#[derive(Clone, Debug)]
struct Bound {
    most: u32,
    /// What each choice of the path costs.
    costs: Vec<Cost>,
    /// How many choices of the running execution were preemptions.
    preemptions: u32,
}

#[derive(Clone, Copy, Debug)]
struct Cost {
    /// Preemptions before the choice.
    before: u32,
    /// The alternative that steps the last task again, or `u32::MAX`.
    last: u32,
}

impl Cost {
    fn of(self, pick: u32) -> u32 {
        u32::from(self.last != u32::MAX && pick != self.last)
    }
}

impl Bound {
    /// A choice is met for the first time.
    fn meet(&mut self, point: &ChoicePoint<'_>) {
        let last = match point.kind() {
            ChoiceKind::Task => point.last().and_then(|(_, position)| position).unwrap_or(u32::MAX),
            _ => u32::MAX,
        };
        self.costs.push(Cost { before: self.preemptions, last });
    }

    fn allows(&self, index: usize, pick: u32) -> bool {
        let cost = self.costs[index];
        cost.before + cost.of(pick) <= self.most
    }
}

impl Exhaustive {
    pub(crate) fn new(bound: Option<u32>) -> Self {
        let bound = bound.map(|most| Bound { most, costs: Vec::new(), preemptions: 0 });
        Self { path: Vec::new(), fixed: 0, depth: 0, bound, exhausted: false, refusal: None, skim: None }
    }

    /// The choices of the next execution as far as they are known.
    pub(crate) fn path(&self) -> &[Choice] {
        &self.path
    }

    /// The answer to a choice that an execution somewhere else has met. `None` if another one should be here.
    pub(crate) fn go(&mut self, kind: ChoiceKind, alternatives: u32) -> Option<u32> {
        self.pick(kind, alternatives)
    }

    /// Whether there is a refusal to ask for.
    #[inline]
    pub(super) fn has_refused(&self) -> bool {
        self.refusal.is_some()
    }

    pub(super) fn is_bounded(&self) -> bool {
        self.bound.is_some()
    }

    /// Goes through the first `depth` choices only.
    pub(crate) fn skimming(bound: Option<u32>, depth: usize) -> Self {
        Self { skim: Some(Skim { depth, found: Vec::new(), deeper: false }), ..Self::new(bound) }
    }

    /// The subtrees that were found, in order, and whether one of them is more than a leaf.
    pub(crate) fn skimmed(&mut self) -> (Vec<Self>, bool) {
        self.skim.take().map_or_else(Default::default, |skim| (skim.found, skim.deeper))
    }

    /// Gives away all that comes after what this one keeps, which is about `most` leaves or fewer: the subtree below the choice
    /// nearest to the root for which that holds. `None` if that would be a few leaves only: taking them over costs more. To be
    /// called between executions.
    pub(crate) fn split(&mut self, most: u64) -> Option<Self> {
        // How many leaves there are below a choice is taken to be as many as the choices of the path below it allow.
        let mut below = vec![1u64; self.path.len()];
        for index in (1..self.path.len()).rev() {
            below[index - 1] = below[index].saturating_mul(self.path[index].alternatives.into());
        }
        let open = |index: usize| Some((index, self.allowed(index, self.path[index].picked + 1)?));
        let (index, pick) = (self.fixed..self.path.len()).filter(|index| below[*index] <= most.max(1)).find_map(open)?;
        let given = u64::from(self.path[index].alternatives - pick).saturating_mul(below[index]);
        if given < WORTHWHILE {
            return None;
        }
        let mut other = self.clone();
        other.path.truncate(index + 1);
        other.path[index].picked = pick;
        if let Some(bound) = &mut other.bound {
            bound.costs.truncate(index + 1);
        }
        self.fixed = index + 1;
        Some(other)
    }

    /// Keeps what skimming is for.
    #[cold]
    fn skim(&mut self) {
        let Some(mut skim) = self.skim.take() else { return };
        skim.deeper |= self.path.len() > skim.depth;
        self.path.truncate(skim.depth);
        if let Some(bound) = &mut self.bound {
            bound.costs.truncate(self.path.len());
        }
        skim.found.push(Self { fixed: self.path.len(), ..self.clone() });
        self.skim = Some(skim);
    }

    /// The answer where there is no bound. `None` if the choice is not the one that the execution before met here.
    #[inline(always)]
    pub(super) fn pick(&mut self, kind: ChoiceKind, alternatives: u32) -> Option<u32> {
        match self.path.get(self.depth) {
            // Both in one, which is one branch less in every choice.
            Some(known) if (known.kind.tag() ^ kind.tag()) | u64::from(known.alternatives ^ alternatives) != 0 => None,
            Some(known) => {
                self.depth += 1;
                Some(known.picked)
            }
            None => {
                self.path.push(Choice { kind, picked: 0, alternatives });
                self.depth += 1;
                Some(0)
            }
        }
    }

    /// An execution begins.
    #[inline]
    pub(crate) fn start(&mut self) {
        self.depth = 0;
        if self.bound.is_some() || self.refusal.is_some() {
            self.start_anew();
        }
    }

    #[cold]
    fn start_anew(&mut self) {
        if let Some(bound) = &mut self.bound {
            bound.preemptions = 0;
        }
        self.refusal = None;
    }

    /// It is over: goes on to the next leaf of the tree.
    #[inline]
    pub(super) fn advance(&mut self) {
        if self.skim.is_some() || self.bound.is_some() {
            return self.advance_seldom();
        }
        // What every execution does, without a call.
        self.path.truncate(self.depth);
        while self.path.len() > self.fixed
            && let Some(choice) = self.path.last_mut()
        {
            choice.picked += 1;
            if choice.picked < choice.alternatives {
                break;
            }
            self.path.pop();
        }
        self.exhausted = self.path.len() == self.fixed;
    }

    #[cold]
    fn advance_seldom(&mut self) {
        self.path.truncate(self.depth);
        if self.skim.is_some() {
            self.skim();
        }
        while self.path.len() > self.fixed
            && let Some(choice) = self.path.last()
        {
            let index = self.path.len() - 1;
            if let Some(pick) = self.allowed(index, choice.picked + 1) {
                self.path[index].picked = pick;
                break;
            }
            self.path.pop();
        }
        if let Some(bound) = &mut self.bound {
            bound.costs.truncate(self.path.len());
        }
        self.exhausted = self.path.len() == self.fixed;
    }

    /// The first alternative from `from` on that the bound allows.
    #[inline]
    fn allowed(&self, index: usize, from: u32) -> Option<u32> {
        let mut left = from..self.path[index].alternatives;
        match &self.bound {
            None => left.next(),
            Some(bound) => left.find(|&pick| bound.allows(index, pick)),
        }
    }

    /// The present execution is not the one before, although it has made the same choices.
    #[cold]
    fn refuse(&mut self, kind: ChoiceKind, alternatives: u32) -> u32 {
        let known = self.path[self.depth];
        self.refusal = Some(Refusal::new(
            FailureKind::Nondeterminism,
            format!(
                "choice {} was a {} choice with {} alternatives in the execution before, after the same choices, and is a {kind} \
                 choice with {alternatives} now",
                self.depth, known.kind, known.alternatives
            ),
        ));
        u32::MAX
    }
}

impl Scheduler for Exhaustive {
    fn choose(&mut self, point: &ChoicePoint<'_>) -> u32 {
        let (kind, alternatives, index) = (point.kind(), point.alternatives(), self.depth);
        if self.bound.is_none()
            && let Some(picked) = self.pick(kind, alternatives)
        {
            return picked;
        }
        if index == self.path.len() {
            if let Some(bound) = &mut self.bound {
                bound.meet(point);
            }
            self.path.push(Choice { kind, picked: 0, alternatives });
            // To go on with the last task is always within the bound.
            self.path[index].picked = self.allowed(index, 0).unwrap_or(0);
        }
        let known = self.path[index];
        if known.kind != kind || known.alternatives != alternatives {
            return self.refuse(kind, alternatives);
        }
        self.depth += 1;
        if let Some(bound) = &mut self.bound {
            bound.preemptions += bound.costs[index].of(known.picked);
        }
        known.picked
    }

    fn begin(&mut self, _execution: u64, _model: &Model) {
        self.start();
    }

    fn end(&mut self) {
        self.advance();
    }

    fn as_exhaustive(&mut self) -> Option<&mut Exhaustive> {
        Some(self)
    }

    fn observes(&self) -> bool {
        false
    }

    #[inline]
    fn exhausted(&self) -> bool {
        self.exhausted
    }

    #[inline]
    fn refusal(&mut self) -> Option<Refusal> {
        self.refusal.take()
    }
}
