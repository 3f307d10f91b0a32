//! Who is to be woken when a task ends or a timer fires.

use std::task::Waker;

use super::waker::{self, TaskWord};

/// Mostly a task of this kernel, to wake which takes no more than its word.
#[derive(Debug)]
pub(super) enum Waiter {
    /// [`TaskWord::NONE`] is nobody.
    Task(TaskWord),
    Other(Waker),
}

impl Waiter {
    pub(super) const NOBODY: Self = Self::Task(TaskWord::NONE);

    /// Whom a waker wakes. Its clone may be anybody's code.
    #[inline(always)]
    pub(super) fn of(waker: &Waker) -> Self {
        match waker::plain_word(waker) {
            Some(word) => Self::Task(word),
            None => Self::Other(waker.clone()),
        }
    }

    #[inline]
    pub(super) fn is_nobody(&self) -> bool {
        matches!(self, Self::Task(TaskWord::NONE))
    }

    #[inline]
    pub(super) fn take(&mut self) -> Self {
        std::mem::replace(self, Self::NOBODY)
    }

    /// Wakes it. Nothing may be borrowed.
    #[cold]
    pub(super) fn wake(self) {
        match self {
            Self::Task(TaskWord::NONE) => (),
            Self::Task(word) => waker::wake_word(word),
            Self::Other(waker) => waker.wake(),
        }
    }
}
