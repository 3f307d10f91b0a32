//! The run loop: ready, choice, poll, wakes and events, quiescence.

use std::any::Any;
use std::cell::RefMut;

use super::clock::Moved;
use super::fault::{FailureKind, Fault};
use super::step::{Main, Running};
use super::table::{NONE, flag};
use super::{Core, Kernel, Phase, TaskWord, panics, waker};
use crate::config::Limit;
use crate::instant::Instant;
use crate::schedule::{Answer, Choice, ChoiceKind};
use crate::trace::recorder::{self, Recorder};

/// Steps after which somebody looks at the limits and at what other threads have sent, although tasks are ready: not at each step,
/// because neither needs an answer at once.
pub(super) const UNLOOKED: u64 = 1024;

impl Kernel {
    /// Steps tasks until main is done or the execution has failed; in the last steps, until nothing is ready.
    pub(super) fn drive(&self, main: &mut dyn Main) {
        recorder::with(|recorder| {
            let mut running = None;
            while !self.stop.get() {
                let steps = panics::catch(|| match self.watched.get() {
                    false => self.steps::<false>(main, &mut running, recorder),
                    true => self.watched_steps(main, &mut running, recorder),
                });
                if let Err(payload) = steps {
                    self.recover(running.take(), payload, recorder);
                }
            }
        });
    }

    /// A step has panicked, or a scheduler between two of them. What follows from it is code of the program again.
    #[cold]
    fn recover(&self, running: Running, payload: Box<dyn Any + Send>, recorder: &Recorder) {
        let after = panics::catch(|| {
            let stepped = self.current_slot.get() != NONE;
            self.after_panic(running, payload, recorder);
            if stepped && self.watched.get() {
                self.after_step(recorder);
            }
        });
        if let Err(payload) = after {
            self.panicked_outside(None, payload);
        }
        self.between_steps(recorder);
    }

    /// Whether no task is ready.
    pub(super) fn is_idle(&self) -> bool {
        // Nobody else looks meanwhile, and to borrow it for oneself takes fewer instructions.
        let core = &*self.core.borrow_mut();
        core.view.ready.len() == 0 && !core.serials.has_mail()
    }

    /// Main is done: whatever is ready now takes one more step each, in an order that the scheduler chooses.
    pub(super) fn last_steps(&self, main: &mut dyn Main) {
        self.set_phase(Phase::LastSteps);
        self.go_on();
        self.drive(main);
    }

    /// The loop where somebody looks: apart from the other, so that the registers of that are not spent on it.
    #[inline(never)]
    fn watched_steps(&self, main: &mut dyn Main, running: &mut Running, recorder: &Recorder) {
        self.steps::<true>(main, running, recorder);
    }

    /// The loop itself. A panic of a task leaves it, and it is entered again.
    #[inline(always)]
    fn steps<const WATCHED: bool>(&self, main: &mut dyn Main, running: &mut Running, recorder: &Recorder) {
        let mut borrowed = self.core.borrow_mut();
        loop {
            let core = &mut *borrowed;
            let ready = core.view.ready.len();
            if ready == 0 || !self.steps.take() {
                let moved = if WATCHED || ready > 0 || self.stop.get() { Moved::Not } else { self.move_clock(core, recorder) };
                if !matches!(moved, Moved::Wholly) {
                    drop(borrowed);
                    if self.stop.get() {
                        break;
                    }
                    self.no_step(ready, moved, recorder);
                    borrowed = self.core.borrow_mut();
                }
                continue;
            }
            let Some((slot, choice)) = core.next_task(ready) else {
                drop(borrowed);
                self.refused(ready as u32, recorder);
                borrowed = self.core.borrow_mut();
                continue;
            };
            if WATCHED {
                core.watch_step(slot, choice, recorder);
            }
            let entry = core.view.table.at(slot);
            recorder.stepped(choice, entry.path_hash);
            let word = entry.word;
            let cancelled = entry.flags & flag::CANCEL != 0;
            entry.busy = false;
            let former = std::mem::replace(running, entry.body.take());
            debug_assert!(former.is_none(), "two tasks are stepped at a time");
            std::mem::forget(former);
            core.view.last = word;
            self.current_slot.set(slot);
            drop(borrowed);
            let waker = if WATCHED && self.is_hostile.get() { self.waker_for(word) } else { Some(word) };
            let Some(word) = waker else {
                // The scheduler gave no answer, and the execution is over.
                borrowed = self.core.borrow_mut();
                borrowed.put_back(slot, running.take());
                continue;
            };
            let counting = WATCHED && recorder.is_full();
            // Each settles by itself: where they meet before that, the compiler moves the body about in every step.
            let (ready, ended) = match running {
                Some(body) if !cancelled => {
                    let ready = waker::with_context(word, counting, |cx| body.as_mut().poll(cx).is_ready());
                    borrowed = self.core.borrow_mut();
                    (ready, borrowed.settle(slot, running.take(), ready, recorder))
                }
                Some(_) => {
                    let ready = self.poll_cancelled(word, running, recorder);
                    borrowed = self.core.borrow_mut();
                    (ready, borrowed.settle(slot, running.take(), ready, recorder))
                }
                None => {
                    let ready = waker::with_context(word, counting, |cx| main.poll(cx));
                    if ready {
                        self.main_done.set(true);
                        self.halt();
                    }
                    borrowed = self.core.borrow_mut();
                    (ready, if ready { borrowed.settle(slot, None, ready, recorder) } else { Some(TaskWord::NONE) })
                }
            };
            if ready {
                // If it returned in the step in which it passed a request on beyond its outermost scope, its value stands.
                self.task_resumed.set(false);
            }
            if ended != Some(TaskWord::NONE) || (!ready && self.task_resumed.get()) {
                drop(borrowed);
                self.step_ended(slot, ended, recorder);
                borrowed = self.core.borrow_mut();
            }
            if WATCHED {
                drop(borrowed);
                self.after_step(recorder);
                borrowed = self.core.borrow_mut();
            }
        }
        self.between_steps(recorder);
    }

    /// The scheduler has answered with what is no alternative.
    #[cold]
    fn refused(&self, alternatives: u32, recorder: &Recorder) {
        self.between_steps(recorder);
        let refusal = {
            let core = &mut *self.core.borrow_mut();
            let picked = core.bad_answer;
            core.refused(picked, alternatives)
        };
        self.fail(refusal.kind, None, refusal.message);
    }

    /// No task can be stepped now: another thread has woken some, the clock moves, or the execution ends.
    #[cold]
    fn no_step(&self, ready: usize, moved: Moved, recorder: &Recorder) {
        self.between_steps(recorder);
        if let Moved::Partly(waiter) = moved {
            return self.finish_move(waiter, recorder);
        }
        let core = self.core.borrow_mut();
        if core.serials.has_mail() {
            drop(core);
            self.foreign_wakes(recorder);
        } else if ready > 0 {
            drop(core);
            self.limit_reached(recorder);
        } else if self.phase.get() == Phase::LastSteps {
            self.halt();
        } else {
            self.quiescent(core, recorder);
        }
    }

    /// What only some executions need after a step.
    #[cold]
    fn after_step(&self, recorder: &Recorder) {
        if self.observed.get() {
            self.tell_stepped(recorder.current());
        }
        recorder.step_ended();
        if self.is_hostile.get() {
            self.after_hostile_step(self.current_slot.get());
        }
    }

    /// No task is running: what happens now is the clock's doing, or nobody's.
    #[inline(always)]
    fn between_steps(&self, recorder: &Recorder) {
        recorder.step_ended();
        self.current_slot.set(NONE);
    }

    /// No task is ready: the clock moves, or nothing can ever happen again.
    fn quiescent<'a>(&'a self, mut core: RefMut<'a, Core>, recorder: &Recorder) {
        let earliest = core.timers.earliest().map(Instant::from_nanos);
        if self.is_hostile.get() {
            drop(core);
            if self.held_arrive(self.now(), earliest) {
                return;
            }
            core = self.core.borrow_mut();
        }
        let Some(deadline) = earliest else {
            drop(core);
            return self.deadlock(recorder);
        };
        core.steps_at_clock = self.steps.taken();
        let latest = core.latest;
        drop(core);
        if deadline.as_nanos() > latest {
            return self.too_late(deadline);
        }
        self.advance(deadline, recorder);
        if self.is_hostile.get() {
            self.clock_moved();
        }
    }

    #[cold]
    fn too_late(&self, deadline: Instant) {
        let limit = self.settings.get().limits.virtual_time;
        self.fault_with(Fault {
            kind: FailureKind::TimeLimit,
            task: None,
            message: format!(
                "the next thing to happen is at {deadline}, later than the {:?} of virtual time that the execution may take \
                 (max_virtual_time)",
                limit.value().unwrap_or_default()
            ),
            place: None,
            at: self.now(),
            stopped: matches!(limit, Limit::Stop(_)),
        });
    }

    #[cold]
    fn limit_reached(&self, recorder: &Recorder) {
        let (steps, steps_at_clock) = (self.steps.taken(), self.core.borrow().steps_at_clock);
        let limits = self.settings.get().limits;
        let due = limits.next_check(steps_at_clock);
        if steps < due {
            return self.steps.look_after(due.min(steps + UNLOOKED));
        }
        if steps < limits.reached_at(steps_at_clock) {
            // So near a livelock, an execution that is watched looks who wakes.
            if recorder.is_full() {
                self.outer.start_looking();
            }
            return self.steps.look_after(limits.reached_at(steps_at_clock));
        }
        let since_clock = steps - steps_at_clock;
        let (kind, limit, message) = match limits.steps_per_instant.value().filter(|most| since_clock >= *most) {
            Some(most) => (
                FailureKind::Livelock,
                limits.steps_per_instant,
                format!("{most} steps were taken and the clock did not move (max_steps_per_instant)"),
            ),
            None => {
                (FailureKind::StepLimit, limits.steps, format!("the execution took {steps} steps and is not done (max_steps)"))
            }
        };
        let last = {
            let core = self.core.borrow();
            core.view.table.find(core.view.last).map(|entry| entry.number)
        };
        self.fault_with(Fault {
            kind,
            task: last,
            message,
            place: None,
            at: self.now(),
            stopped: matches!(limit, Limit::Stop(_)),
        });
    }

    /// Another thread has woken tasks of this execution. They become ready, and the execution fails: when that thread ran is
    /// in no schedule.
    #[cold]
    fn foreign_wakes(&self, recorder: &Recorder) {
        let mail = self.core.borrow().serials.take_mail();
        for (word, thread) in mail {
            let woken = {
                let word = self.owner_of(word);
                let mut table = self.table_mut();
                let entry = table.get(word).filter(|entry| entry.flags & flag::FINISHED == 0);
                entry.map(|entry| (entry.number, entry.path_hash))
            };
            let Some((number, path_hash)) = woken else { continue };
            recorder.woken_by_thread(number, path_hash, &thread);
            self.fault_with(Fault {
                kind: FailureKind::Nondeterminism,
                task: Some(number),
                message: format!(
                    "task {} was woken from another thread, `{thread}`: when that happens is in no schedule, so the \
                     execution cannot be replayed; let a task of the simulation do that thread's work",
                    self.describe(number, recorder)
                ),
                place: None,
                at: self.now(),
                stopped: false,
            });
        }
    }
}

impl Core {
    /// Takes the next task out of the ready queue, by a choice if there are several. `None` if the scheduler gave no answer.
    #[inline(always)]
    fn next_task(&mut self, ready: usize) -> Option<(u32, Option<Answer>)> {
        let (k, answer) = match ready as u32 {
            0 | 1 => (0, None),
            ready => {
                let picked = self.ask_task(ready)?;
                (picked, Some(Answer::new(picked, ready)))
            }
        };
        Some((self.view.ready.remove(k as usize), answer))
    }

    /// The task goes on later.
    #[inline(always)]
    pub(super) fn put_back(&mut self, slot: u32, body: Running) {
        self.view.table.at(slot).put(body);
    }

    /// A step begins, for who wants to know.
    #[cold]
    fn watch_step(&mut self, slot: u32, answer: Option<Answer>, recorder: &Recorder) {
        let number = self.view.table.peek(slot).number;
        if !recorder.is_full() {
            return recorder.step_of(number);
        }
        let choice = answer.map(|answer| {
            let (picked, alternatives) = (answer.picked(), answer.alternatives());
            (self.view.choices.len() - 1, Choice { kind: ChoiceKind::Task, picked, alternatives })
        });
        recorder.step_begins(choice, number);
        if choice.is_some() {
            self.count_preemption(slot);
        }
    }

    /// Another task than the last one is about to step: counted if the last one is still ready.
    fn count_preemption(&mut self, slot: u32) {
        let last = self.view.last;
        let still_ready = self.view.table.find(last).is_some_and(|entry| entry.is_queued());
        self.counts.preemptions += u64::from(still_ready && last.slot() != slot);
    }
}
