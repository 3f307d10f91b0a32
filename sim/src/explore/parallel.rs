//! An exploration on several threads, which comes to the same report as on one.

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::Report;
use super::batch::Batch;
use super::explorer::Explorer;
use super::ledger::{Ledger, Next, Ticket};
use super::plan::Plan;
use super::progress::Telling;
use super::wall::{Pace, WallClock};
use super::work::{Tested, Work, Worker, run_one};
use crate::config::Settings;
use crate::scheduler::{Chooser, SchedulerKind};

/// Makes the program for whoever runs it, on any thread.
pub(super) type Make<'a> = dyn Fn(&mut dyn FnMut(&Tested<'_>)) + Sync + 'a;

/// Of a worker's stack: as much as a program's main thread has.
const STACK: usize = 8 << 20;

/// What a worker that gives away a part of its tree keeps, at most, in executions.
const KEEP: u64 = 4096;

/// What the workers share.
struct Floor<'a> {
    plan: &'a Plan,
    settings: &'a Arc<Settings>,
    make: &'a Make<'a>,
    clock: Option<WallClock>,
    ledger: Mutex<Ledger>,
    show: Mutex<Telling<'a>>,
    /// Workers that have nothing to do.
    idle: AtomicUsize,
    changed: Condvar,
}

impl Explorer {
    /// Explores on several threads.
    #[track_caller]
    pub(super) fn explore_in_parallel(&self, plan: &Plan, make: &Make<'_>) -> Report {
        let clock = plan.time_limit.map(WallClock::start);
        let (mut beginning, mut ledger) = (None, None);
        make(&mut |body| {
            let begun = self.begin(plan, body);
            if let (Ok(_), Some(SchedulerKind::Exhaustive { preemptions })) = (&begun, &plan.scheduler) {
                let worker = Worker::new(plan, &plan.settings, body.program, None, None);
                let trees = worker.trees(*preemptions).into_iter();
                ledger = Some(Ledger::of(plan, trees.map(|tree| Work::Tree(Box::new(tree)))));
            }
            if begun.is_ok() && plan.is_guided() {
                ledger = Some(Ledger::of_generations(plan, self.open_corpus(plan)));
            }
            beginning = Some(begun);
        });
        let beginning = match beginning.unwrap_or_else(|| unreachable!("the program is made once")) {
            Ok(beginning) => beginning,
            Err(report) => return *report,
        };
        let floor = Floor {
            plan,
            settings: &plan.settings,
            make,
            clock,
            ledger: Mutex::new(ledger.unwrap_or_else(|| Ledger::of_range(plan))),
            show: Mutex::new(Telling::new(self.name.as_deref(), plan)),
            idle: AtomicUsize::new(0),
            changed: Condvar::new(),
        };
        thread::scope(|scope| {
            for n in 0..plan.jobs.get() {
                let worker = thread::Builder::new().name(format!("reenact-{n}")).stack_size(STACK);
                if let Err(error) = worker.spawn_scoped(scope, || floor.work()) {
                    floor.ledger().give_up();
                    floor.changed.notify_all();
                    panic!("no thread could be started for job {n} of {}: {error}", plan.jobs);
                }
            }
        });
        let mut ledger = floor.ledger.into_inner().unwrap_or_else(PoisonError::into_inner);
        ledger.absorb_rest(plan);
        self.close_corpus(plan, &mut ledger, false);
        floor.show.into_inner().unwrap_or_else(PoisonError::into_inner).end(&ledger.tally);
        let (mut report, mut beginning) = (None, Some(beginning));
        make(&mut |body| {
            report = Some(self.finish(plan, &ledger.tally, beginning.take().unwrap_or_default(), body));
        });
        report.unwrap_or_else(|| unreachable!("the program is made once"))
    }
}

impl Floor<'_> {
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a thread does.
    fn work(&self) {
        let done = catch_unwind(AssertUnwindSafe(|| {
            (self.make)(&mut |body| {
                let mut worker = Worker::new(self.plan, self.settings, body.program, None, self.clock);
                while let Some((ticket, work)) = self.next() {
                    self.run(&mut worker, ticket, work, body);
                }
            });
        }));
        if let Err(panic) = done {
            // The others would wait for ever for what this one has begun.
            self.ledger().give_up();
            self.changed.notify_all();
            resume_unwind(panic);
        }
    }

    /// The next piece; waits as long as somebody may give away a part of theirs.
    fn next(&self) -> Option<(Ticket, Work)> {
        let mut ledger = self.ledger();
        loop {
            if self.clock.as_ref().is_some_and(WallClock::is_over) {
                return None;
            }
            match ledger.next(self.plan) {
                Next::Work(ticket, work) => return Some((ticket, work)),
                Next::Over => return None,
                Next::Wait => {}
            }
            self.idle.fetch_add(1, Ordering::Relaxed);
            ledger = self.changed.wait(ledger).unwrap_or_else(PoisonError::into_inner);
            self.idle.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn run(&self, worker: &mut Worker<'_>, ticket: Ticket, work: Work, body: &Tested<'_>) {
        let mut batch = Batch::default();
        let mut pace = Pace::new();
        let done = worker.each(work, &mut |execution, scheduler, order| {
            run_one(execution, scheduler, order, body, &mut batch);
            if batch.found.is_some() {
                return ControlFlow::Break(());
            }
            self.share(ticket, scheduler);
            let mut flow = ControlFlow::Continue(());
            if pace.is_due() || batch.is_full() {
                let mut ledger = self.ledger();
                flow = ledger.deliver(ticket, std::mem::take(&mut batch), self.plan);
                self.tell(&ledger);
            }
            flow
        });
        batch.candidates = worker.take_candidates();
        let late = self.clock.as_ref().is_some_and(WallClock::is_over);
        let mut ledger = self.ledger();
        if late && !done.exhausted && batch.found.is_none() {
            let _ = ledger.deliver(ticket, batch, self.plan);
        } else {
            ledger.finish(ticket, batch, done.exhausted, self.plan);
        }
        self.tell(&ledger);
        // Whoever waits has said so under this lock. To wake nobody takes a system call as well, which short pieces are not worth.
        let somebody_waits = self.idle.load(Ordering::Relaxed) > 0;
        drop(ledger);
        if somebody_waits {
            self.changed.notify_all();
        }
    }

    /// Gives a part of the tree to somebody who has nothing to do.
    fn share(&self, ticket: Ticket, scheduler: &mut Option<Chooser>) {
        if self.idle.load(Ordering::Relaxed) == 0 {
            return;
        }
        let Some(scheduler) = scheduler.as_mut().filter(|scheduler| !scheduler.exhausted()) else { return };
        let mut ledger = self.ledger();
        // What is given away should be within the budget, too: what lies beyond it is run for nothing. How large a part is can
        // only be guessed, mostly too low, so what is kept is far less than a fair share.
        let left = self.plan.most() - ledger.tally.executions;
        let keep = (left / (16 * u64::from(self.plan.jobs.get()))).min(KEEP);
        if !ledger.has_untaken()
            && let Some(part) = scheduler.as_exhaustive().and_then(|tree| tree.split(keep))
        {
            ledger.split(ticket, Work::Tree(Box::new(part)));
            self.changed.notify_all();
        }
    }

    fn tell(&self, ledger: &Ledger) {
        if let Ok(mut show) = self.show.try_lock() {
            show.tell(&ledger.tally);
        }
    }
}
