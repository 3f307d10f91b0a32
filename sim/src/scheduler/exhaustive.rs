//! Exhaustive: every schedule once, depth first.

use super::{ChoicePoint, Model, Refusal, Scheduler};
use crate::kernel::FailureKind;
use crate::schedule::ChoiceKind;

/// Runs through the tree of choices depth first, alternative 0 first, without keeping any state of the program: each
/// execution repeats the choices up to the deepest one that has an alternative left and takes the next there.
///
/// With a preemption bound p (iterative context bounding, M. Musuvathi and S. Qadeer, PLDI 2007) it leaves out the
/// schedules that step another task more than p times while the last one is still ready.
#[derive(Debug)]
pub(super) struct Exhaustive {
    bound: Option<u32>,
    path: Vec<Node>,
    /// How many choices of the running execution were made.
    depth: usize,
    /// How many of them were preemptions.
    preemptions: u32,
    exhausted: bool,
    refusal: Option<Refusal>,
}

/// One choice on the path from the root to the present leaf.
#[derive(Clone, Copy, Debug)]
struct Node {
    kind: ChoiceKind,
    alternatives: u32,
    picked: u32,
    /// Preemptions before it.
    preemptions: u32,
    /// The alternative that steps the last task again, or `u32::MAX`.
    last: u32,
}

impl Node {
    fn costs(&self, pick: u32) -> u32 {
        u32::from(self.last != u32::MAX && pick != self.last)
    }

    /// The first alternative from `from` on that the bound allows.
    fn next(&self, from: u32, bound: Option<u32>) -> Option<u32> {
        (from..self.alternatives).find(|&pick| bound.is_none_or(|bound| self.preemptions + self.costs(pick) <= bound))
    }
}

impl Exhaustive {
    pub(super) fn new(bound: Option<u32>) -> Self {
        Self { bound, path: Vec::new(), depth: 0, preemptions: 0, exhausted: false, refusal: None }
    }
}

impl Scheduler for Exhaustive {
    #[inline]
    fn choose(&mut self, point: &ChoicePoint<'_>) -> u32 {
        let (kind, alternatives) = (point.kind(), point.alternatives());
        if self.depth == self.path.len() {
            let last = match (self.bound, kind) {
                (Some(_), ChoiceKind::Task) => point.last().and_then(|(_, position)| position).unwrap_or(u32::MAX),
                _ => u32::MAX,
            };
            let mut node = Node { kind, alternatives, picked: 0, preemptions: self.preemptions, last };
            // To go on with the last task is always within the bound.
            node.picked = node.next(0, self.bound).unwrap_or(0);
            self.path.push(node);
        }
        let node = self.path[self.depth];
        if node.kind != kind || node.alternatives != alternatives {
            self.refusal = Some(Refusal::new(
                FailureKind::Nondeterminism,
                format!(
                    "choice {} was a {} choice with {} alternatives in the execution before, after the same choices, and is a {kind} \
                     choice with {alternatives} now",
                    self.depth, node.kind, node.alternatives
                ),
            ));
            return u32::MAX;
        }
        self.depth += 1;
        self.preemptions += node.costs(node.picked);
        node.picked
    }

    fn begin(&mut self, _execution: u64, _model: &Model) {
        self.depth = 0;
        self.preemptions = 0;
        self.refusal = None;
    }

    /// Goes on to the next leaf of the tree.
    fn end(&mut self) {
        self.path.truncate(self.depth);
        while let Some(node) = self.path.last_mut() {
            if let Some(pick) = node.next(node.picked + 1, self.bound) {
                node.picked = pick;
                return;
            }
            self.path.pop();
        }
        self.exhausted = true;
    }

    fn observes(&self) -> bool {
        false
    }

    fn exhausted(&self) -> bool {
        self.exhausted
    }

    fn refusal(&mut self) -> Option<Refusal> {
        self.refusal.take()
    }
}
