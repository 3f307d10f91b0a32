//! What the programs are made of, for either crate: the kit of `tests/bugs`, and main, which waits for its tasks.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::rc::Rc;
use std::task::{Poll, Waker};

use crate::model::{Model, Var, var};

/// The tasks of a program. None takes its first step before all are spawned: reenact spawns them in one step of main, and a task of
/// shuttle that comes too soon waits. Main then joins them one after the other, so a task that hangs is a deadlock.
pub(crate) struct Team<M: Model> {
    gate: Rc<Gate>,
    tasks: Vec<M::Task>,
}

impl<M: Model> Team<M> {
    pub(crate) fn new() -> Self {
        let gate = Gate { open: Cell::new(crate::options::as_spawned()), waiters: RefCell::default() };
        Self { gate: Rc::new(gate), tasks: Vec::new() }
    }

    pub(crate) fn go(&mut self, task: impl Future<Output = ()> + 'static) {
        let task = self.spawn(task);
        self.tasks.push(task);
    }

    /// One that main does not wait for.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + 'static) -> M::Task {
        let gate = self.gate.clone();
        M::spawn(async move {
            gate.pass().await;
            task.await;
        })
    }

    pub(crate) async fn done(self) {
        self.gate.open();
        for task in self.tasks {
            M::join(task).await;
        }
    }
}

struct Gate {
    open: Cell<bool>,
    waiters: RefCell<Vec<Waker>>,
}

impl Gate {
    fn open(&self) {
        self.open.set(true);
        self.waiters.borrow_mut().drain(..).for_each(Waker::wake);
    }

    async fn pass(&self) {
        poll_fn(|cx| {
            if self.open.get() {
                return Poll::Ready(());
            }
            self.waiters.borrow_mut().push(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// A lock whose waiters are not ready until it is free; then all of them are.
pub(crate) struct Lock<M: Model> {
    held: M::Var<bool>,
    waiters: Rc<RefCell<Vec<Waker>>>,
    model: PhantomData<M>,
}

impl<M: Model> Clone for Lock<M> {
    fn clone(&self) -> Self {
        Self { held: self.held.clone(), waiters: self.waiters.clone(), model: PhantomData }
    }
}

impl<M: Model> Lock<M> {
    pub(crate) fn new() -> Self {
        Self { held: var::<M, _>(false), waiters: Rc::default(), model: PhantomData }
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

/// The condition of a monitor.
#[derive(Clone, Default)]
pub(crate) struct Condition(Rc<RefCell<VecDeque<Waker>>>);

impl Condition {
    /// Releases the lock, and takes it again after a notification.
    pub(crate) async fn wait<M: Model>(&self, lock: &Lock<M>) {
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

/// Yields so often.
pub(crate) async fn steps<M: Model>(number: u32) {
    for _ in 0..number {
        M::step().await;
    }
}
