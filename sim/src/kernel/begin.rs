//! An execution begins: everything is as if there had been none before.

use std::sync::Arc;

use super::{CLEANUP, Chooser, Core, Counts, Kernel, Order, Phase, TaskWord, run, waker};
use crate::config::Settings;
use crate::instant::Instant;
use crate::trace::recorder;

impl Kernel {
    /// Makes everything ready for a new execution. Main becomes task 0, and ready.
    ///
    /// # Panics
    ///
    /// Inside an execution.
    #[track_caller]
    pub(super) fn begin(&self, order: &Order<'_>, scheduler: &mut Option<Chooser>) {
        assert!(
            self.phase.get() == Phase::Idle,
            "a simulation was started inside a simulation: run one after the other, or spawn tasks in the running one"
        );
        CLEANUP.with(|_| ());
        let Some(observed) = scheduler.as_ref().map(Chooser::observes) else {
            unreachable!("whoever runs an execution brings a scheduler")
        };
        let core = &mut *self.core.borrow_mut();
        if core.settings.as_ref().map(Arc::as_ptr) != Some(Arc::as_ptr(order.settings)) {
            self.change_settings(core, order.settings);
        }
        let watched = order.full || observed || self.is_hostile.get();
        self.observed.set(observed);
        self.watched.set(watched);
        core.begin(scheduler, observed);
        core.view.ready.open(!watched);
        let epoch = core.serials.epoch();
        self.epoch.set(epoch);
        self.task_resumed.set(false);
        self.main_done.set(false);
        self.stop.set(false);
        self.steps.begin(core.first_check);
        self.begin_extras(&order.data);
        if watched || self.was_full.get() {
            self.begin_watched(order);
        }
        // Only an execution that was left by a panic has left one.
        if self.has_fault.replace(false) {
            self.fault.take();
        }
        debug_assert!(core.timers.is_new(), "an execution has left timers");
        self.now.set(Instant::ZERO);
        recorder::with(|recorder| {
            recorder.begin(order.full.then(|| order.settings.limits.trace_events));
            self.phase.set(Phase::Running);
            self.insert_main(core, recorder);
        });
    }

    /// Executions of one exploration have the same settings, so that what follows from them is worked out once.
    #[cold]
    fn change_settings(&self, core: &mut Core, settings: &Arc<Settings>) {
        self.settings.set(**settings);
        self.is_hostile.set(!settings.hostility.is_none());
        core.view.hostility = settings.hostility;
        core.first_check = settings.limits.next_check(0).min(run::UNLOOKED);
        core.latest =
            settings.limits.virtual_time.value().and_then(|most| u64::try_from(most.as_nanos()).ok()).unwrap_or(u64::MAX);
        core.most_tasks = settings.limits.tasks.value().and_then(|most| u32::try_from(most).ok()).unwrap_or(u32::MAX);
        core.settings = Some(settings.clone());
    }

    /// What only those executions need in which a step is more than a poll and a digest, and the one after them.
    #[cold]
    fn begin_watched(&self, order: &Order<'_>) {
        let full = order.full;
        self.was_full.set(full);
        if self.is_hostile.get() {
            self.hostile.borrow_mut().begin(order.settings.hostility);
        }
        self.accesses.borrow_mut().clear();
        self.outer.begin(waker::clones());
        self.awaits.begin(full && order.settings.await_points);
    }
}

impl Core {
    #[inline]
    fn begin(&mut self, scheduler: &mut Option<Chooser>, indexed: bool) {
        self.view.table.begin(indexed);
        self.view.ready.clear();
        self.scheduler.put(scheduler);
        self.view.choices.clear();
        self.view.last = TaskWord::NONE;
        self.counts = Counts::default();
        self.steps_at_clock = 0;
        self.completions = 0;
        self.serials.begin();
    }

    /// Tells the scheduler that the execution is over, and gives it back.
    #[inline]
    pub(super) fn end(&mut self, scheduler: &mut Option<Chooser>) {
        self.scheduler.give_back(scheduler);
        if let Some(scheduler) = scheduler {
            scheduler.end();
        }
    }
}
