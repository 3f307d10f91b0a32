//! One step: a task is polled once, and what follows from it.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::body::Body;
use super::fault::{FailureKind, Fault};
use super::table::{NONE, flag};
use super::waiter::Waiter;
use super::waker::{self, TaskWord};
use super::{Core, Kernel, View, panics};
use crate::config::TaskPanics;
use crate::trace::recorder::Recorder;
use crate::trace::{Ending, TaskId};

/// The main task. Unlike the others it lives on the stack of whoever runs the execution.
///
/// A trait object, so that running and exploring is compiled once and not for every program.
pub(crate) trait Main {
    /// Polls it; `true` when it is done.
    fn poll(&mut self, cx: &mut Context<'_>) -> bool;
    /// Makes of its output what the caller wants; `false` if there is no output.
    fn finish(&mut self) -> bool;
    /// Drops its future and its output.
    fn clear(&mut self);
}

/// The future of main with the place for its result.
pub(crate) struct MainFuture<'a, F: Future, G> {
    pub(crate) future: Pin<&'a mut Option<F>>,
    pub(crate) output: Option<F::Output>,
    /// What becomes of the output, within the execution.
    pub(crate) finish: G,
}

impl<F: Future, G: FnMut(F::Output)> Main for MainFuture<'_, F, G> {
    fn poll(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(future) = self.future.as_mut().as_pin_mut() else { return true };
        match future.poll(cx) {
            Poll::Ready(output) => {
                self.output = Some(output);
                self.future.set(None);
                true
            }
            Poll::Pending => false,
        }
    }

    fn finish(&mut self) -> bool {
        let output = self.output.take();
        output.map(&mut self.finish).is_some()
    }

    fn clear(&mut self) {
        let output = self.output.take();
        self.future.set(None);
        drop(output);
    }
}

/// The task that is being stepped.
#[derive(Debug)]
struct Stepping {
    slot: u32,
    number: u32,
    path_hash: u64,
}

/// Where the body of the running task is while it is polled: outside everything that a panic unwinds, so that it is dropped
/// afterwards, when a second panic does no harm.
pub(super) type Running = Option<Body>;

impl Kernel {
    /// The task has returned, or has passed a request on beyond its outermost scope: what of that was not done
    /// [plainly](Core::settle).
    #[cold]
    pub(super) fn step_ended(&self, slot: u32, ended: Option<TaskWord>, recorder: &Recorder) {
        self.task_resumed.set(false);
        match ended {
            Some(joiner) if joiner != TaskWord::NONE => waker::wake_seldom(joiner),
            None => self.finish(slot, Ending::Returned, recorder),
            Some(_) if slot > 0 => self.drop_cancelled(slot, recorder),
            Some(_) => {
                let message = "main was cancelled: resume_cancel was awaited in it, outside every catch_cancel";
                self.fail(FailureKind::Error, None, message.into());
            }
        }
    }

    /// A step at which a cancel request is due. `true` if the task has returned.
    #[cold]
    pub(super) fn poll_cancelled(&self, word: TaskWord, running: &mut Running, recorder: &Recorder) -> bool {
        if self.deliver_cancel(word.slot()) > 0 {
            self.delivery_taken.set(false);
            let ready = waker::with_context(word, recorder.is_full(), |cx| match running {
                Some(body) => body.as_mut().poll(cx).is_ready(),
                None => false,
            });
            if ready || self.delivery_taken.get() {
                return ready;
            }
        }
        // Nobody took the request: as if it had been passed on beyond the outermost scope.
        self.task_resumed.set(true);
        false
    }

    /// The task's future is dropped without being polled, and the task ends cancelled.
    fn drop_cancelled(&self, slot: u32, recorder: &Recorder) {
        let stepping = self.stepping();
        let body = self.table_mut().at(slot).body.take();
        match panics::catch(|| drop(body)) {
            Ok(()) => self.finish(slot, Ending::Cancelled, recorder),
            Err(payload) => self.panicked(&stepping, payload, recorder),
        }
    }

    /// The task that is being stepped.
    fn stepping(&self) -> Stepping {
        let slot = self.current_slot.get();
        let table = self.table();
        let entry = table.peek(slot);
        Stepping { slot, number: entry.number, path_hash: entry.path_hash }
    }

    /// The step that was being taken has panicked.
    #[cold]
    pub(super) fn after_panic(&self, body: Running, payload: Box<dyn Any + Send>, recorder: &Recorder) {
        // What the step was about to do is not to happen in the next one.
        self.task_resumed.set(false);
        self.delivery_taken.set(false);
        let slot = self.current_slot.get();
        if slot == NONE {
            return self.panicked_outside(None, payload);
        }
        let stepping = self.stepping();
        if panics::is_leave(&*payload) {
            // The execution is over. What is left of the future is dropped with all others.
            self.table_mut().at(slot).body = body;
            return;
        }
        if self.table().peek(slot).is_over() {
            // The task had ended already: a destructor or a waker panicked on the way.
            return self.panicked_outside(Some(stepping.number), payload);
        }
        // What was caught is described before the destructors run: they may panic too, and that adds nothing.
        let caught = panics::describe(&*payload);
        if let Err(another) = panics::catch(|| drop(body)) {
            panics::discard(another);
        }
        panics::restore(caught);
        self.panicked(&stepping, payload, recorder);
    }

    fn panicked(&self, stepping: &Stepping, payload: Box<dyn Any + Send>, recorder: &Recorder) {
        let main = stepping.slot == 0;
        if panics::is_leave(&*payload) {
            return;
        }
        let caught = panics::describe(&*payload);
        recorder.panicked(stepping.number, stepping.path_hash, &caught.message);
        if main || self.settings.get().task_panics == TaskPanics::Fail {
            panics::discard(payload);
            return self.fault_with(Fault {
                kind: FailureKind::Panic,
                task: Some(stepping.number),
                message: caught.message,
                place: caught.place,
                at: self.now(),
                stopped: false,
            });
        }
        let unseen = super::extras::Panicked { task: TaskId::new(stepping.number), caught, payload: Some(payload) };
        self.extras().panics.insert(stepping.number, unseen);
        self.finish(stepping.slot, Ending::Panicked, recorder);
    }

    /// A panic of the program's code outside every step, or in a destructor after one.
    pub(super) fn panicked_outside(&self, task: Option<u32>, payload: Box<dyn Any + Send>) {
        if panics::is_leave(&*payload) {
            return;
        }
        let caught = panics::describe(&*payload);
        panics::discard(payload);
        self.fault_with(Fault {
            kind: FailureKind::Panic,
            task,
            message: caught.message,
            place: caught.place,
            at: self.now(),
            stopped: false,
        });
    }

    /// The task has ended: keeps its result if anybody may ask for it, and wakes whoever waits for it.
    fn finish(&self, slot: u32, ending: Ending, recorder: &Recorder) {
        let (number, joiner, watches, unwanted) = {
            let core = &mut *self.core.borrow_mut();
            let completion = core.completions;
            core.completions += 1;
            core.view.table.live -= 1;
            let entry = core.view.table.at(slot);
            let number = entry.number;
            recorder.finished(number, entry.path_hash, ending);
            entry.completion = completion;
            let queued = std::mem::replace(&mut entry.busy, true);
            let joiner = entry.joiner.take();
            let watches = std::mem::replace(&mut entry.watches, NONE);
            entry.flags |= flag::FINISHED
                | match ending {
                    Ending::Returned => 0,
                    Ending::Cancelled => flag::CANCELLED,
                    Ending::Panicked => flag::PANICKED,
                };
            if queued {
                // It woke itself in the very step in which it ended.
                core.view.ready.remove_recent(slot);
            }
            let mut unwanted = None;
            if entry.flags & flag::DETACHED != 0 && watches == NONE {
                unwanted = entry.body.take();
                core.view.table.vacate(slot);
            }
            // While somebody looks the queue is closed, so that whoever watches hears of the end first.
            let joiner = match joiner {
                Waiter::Task(word) if word != TaskWord::NONE && core.wake_plainly(word) => Waiter::NOBODY,
                joiner => joiner,
            };
            (number, joiner, watches, unwanted)
        };
        if self.observed.get() {
            self.tell_finished(number);
        }
        if !joiner.is_nobody() {
            joiner.wake();
        }
        if watches != NONE {
            self.notify_watches(slot, watches);
            self.release_if_detached(slot);
        }
        // A result that nobody can ask for; its destructor is the program's code.
        if unwanted.is_some()
            && let Err(payload) = panics::catch(|| drop(unwanted))
        {
            self.panicked_outside(Some(number), payload);
        }
    }

    fn release_if_detached(&self, slot: u32) {
        let (body, number) = {
            let mut table = self.table_mut();
            let entry = table.at(slot);
            if entry.flags & flag::DETACHED == 0 {
                return;
            }
            let body = entry.body.take();
            let number = entry.number;
            table.vacate(slot);
            (body, number)
        };
        if let Err(payload) = panics::catch(|| drop(body)) {
            self.panicked_outside(Some(number), payload);
        }
    }
}

impl Core {
    /// A step is over, and the body of the task goes back into its entry. If it has returned, that is all there is to do in the common
    /// case: nobody looks, its handle is still there, and who awaits it is a task of this kernel. Then no call is made, and no register
    /// has to be saved. If it cannot be made ready plainly, it comes back. `None` if the end is another case, and nothing of it is done.
    #[inline(always)]
    pub(super) fn settle(&mut self, slot: u32, body: Running, returned: bool, recorder: &Recorder) -> Option<TaskWord> {
        let View { table, ready, .. } = &mut self.view;
        let entry = table.at(slot);
        entry.put(body);
        if !returned {
            return Some(TaskWord::NONE);
        }
        if !ready.is_open() || entry.watches != NONE || entry.busy || entry.flags & flag::DETACHED != 0 {
            return None;
        }
        let Waiter::Task(joiner) = entry.joiner else { return None };
        entry.joiner = Waiter::NOBODY;
        recorder.returned_plainly(entry.path_hash);
        entry.completion = self.completions;
        entry.busy = true;
        entry.flags |= flag::FINISHED;
        self.completions += 1;
        table.live -= 1;
        Some(if joiner == TaskWord::NONE || self.wake_plainly(joiner) { TaskWord::NONE } else { joiner })
    }
}
