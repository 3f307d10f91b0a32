//! Guided exploration: executions go on from those that showed something new.
//!
//! Which execution does what has to follow from its index, on one thread or eight. So they come in generations of fixed length, and
//! each goes on from what was known when the generation before the last was done: while one is being finished, the next is under way.

mod corpus;
mod generations;
mod guide;
mod store;

use std::ops::ControlFlow;

pub(super) use corpus::{Corpus, Snapshot};
pub(super) use generations::{Generations, Mark};
pub(super) use guide::{Candidate, Guide};
pub(super) use store::Store;

use super::Report;
use super::batch::Batch;
use super::explorer::{Explorer, warn};
use super::ledger::{Ledger, Next};
use super::plan::Plan;
use super::progress::Telling;
use super::regress::Beginning;
use super::wall::WallClock;
use super::work::{Done, RunOne, Tested, Worker, run_one};
use crate::simulation::once::Program;

impl Explorer {
    /// The corpus of this exploration.
    #[track_caller]
    pub(super) fn open_corpus(&self, plan: &Plan) -> Corpus {
        let root = plan.corpus.as_ref().zip(self.name.as_deref());
        match root.map(|(root, name)| Store::open(root, name)).transpose() {
            Ok(store) => Corpus::new(store),
            Err(error) => panic!("{error}"),
        }
    }

    /// Nothing more is to be run. Minimises the corpus if that was to be, and tells what has gone wrong with its files.
    pub(super) fn close_corpus(&self, plan: &Plan, ledger: &mut Ledger, broken_off: bool) {
        // Entries that nobody has run yet are not worthless.
        let minimise = plan.minimise && ledger.tally.found.is_none() && !broken_off;
        let Some(store) = ledger.corpus().and_then(Corpus::store) else { return };
        if minimise {
            store.take_away_the_rest();
        }
        store.warnings.drain(..).for_each(|warning| warn(&warning));
    }

    /// Explores on the thread that asks for it.
    #[track_caller]
    pub(super) fn explore_guided(&self, plan: &Plan, beginning: Beginning, body: &Tested<'_>) -> Report {
        let clock = plan.time_limit.map(WallClock::start);
        let mut worker = Worker::new(plan, &plan.settings, body.program, None, clock);
        let mut ledger = Ledger::of_generations(plan, self.open_corpus(plan));
        let mut show = Telling::new(self.name.as_deref(), plan);
        let mut pace = show.pace();
        let mut broken_off = false;
        while let Next::Work(ticket, work) = ledger.next(plan) {
            let mut batch = Batch::default();
            let done = worker.each(work, &mut |execution, scheduler, order| {
                run_one(execution, scheduler, order, body, &mut batch);
                if batch.found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            batch.candidates = worker.take_candidates();
            ledger.finish(ticket, batch, done.exhausted, plan);
            if pace.is_due() {
                show.tell(&ledger.tally);
            }
            broken_off = done.over;
            if broken_off {
                break;
            }
        }
        ledger.absorb_rest(plan);
        show.end(&ledger.tally);
        self.close_corpus(plan, &mut ledger, broken_off);
        self.finish(plan, &ledger.tally, beginning, body)
    }

    /// Calls `run` with its scheduler for each execution.
    #[track_caller]
    pub(super) fn each_guided(&self, plan: &Plan, program: &dyn Program, run: &mut RunOne<'_>) -> Done {
        let clock = plan.time_limit.map(WallClock::start);
        let mut worker = Worker::new(plan, &plan.settings, program, None, clock);
        let mut ledger = Ledger::of_generations(plan, self.open_corpus(plan));
        let mut done = Done { over: false, exhausted: false };
        while let Next::Work(ticket, work) = ledger.next(plan) {
            done = worker.each(work, run);
            let batch = Batch { candidates: worker.take_candidates(), ..Batch::default() };
            ledger.finish(ticket, batch, false, plan);
            if done.over {
                break;
            }
        }
        self.close_corpus(plan, &mut ledger, done.over);
        done
    }
}
