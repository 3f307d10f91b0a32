//! What the programs are made of.
//!
//! The locks of the published programs are written here and not taken from a crate: a lock that is free is taken in one step,
//! one that is held leaves its waiters not ready until it is released, and every attempt is recorded. So a step that
//! looks at a lock in vain can be told from all others: it is one that does nothing but read a resource called [`LOCK`].

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

use reenact::prelude::*;
use reenact::{AccessKind, Resource, access};

pub(crate) fn go(task: impl Future<Output = ()> + 'static) {
    drop(spawn(task));
}

/// Until all tasks are done or wait for ever.
pub(crate) async fn settled() {
    sleep(Duration::from_secs(1)).await;
}

pub(crate) fn var<T>(value: T) -> Shared<T> {
    Shared::new(value)
}

/// The name under which attempts to lock something are recorded: a write if it was free, a read if it was not.
pub(crate) const LOCK: &str = "lock";

/// A lock whose waiters are not ready until it is free; then all of them are.
#[derive(Clone)]
pub(crate) struct Lock {
    held: Shared<bool>,
    waiters: Rc<RefCell<Vec<Waker>>>,
}

impl Lock {
    pub(crate) fn new() -> Self {
        Self { held: Shared::named(LOCK, false), waiters: Rc::default() }
    }

    /// One step if it is free; else not a step before it is.
    pub(crate) async fn lock(&self) {
        poll_fn(|cx| {
            if self.held.get() {
                self.waiters.borrow_mut().push(cx.waker().clone());
                return Poll::Pending;
            }
            self.held.set(true);
            Poll::Ready(())
        })
        .await;
    }

    pub(crate) fn unlock(&self) {
        self.held.set(false);
        self.waiters.borrow_mut().drain(..).for_each(Waker::wake);
    }
}

/// Records the attempts to lock something that is not a [`Lock`].
pub(crate) async fn attempt<F: Future>(lock: &Resource, future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|cx| {
        let polled = future.as_mut().poll(cx);
        access(lock, if polled.is_ready() { AccessKind::Write } else { AccessKind::Read });
        polled
    })
    .await
}

/// The condition of a monitor.
#[derive(Clone, Default)]
pub(crate) struct Condition(Rc<RefCell<VecDeque<Waker>>>);

impl Condition {
    /// Releases the lock, and takes it again after a notification.
    pub(crate) async fn wait(&self, lock: &Lock) {
        let mut waits = false;
        poll_fn(|cx| {
            if std::mem::replace(&mut waits, true) {
                return Poll::Ready(());
            }
            lock.unlock();
            self.0.borrow_mut().push_back(cx.waker().clone());
            Poll::Pending
        })
        .await;
        lock.lock().await;
    }

    pub(crate) fn notify_one(&self) {
        let waiter = self.0.borrow_mut().pop_front();
        waiter.into_iter().for_each(Waker::wake);
    }
}

/// Something that happens once, and that tasks wait for without ever missing it.
#[derive(Clone)]
pub(crate) struct Event {
    happened: Shared<bool>,
    waiters: Rc<RefCell<Vec<Waker>>>,
}

impl Event {
    pub(crate) fn new() -> Self {
        Self { happened: var(false), waiters: Rc::default() }
    }

    pub(crate) fn set(&self) {
        self.happened.set(true);
        self.waiters.borrow_mut().drain(..).for_each(Waker::wake);
    }

    pub(crate) async fn wait(&self) {
        poll_fn(|cx| {
            if self.happened.get() {
                return Poll::Ready(());
            }
            self.waiters.borrow_mut().push(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// Yields so often.
pub(crate) async fn steps(number: u32) {
    for _ in 0..number {
        yield_now().await;
    }
}
