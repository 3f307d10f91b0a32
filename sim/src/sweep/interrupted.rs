//! [`Interrupted`]: a future that is dropped or cancelled after a given poll.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::Interruption;
use crate::await_point::AwaitPoint;
use crate::kernel::{self, Leftovers};
use crate::trace::TaskId;

/// What a run of a sweep has seen.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// Polls of the future.
    pub(super) polls: Cell<u64>,
    /// Whether the future was ready before it could be interrupted.
    pub(super) finished: Cell<bool>,
    /// Where it waited when it was interrupted.
    pub(super) await_points: RefCell<Vec<AwaitPoint>>,
    /// The task in which it ran.
    pub(super) task: Cell<Option<TaskId>>,
    /// What there was when all had calmed down.
    pub(super) leftovers: RefCell<Leftovers>,
}

/// The future, with what is to happen to it.
pub(super) struct Interrupted<F> {
    /// Boxed, so that it can be dropped while the task goes on.
    inner: Option<Pin<Box<F>>>,
    interruption: Option<Interruption>,
    /// After so many polls it is dropped in any case.
    most: u64,
    notes: Rc<Notes>,
}

impl<F> Interrupted<F> {
    pub(super) fn new(future: F, interruption: Option<Interruption>, most: u64, notes: Rc<Notes>) -> Self {
        Self { inner: Some(Box::pin(future)), interruption, most, notes }
    }
}

impl<F: Future> Future for Interrupted<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let polls = this.notes.polls.get();
        let instead = match this.interruption {
            Some(Interruption::Drop { polls: 0 }) => true,
            Some(Interruption::DropWoken { polls: after }) => after == polls,
            _ => false,
        };
        if instead {
            this.inner = None;
        }
        let Some(inner) = &mut this.inner else { return Poll::Ready(()) };
        let ready = inner.as_mut().poll(cx).is_ready();
        let polls = polls + 1;
        this.notes.polls.set(polls);
        if ready {
            this.notes.finished.set(true);
            this.inner = None;
            return Poll::Ready(());
        }
        if this.interruption.is_some_and(|interruption| interruption.polls() == polls) {
            this.notes.await_points.replace(kernel::with(|kernel| kernel.own_await_points()));
        }
        match this.interruption {
            Some(Interruption::Drop { polls: after }) if after == polls => {
                this.inner = None;
                Poll::Ready(())
            }
            Some(Interruption::Cancel { polls: after }) if after == polls => {
                // At the next step of the task, as if somebody else had asked for it right after this one.
                kernel::with(|kernel| kernel.current_word().map(|task| kernel.cancel(task)));
                Poll::Pending
            }
            _ if polls >= this.most => {
                this.inner = None;
                Poll::Ready(())
            }
            _ => Poll::Pending,
        }
    }
}
