//! The hostile executor: what the contract of `Future` allows and a friendly executor never does.
//!
//! Everything happens at choice points of kind `Fault` whose alternative 0 is the friendly one. A hostile execution runs in the watched
//! loop and its wakes take the seldom path, so that others pay for none of this.
//!
//! A waker is a serial and a slot. A task with fresh wakers gets a new serial at each poll, and only the last one is its own: an
//! earlier waker is as dead as one of a finished task. What the kernel itself calls the task does not change.

use std::time::Duration;

use super::table::flag;
use super::waker::TaskWord;
use super::{Kernel, Phase};
use crate::hostility::Hostility;
use crate::instant::Instant;
use crate::schedule::ChoiceKind;
use crate::trace::HostileAct;
use crate::trace::recorder;

/// What the executor may still do, and what it has begun.
#[derive(Debug)]
pub(super) struct Hostile {
    spurious_polls_left: u32,
    late_wakes_left: u32,
    late_by: Duration,
    fresh_wakers: bool,
    /// By slot.
    wakers: Vec<Wakers>,
    /// Tasks whose wakes are to arrive late, in the order in which they were woken. All were woken since the clock moved last.
    /// With the number of steps that had been taken then.
    held: Vec<(TaskWord, u64)>,
    /// How many of them were held when the clock began to move.
    outrun: usize,
}

/// The wakers of a task.
#[derive(Clone, Copy, Debug)]
struct Wakers {
    /// Whose they are: slots are used again.
    task: TaskWord,
    /// The one that works.
    live: TaskWord,
    /// Whether each poll brings another one. Decided at the second poll: before there is no other.
    fresh: Option<bool>,
}

/// Steps after which a held wake arrives, whatever else is ready: a program that spins until it does is not to spin for ever.
const MOST_STEPS: u64 = 64;

const UNKNOWN: Wakers = Wakers { task: TaskWord::NONE, live: TaskWord::NONE, fresh: None };

impl Hostile {
    pub(super) const fn new() -> Self {
        Self {
            spurious_polls_left: 0,
            late_wakes_left: 0,
            late_by: Duration::ZERO,
            fresh_wakers: false,
            wakers: Vec::new(),
            held: Vec::new(),
            outrun: 0,
        }
    }

    pub(super) fn begin(&mut self, hostility: Hostility) {
        self.spurious_polls_left = hostility.most_spurious_polls();
        self.late_wakes_left = hostility.most_late_wakes();
        self.late_by = hostility.most_late_by();
        self.fresh_wakers = hostility.has_fresh_wakers();
        self.wakers.clear();
        self.held.clear();
    }

    /// The task that a waker wakes: [`TaskWord::NONE`] if it is a dead one. `known` is the task in its slot.
    fn owner(&self, waker: TaskWord, known: TaskWord) -> TaskWord {
        let wakers = self.wakers.get(waker.slot() as usize).filter(|wakers| wakers.task == known);
        let live = wakers.map_or(known, |wakers| wakers.live);
        if live == waker { known } else { TaskWord::NONE }
    }

    fn wakers(&mut self, task: TaskWord) -> &mut Wakers {
        let slot = task.slot() as usize;
        if slot >= self.wakers.len() {
            self.wakers.resize(slot + 1, UNKNOWN);
        }
        &mut self.wakers[slot]
    }
}

impl Kernel {
    /// Whether something is to go wrong here. `None` if the scheduler gave no answer: then the execution is to end.
    fn ask_fault(&self, alternatives: u32) -> Option<u32> {
        self.choose(ChoiceKind::Fault, alternatives)
    }

    /// Whether a choice can still be made.
    fn may_be_hostile(&self) -> bool {
        self.phase.get() == Phase::Running && !self.stop.get()
    }

    /// The waker with which a task is polled now. `None` if the scheduler gave no answer.
    #[cold]
    pub(super) fn waker_for(&self, task: TaskWord) -> Option<TaskWord> {
        let ask = {
            let hostile = &mut *self.hostile.borrow_mut();
            let may_be_fresh = hostile.fresh_wakers;
            let wakers = hostile.wakers(task);
            if wakers.task != task {
                *wakers = Wakers { task, live: task, fresh: None };
                return Some(task);
            }
            may_be_fresh && wakers.fresh.is_none() && self.may_be_hostile()
        };
        let decided = if ask { Some(self.ask_fault(2)? == 1) } else { None };
        if decided == Some(true) {
            self.record(task, HostileAct::FreshWakers);
        }
        let mut hostile = self.hostile.borrow_mut();
        let wakers = hostile.wakers(task);
        wakers.fresh = wakers.fresh.or(decided);
        if wakers.fresh == Some(true) {
            wakers.live = TaskWord::new(self.core.borrow_mut().serials.next(), task.slot());
        }
        Some(wakers.live)
    }

    /// The task that a waker wakes, or [`TaskWord::NONE`].
    pub(super) fn owner_of(&self, waker: TaskWord) -> TaskWord {
        if !self.is_hostile.get() {
            return waker;
        }
        let known = self.table().in_slot(waker.slot());
        self.hostile.borrow().owner(waker, known)
    }

    /// A waker is woken. `false` if it is not of this execution.
    #[cold]
    pub(super) fn wake_hostile(&self, waker: TaskWord) -> bool {
        let task = self.owner_of(waker);
        if task == TaskWord::NONE {
            let core = self.core.borrow();
            return core.serials.is_recent(waker) || core.view.table.in_slot(waker.slot()) == waker;
        }
        let may_be_late = self.hostile.borrow().late_wakes_left > 0 && self.may_be_hostile() && self.is_waiting(task.slot());
        if may_be_late && self.ask_fault(2) == Some(1) {
            {
                let steps = self.steps.taken();
                let mut hostile = self.hostile.borrow_mut();
                hostile.late_wakes_left -= 1;
                hostile.held.push((task, steps));
            }
            self.record(task, HostileAct::LateWake);
            return true;
        }
        self.make_ready(task)
    }

    /// Nothing is ready. Wakes that are held back arrive now, unless timers are due so soon that these may come first. `false` if the
    /// clock is to move.
    #[cold]
    pub(super) fn held_arrive(&self, now: Instant, earliest: Option<Instant>) -> bool {
        let most = self.settings.get().limits.virtual_time.value();
        let hostile = &mut *self.hostile.borrow_mut();
        let held = hostile.held.len();
        let outrun = earliest.is_some_and(|deadline| {
            let in_time = most.is_none_or(|most| deadline - Instant::ZERO <= most);
            in_time && deadline - now <= hostile.late_by
        });
        if held == 0 || outrun {
            hostile.outrun = held;
            return false;
        }
        self.deliver(hostile.held.drain(..).collect());
        true
    }

    /// The clock has moved and its timers have fired: the wakes that they have outrun arrive, and one waiting task may be polled.
    #[cold]
    pub(super) fn clock_moved(&self) {
        let outrun = self.hostile.borrow().outrun;
        self.deliver_held(outrun);
        self.poll_spuriously();
    }

    /// The first wakes that are held back arrive, up to `most`.
    pub(super) fn deliver_held(&self, most: usize) {
        let hostile = &mut *self.hostile.borrow_mut();
        let most = most.min(hostile.held.len());
        self.deliver(hostile.held.drain(..most).collect());
    }

    fn deliver(&self, held: Vec<(TaskWord, u64)>) {
        for (task, _) in held {
            if self.table().in_slot(task.slot()) == task && self.is_waiting(task.slot()) {
                self.push_ready(task, HostileAct::LateWakeArrives);
            }
        }
    }

    /// A task has stepped: wakes that have been held for long arrive, and if it waits now it may be polled again at once.
    #[cold]
    pub(super) fn after_hostile_step(&self, slot: u32) {
        let steps = self.steps.taken();
        let due = self.hostile.borrow().held.iter().take_while(|(_, since)| steps - since >= MOST_STEPS).count();
        self.deliver_held(due);
        if self.hostile.borrow().spurious_polls_left == 0 || !self.may_be_hostile() || !self.is_waiting(slot) {
            return;
        }
        if self.ask_fault(2) == Some(1) {
            let task = self.table().in_slot(slot);
            self.hostile.borrow_mut().spurious_polls_left -= 1;
            self.push_ready(task, HostileAct::SpuriousPoll);
        }
    }

    /// One waiting task may be polled.
    fn poll_spuriously(&self) {
        if self.hostile.borrow().spurious_polls_left == 0 || !self.may_be_hostile() {
            return;
        }
        let mut waiting = self.table().unfinished();
        waiting.retain(|slot| self.is_waiting(*slot));
        if waiting.is_empty() {
            return;
        }
        let picked = self.ask_fault(waiting.len() as u32 + 1).unwrap_or(0);
        if let Some(&slot) = picked.checked_sub(1).and_then(|k| waiting.get(k as usize)) {
            let task = self.table().in_slot(slot);
            self.hostile.borrow_mut().spurious_polls_left -= 1;
            self.push_ready(task, HostileAct::SpuriousPoll);
        }
    }

    /// Whether there is an unfinished task in this slot that is not ready.
    fn is_waiting(&self, slot: u32) -> bool {
        let table = self.table();
        table.in_slot(slot) != TaskWord::NONE && {
            let entry = table.peek(slot);
            !entry.busy && entry.flags & flag::FINISHED == 0
        }
    }

    /// A waiting task becomes ready because the executor wants it so.
    fn push_ready(&self, task: TaskWord, act: HostileAct) {
        self.record(task, act);
        let core = &mut *self.core.borrow_mut();
        let number = core.push_ready(task.slot());
        self.tell_ready(core, number);
    }

    fn record(&self, task: TaskWord, act: HostileAct) {
        let table = self.table();
        let entry = table.peek(task.slot());
        recorder::with(|recorder| recorder.hostile(entry.number, entry.path_hash, act));
    }
}
