//! From the first line of an execution to the last: begin, run, last steps, what is pending, drop everything.

use super::step::Main;
use std::sync::Arc;

use super::chooser::Seat;
use super::{Chooser, FailureKind, Fault, Kernel, Phase, Refusal, panics, waker};
use crate::config::{PendingAtExit, Settings};
use crate::schedule::{Data, TaskPath};
use crate::trace::recorder::{self, Recorder};
use crate::trace::{Site, TaskId, WaitReason};

/// A task that had not ended when main was done.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) task: TaskId,
    /// Known when the trace is full.
    pub(crate) details: Option<PendingDetails>,
}

#[derive(Debug)]
pub(crate) struct PendingDetails {
    pub(crate) path: TaskPath,
    pub(crate) name: Arc<str>,
    pub(crate) spawned_at: Option<Site>,
    pub(crate) waits_for: Option<WaitReason>,
    pub(crate) line: String,
}

/// What [`Kernel::execute`] needs to know.
#[derive(Clone, Debug)]
pub(crate) struct Order<'a> {
    /// Kernels know them by their identity: executions of one exploration are to have the same.
    pub(crate) settings: &'a Arc<Settings>,
    pub(crate) data: Data,
    /// Whether all events are kept.
    pub(crate) full: bool,
}

impl Order<'_> {
    /// The same, with all events kept or not.
    pub(crate) fn keeping(&self, full: bool) -> Self {
        Self { full, ..self.clone() }
    }
}

/// Makes the kernel ready for the next execution when something unwinds through this one.
struct Unwound<'a>(&'a Kernel);

impl Drop for Unwound<'_> {
    #[cold]
    fn drop(&mut self) {
        self.0.set_phase(Phase::Dropping);
        self.0.drop_everything();
        self.0.core.borrow_mut().scheduler = Seat::EMPTY;
        self.0.reset();
    }
}

impl Kernel {
    /// Runs one execution. Main finishes while destructors still belong to it. The scheduler is taken meanwhile. What is left is its
    /// fault, boxed, because it is large and rare, or nothing if main has finished.
    ///
    /// # Panics
    ///
    /// Inside an execution; with a panic of a scheduler of the user's own.
    #[track_caller]
    pub(crate) fn execute(
        &self,
        order: &Order<'_>,
        scheduler: &mut Option<Chooser>,
        main: &mut dyn Main,
    ) -> Result<(), Box<Fault>> {
        self.begin(order, scheduler);
        let unwound = Unwound(self);
        let quiet = panics::Quiet::new();
        self.drive(main);
        if self.is_hostile.get() {
            self.deliver_held(usize::MAX);
        }
        if self.main_done.get() && !self.has_fault.get() && !self.is_idle() {
            self.last_steps(main);
        }
        let (refusal, live) = {
            let core = &mut *self.core.borrow_mut();
            core.view.ready.open(false);
            (core.scheduler.refusal(), core.view.table.live)
        };
        if let Some(refusal) = refusal {
            self.refused_at_end(refusal);
        }
        if live > 0 {
            self.settle_pending();
        }
        // The queue is closed already.
        self.phase.set(Phase::Dropping);
        // The trace of a failure ends with the failure.
        let mark = self.has_fault.get().then(|| recorder::with(Recorder::mark));
        let mut finished = false;
        self.run_caught(Some(0), || match mark {
            None => finished = main.finish(),
            Some(_) => main.clear(),
        });
        if !finished {
            self.run_caught(Some(0), || main.clear());
        }
        self.drop_everything();
        if order.full {
            self.outer.end(waker::clones(), mark.is_some());
        }
        if let Some(mark) = mark {
            recorder::with(|recorder| recorder.rewind(mark));
        }
        drop(quiet);
        self.core.borrow_mut().end(scheduler);
        std::mem::forget(unwound);
        self.reset();
        if finished && !self.has_fault.get() { Ok(()) } else { Err(self.take_fault()) }
    }

    /// Makes the kernel ready for the next execution.
    #[inline(always)]
    fn reset(&self) {
        self.set_phase(Phase::Idle);
        self.current_slot.set(super::table::NONE);
        recorder::with(|recorder| recorder.end());
    }

    #[cold]
    fn take_fault(&self) -> Box<Fault> {
        self.has_fault.set(false);
        let fault = self.fault.take();
        Box::new(fault.unwrap_or_else(|| unreachable!("an execution ends with main's result or with a fault")))
    }

    /// A replay that has not met every choice of its schedule was of another execution, whatever the end.
    #[cold]
    fn refused_at_end(&self, refusal: Refusal) {
        self.has_fault.set(true);
        let mut fault = self.fault.borrow_mut();
        if fault.as_ref().is_some_and(|fault| matches!(fault.kind, FailureKind::Divergence | FailureKind::Nondeterminism)) {
            return;
        }
        let instead = fault.take();
        let message = match &instead {
            Some(fault) => format!("{}; it ended with a {}: {}", refusal.message, fault.kind, fault.message),
            None => refusal.message,
        };
        *fault = Some(Fault {
            kind: refusal.kind,
            task: instead.as_ref().and_then(|fault| fault.task),
            message,
            place: instead.and_then(|fault| fault.place),
            at: self.now(),
            stopped: false,
        });
    }

    /// Records the tasks that main's end leaves unfinished, and fails the execution if that is to be so.
    #[cold]
    fn settle_pending(&self) {
        if self.has_fault.get() {
            return;
        }
        let pending = recorder::with(|recorder| {
            let table = self.table();
            let pending = table.unfinished().into_iter().map(|slot| {
                let entry = table.peek(slot);
                recorder.pending_at_exit(entry.number, entry.path_hash);
                let details = recorder.known(entry.number).zip(recorder.path_of(entry.number));
                let details = details.map(|((name, spawned_at), path)| PendingDetails {
                    path,
                    name,
                    spawned_at,
                    waits_for: recorder.waits_for(entry.number),
                    line: self.describe(entry.number, recorder),
                });
                Pending { task: TaskId::new(entry.number), details }
            });
            pending.collect::<Vec<_>>()
        });
        if self.settings.get().pending_at_exit == PendingAtExit::Fail {
            let mut message =
                format!("main is done and {} task{} not:", pending.len(), if pending.len() == 1 { " is" } else { "s are" });
            for details in pending.iter().filter_map(|task| task.details.as_ref()) {
                message.push_str("\n  ");
                message.push_str(&details.line);
            }
            self.fault_with(Fault {
                kind: FailureKind::PendingAtExit,
                task: pending.first().map(|task| task.task.number()),
                message,
                place: None,
                at: self.now(),
                stopped: false,
            });
        }
        self.has_pending.set(!pending.is_empty());
        self.pending.replace(pending);
    }

    /// Drops whatever is left. Mostly that is nothing.
    #[inline(always)]
    fn drop_everything(&self) {
        if !self.is_clear() {
            self.drop_leftovers();
        }
    }

    /// Whether nothing is left that has to be dropped; then everything is as it is to be.
    #[inline(always)]
    fn is_clear(&self) -> bool {
        let unused = !self.has_extras.get() && self.scopes.borrow().is_new() && self.watches.borrow().is_new();
        let core = &mut *self.core.borrow_mut();
        unused && core.timers.rewind() && core.view.table.clear_main()
    }

    /// Drops the tasks that are left, in spawn order, and whatever else is. A panic there fails the execution.
    #[cold]
    fn drop_leftovers(&self) {
        let (live, occupied) = {
            let table = self.table();
            (table.live, table.occupied())
        };
        if live > 0 {
            let unfinished = self.table().unfinished();
            for slot in unfinished {
                let (body, joiner, number) = {
                    let mut table = self.table_mut();
                    let entry = table.at(slot);
                    (entry.body.take(), entry.joiner.take(), entry.number)
                };
                self.run_caught(Some(number), || drop((body, joiner)));
            }
        }
        // Main is one of them. Dropping the others has added none.
        if occupied > 1 {
            let leftovers = self.table_mut().leftovers();
            leftovers.into_iter().for_each(|body| self.run_caught(None, || drop(body)));
        }
        while self.has_extras.get() {
            let task = self.extras.borrow().first_panicked();
            let Some(task) = task else { break };
            self.give_up_panic(task);
        }
        self.run_caught(None, || {
            let waiters = self.core.borrow_mut().timers.clear();
            drop(waiters);
        });
        if !self.scopes.borrow().is_new() || !self.watches.borrow().is_new() {
            self.run_caught(None, || {
                let scopes = self.scopes.borrow_mut().begin();
                let watches = self.watches.borrow_mut().begin();
                drop((scopes, watches));
            });
        }
        // Handles that are still about are of an execution that is over.
        self.table_mut().clear();
    }

    /// Runs code that may be the program's outside a step: destructors, foreign wakers, a scheduler.
    fn run_caught(&self, task: Option<u32>, body: impl FnOnce()) {
        if let Err(payload) = panics::catch(body) {
            self.panicked_outside(task, payload);
        }
    }
}
