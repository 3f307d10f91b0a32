//! What a task handle does with its entry: wait, take the result, cancel, let go.

use std::sync::Arc;
use std::task::Waker;

use super::spawn::default_name;
use super::table::{Entry, NONE, flag};
use super::waiter::Waiter;
use super::{Kernel, Panicked, Phase, TaskWord, panics, waker};
use crate::schedule::ChoiceKind;
use crate::trace::{Ending, TaskId, WaitReason, recorder};

/// How a task stands.
#[derive(Debug)]
pub(crate) enum Standing {
    /// It is of another execution, or of none.
    Unknown,
    Unfinished,
    Finished(Ending),
}

/// The result of a task, as far as it can be taken.
pub(crate) enum Taken<T> {
    /// The task is of another execution, or of none.
    Unknown,
    Unfinished,
    Cancelled,
    /// The number of the task that has panicked.
    Panicked(u32),
    /// `None` if it was taken before.
    Returned(Option<T>),
}

impl Kernel {
    pub(crate) fn standing(&self, word: TaskWord) -> Standing {
        match self.table().find(word) {
            None => Standing::Unknown,
            Some(entry) if entry.flags & flag::FINISHED == 0 => Standing::Unfinished,
            Some(entry) if entry.flags & flag::CANCELLED != 0 => Standing::Finished(Ending::Cancelled),
            Some(entry) if entry.flags & flag::PANICKED != 0 => Standing::Finished(Ending::Panicked),
            Some(_) => Standing::Finished(Ending::Returned),
        }
    }

    /// Number and completion number of a task of this execution.
    pub(crate) fn numbers(&self, word: TaskWord) -> Option<(u32, u32)> {
        self.table().find(word).map(|entry| (entry.number, entry.completion))
    }

    /// Moves the result of a task, if it has ended. If not, the waker is woken when it does.
    ///
    /// # Panics
    ///
    /// If the task awaits itself.
    #[inline]
    #[track_caller]
    pub(crate) fn join<T: 'static>(&self, word: TaskWord, waker: &Waker) -> Taken<T> {
        let plain = waker::plain_word(waker);
        let taken = self.take_result_or(word, |entry| {
            // Nothing of the program runs when a word is replaced by another.
            if let (Some(waker), Waiter::Task(joiner)) = (plain, &mut entry.joiner)
                && word.slot() != self.current_slot.get()
            {
                *joiner = waker;
                return true;
            }
            false
        });
        match taken {
            Ok(taken) => taken,
            Err(joined) => {
                if !joined || recorder::with(|recorder| recorder.is_full()) {
                    self.join_later(word, waker);
                }
                Taken::Unfinished
            }
        }
    }

    /// The awaiter of a task is pending: whom to wake when the task ends.
    #[cold]
    #[track_caller]
    fn join_later(&self, word: TaskWord, waker: &Waker) {
        let mut joiner = Waiter::of(waker);
        let number = {
            let mut table = self.table_mut();
            let Some(entry) = table.get(word) else { return };
            if word.slot() == self.current_slot.get() {
                let number = entry.number;
                drop(table);
                panic!("task {} awaits itself: it can never end", TaskId::new(number));
            }
            std::mem::swap(&mut entry.joiner, &mut joiner);
            entry.number
        };
        // The former one may be anybody's waker, with a destructor of its own.
        drop(joiner);
        recorder::with(|recorder| recorder.waits(|| WaitReason::Task(TaskId::new(number))));
    }

    /// Moves the result of a task, if it has ended.
    #[inline]
    pub(crate) fn take_result<T: 'static>(&self, word: TaskWord) -> Taken<T> {
        self.take_result_or(word, |_| ()).unwrap_or(Taken::Unfinished)
    }

    /// The same; if it has not ended, what `unfinished` makes of its entry.
    #[inline(always)]
    fn take_result_or<T: 'static, R>(&self, word: TaskWord, unfinished: impl FnOnce(&mut Entry) -> R) -> Result<Taken<T>, R> {
        let core = &mut *self.core.borrow_mut();
        let Some(entry) = core.view.table.get(word) else { return Ok(Taken::Unknown) };
        if entry.flags & flag::FINISHED == 0 {
            return Err(unfinished(entry));
        }
        if entry.flags & (flag::CANCELLED | flag::PANICKED) != 0 {
            return Ok(if entry.flags & flag::CANCELLED != 0 { Taken::Cancelled } else { Taken::Panicked(entry.number) });
        }
        let mut output: Option<T> = None;
        if let Some(mut body) = entry.body.take() {
            // To move the result is no code of the program's, and nothing of the program is in the body afterwards.
            body.as_mut().take(&mut output);
            drop(core.spares.keep(entry.kind, body));
        }
        Ok(Taken::Returned(output))
    }

    /// Looks at the result of a task that has returned.
    pub(crate) fn look<T: 'static, R>(&self, word: TaskWord, look: impl FnOnce(&T) -> R) -> Option<R> {
        // Out of the table meanwhile: to look is the program's code.
        let body = self.table_mut().get(word)?.body.take()?;
        let seen = body.output().and_then(|output| output.downcast_ref()).map(look);
        if let Some(entry) = self.table_mut().get(word) {
            entry.body = Some(body);
        }
        seen
    }

    /// The panic of a task, the first time it is asked for.
    pub(crate) fn take_panic(&self, task: u32) -> Option<Panicked> {
        self.extras().panics.remove(&task)
    }

    /// Requests that a task ends. `false` if it has ended already.
    pub(crate) fn cancel(&self, word: TaskWord) -> bool {
        let (number, path_hash) = {
            let mut table = self.table_mut();
            let Some(entry) = table.get(word).filter(|entry| entry.flags & flag::FINISHED == 0) else {
                return false;
            };
            entry.flags |= flag::CANCEL;
            entry.requests = entry.requests.saturating_add(1);
            (entry.number, entry.path_hash)
        };
        recorder::with(|recorder| recorder.cancel_requested(number, path_hash));
        self.wake(word);
        true
    }

    /// The handle is gone: the entry goes with it, or when the task ends. In the common case nothing is left in it, and no call is made.
    #[inline]
    pub(crate) fn detach(&self, word: TaskWord) {
        {
            let mut table = self.table_mut();
            let Some(entry) = table.get(word) else { return };
            if entry.flags & (flag::FINISHED | flag::PANICKED) == flag::FINISHED && entry.body.is_none() {
                return table.vacate(word.slot());
            }
        }
        self.detach_seldom(word);
    }

    #[cold]
    fn detach_seldom(&self, word: TaskWord) {
        let (body, number, panicked) = {
            let mut table = self.table_mut();
            let Some(entry) = table.get(word) else { return };
            if entry.flags & flag::FINISHED == 0 {
                entry.flags |= flag::DETACHED;
                let joiner = entry.joiner.take();
                drop(table);
                drop(joiner);
                return;
            }
            let body = entry.body.take();
            let number = entry.number;
            let panicked = entry.flags & flag::PANICKED != 0;
            table.vacate(word.slot());
            (body, number, panicked)
        };
        if panicked {
            self.give_up_panic(number);
        }
        drop(body);
    }

    /// Nobody will ask for the panic of this task any more.
    #[cold]
    pub(super) fn give_up_panic(&self, task: u32) {
        let payload = self.extras().give_up_panic(task);
        payload.into_iter().for_each(panics::discard);
    }

    /// The running task.
    #[inline]
    pub(crate) fn current_word(&self) -> Option<TaskWord> {
        let slot = self.current_slot.get();
        if slot == NONE {
            return None;
        }
        Some(self.table().peek(slot).word)
    }

    /// Number and path hash of the running task.
    pub(crate) fn current_numbers(&self) -> Option<(u32, u64)> {
        let table = self.table();
        let entry = table.find(self.current_word()?)?;
        Some((entry.number, entry.path_hash))
    }

    /// The name of a task: its own, or its function's, or its path. The same at every trace level.
    pub(crate) fn display_name(&self, word: TaskWord) -> Option<Arc<str>> {
        let (number, type_name) = self.table().find(word).map(|entry| (entry.number, entry.type_name))?;
        let name = self.extras.borrow().names.get(&number).cloned();
        Some(name.unwrap_or_else(|| default_name(number, type_name())))
    }

    /// A choice point of the program itself. Where the scheduler gives no answer the step is left; in a destructor that
    /// runs during a panic, and while everything is dropped, the answer is the default.
    pub(crate) fn choose_or_leave(&self, kind: ChoiceKind, alternatives: u32) -> u32 {
        let ending = self.phase.get() == Phase::Dropping || self.has_fault.get();
        if alternatives < 2 || ending {
            return 0;
        }
        match self.choose(kind, alternatives) {
            Some(picked) => picked,
            None if std::thread::panicking() || self.current_slot.get() == NONE => 0,
            None => panics::leave(),
        }
    }
}
