//! [`Ledger`]: what the workers of an exploration are at, and what they have come to, in the order in which it counts.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use super::batch::Batch;
use super::guided::{Corpus, Generations, Mark};
use super::plan::Plan;
use super::tally::Tally;
use super::work::Work;

/// A piece of work by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket(u64);

/// The pieces of an exploration in their order, up to the first that is known to fail.
///
/// What counts is what one worker alone would have done: a piece's batches are added to the tally when all pieces before it are done.
#[derive(Debug)]
pub(super) struct Ledger {
    pieces: VecDeque<Piece>,
    /// The executions from here on are not in a piece yet.
    next_range: u64,
    next_ticket: u64,
    /// Behind the last piece nothing comes any more.
    closed: bool,
    /// Of a guided exploration.
    generations: Option<Generations>,
    pub(super) tally: Tally,
}

#[derive(Debug)]
struct Piece {
    ticket: Ticket,
    /// Which subtree of the choices it is of, counted over all parts of the exploration.
    tree: u64,
    /// As long as nobody has taken it.
    work: Option<Work>,
    batches: VecDeque<Batch>,
    mark: Mark,
    done: bool,
    /// All of its schedules were tried.
    exhausted: bool,
}

impl Piece {
    fn take(&mut self, batch: Batch) {
        self.batches.push_back(Batch { tree: self.tree, ..batch });
    }
}

/// What a worker may do next.
#[derive(Debug)]
pub(super) enum Next {
    Work(Ticket, Work),
    /// Somebody else may give some of theirs.
    Wait,
    Over,
}

impl Ledger {
    /// For executions that follow from their index.
    pub(super) fn of_range(plan: &Plan) -> Self {
        let (pieces, tally) = (VecDeque::new(), Tally::new(plan));
        Self { pieces, next_range: 0, next_ticket: 0, closed: false, generations: None, tally }
    }

    /// For executions that go on from one another.
    pub(super) fn of_generations(plan: &Plan, corpus: Corpus) -> Self {
        Self { generations: Some(Generations::new(corpus, plan)), ..Self::of_range(plan) }
    }

    /// What a guided exploration goes on from.
    pub(super) fn corpus(&mut self) -> Option<&mut Corpus> {
        self.generations.as_mut().map(|generations| &mut generations.corpus)
    }

    /// For trees of choices.
    pub(super) fn of(plan: &Plan, works: impl IntoIterator<Item = Work>) -> Self {
        let mut ledger = Self { closed: true, ..Self::of_range(plan) };
        for (n, work) in (0..).zip(works) {
            ledger.insert(ledger.pieces.len(), work, plan.nth_tree(n));
        }
        ledger
    }

    fn insert(&mut self, at: usize, work: Work, tree: u64) -> Ticket {
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        let (work, batches, mark) = (Some(work), VecDeque::new(), Mark::Nothing);
        self.pieces.insert(at, Piece { ticket, tree, work, batches, mark, done: false, exhausted: false });
        ticket
    }

    fn position(&self, ticket: Ticket) -> Option<usize> {
        self.pieces.iter().position(|piece| piece.ticket == ticket)
    }

    /// The first piece that nobody has taken.
    pub(super) fn next(&mut self, plan: &Plan) -> Next {
        if self.is_over(plan) {
            return Next::Over;
        }
        if let Some(piece) = self.pieces.iter_mut().find(|piece| piece.work.is_some())
            && let Some(work) = piece.work.take()
        {
            return Next::Work(piece.ticket, work);
        }
        if self.closed {
            return if self.pieces.is_empty() { Next::Over } else { Next::Wait };
        }
        let Some((work, mark)) = self.further(plan) else {
            debug_assert!(self.closed || !self.pieces.is_empty(), "with everything known nothing can be waited for");
            // With nothing begun nobody would wake those who wait.
            return if self.pieces.is_empty() { Next::Over } else { Next::Wait };
        };
        let ticket = self.insert(self.pieces.len(), Work::Range(0..0), 0);
        if let Some(piece) = self.pieces.back_mut() {
            (piece.work, piece.mark) = (None, mark);
        }
        Next::Work(ticket, work)
    }

    /// Executions that are in no piece yet. `None` if they depend on what others are at.
    fn further(&mut self, plan: &Plan) -> Option<(Work, Mark)> {
        let (work, end, mark) = match &mut self.generations {
            None => {
                let range = self.next_range..plan.executions.min(self.next_range + range_length(plan));
                (Work::Range(range.clone()), range.end, Mark::Nothing)
            }
            Some(generations) => {
                if let Some(seeds) = generations.seeds() {
                    return Some((Work::Seeds(seeds), Mark::Seeds));
                }
                if plan.minimise {
                    // Nothing comes after them.
                    self.closed = true;
                    return None;
                }
                let (range, snapshot, mark) = generations.piece(self.next_range, plan.executions)?;
                (Work::Guided(range.clone(), snapshot), range.end, mark)
            }
        };
        self.next_range = end;
        self.closed = end == plan.executions;
        Some((work, mark))
    }

    /// A worker gives away a part of its piece: what comes after all that it keeps.
    pub(super) fn split(&mut self, ticket: Ticket, work: Work) {
        if let Some(at) = self.position(ticket) {
            self.insert(at + 1, work, self.pieces[at].tree);
        }
    }

    /// Takes what a worker has come to. Says to break when nothing further of its piece counts.
    pub(super) fn deliver(&mut self, ticket: Ticket, batch: Batch, plan: &Plan) -> ControlFlow<()> {
        let Some(at) = self.position(ticket) else { return ControlFlow::Break(()) };
        self.pieces[at].take(batch);
        self.absorb(plan);
        if self.is_over(plan) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// A worker is done with its piece, because it has failed or nothing is left of it.
    pub(super) fn finish(&mut self, ticket: Ticket, batch: Batch, exhausted: bool, plan: &Plan) {
        let Some(at) = self.position(ticket) else { return };
        let mut exhausted = exhausted;
        if batch.found.is_some() {
            // What comes later would not have been run.
            exhausted &= self.closed && at + 1 == self.pieces.len();
            self.pieces.truncate(at + 1);
            self.closed = true;
        }
        let piece = &mut self.pieces[at];
        piece.take(batch);
        (piece.done, piece.exhausted) = (true, exhausted);
        self.absorb(plan);
    }

    /// Nothing is to be run any more.
    pub(super) fn give_up(&mut self) {
        self.pieces.clear();
        self.closed = true;
    }

    /// Adds to the tally what is known to count.
    fn absorb(&mut self, plan: &Plan) {
        while let Some(first) = self.pieces.front_mut() {
            while let Some(mut batch) = first.batches.pop_front() {
                if let Some(generations) = &mut self.generations {
                    self.tally.corpus = generations.absorb(std::mem::take(&mut batch.candidates));
                }
                let all = self.tally.absorb(&mut batch, plan);
                if !self.tally.is_over(plan) {
                    continue;
                }
                // Every schedule was tried if this was the last of them, which its worker may be about to say.
                let last = all && first.batches.is_empty() && self.pieces.len() == 1;
                if last && !self.pieces[0].done {
                    return;
                }
                self.tally.exhausted = last && self.pieces[0].exhausted;
                self.pieces.clear();
                return;
            }
            if !first.done {
                return;
            }
            self.tally.exhausted = first.exhausted;
            let mark = first.mark;
            self.pieces.pop_front();
            if let Some(generations) = &mut self.generations {
                generations.finished(mark);
            }
        }
    }

    /// With the time over, what was run counts although something before it was not.
    pub(super) fn absorb_rest(&mut self, plan: &Plan) {
        self.tally.exhausted &= self.pieces.is_empty();
        for piece in std::mem::take(&mut self.pieces) {
            for mut batch in piece.batches {
                if let Some(generations) = &mut self.generations {
                    self.tally.corpus = generations.absorb(std::mem::take(&mut batch.candidates));
                }
                if !self.tally.is_over(plan) {
                    self.tally.absorb(&mut batch, plan);
                }
            }
        }
    }

    fn is_over(&self, plan: &Plan) -> bool {
        self.tally.is_over(plan) || (self.closed && self.pieces.is_empty())
    }

    /// Whether somebody who waits could be given something.
    pub(super) fn has_untaken(&self) -> bool {
        self.pieces.iter().any(|piece| piece.work.is_some())
    }
}

/// Executions of a piece: short enough that the last ones are shared well, in groups of 8.
fn range_length(plan: &Plan) -> u64 {
    let pieces = u64::from(plan.jobs.get()) * 16;
    let parts = plan.shard.map_or(1, |shard| u64::from(shard.of()));
    (plan.executions / pieces / 8).clamp(1, 128 * parts) * 8
}
