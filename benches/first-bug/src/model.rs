//! What a planted program is written against, and the two crates behind it.
//!
//! A step ends where a task yields or waits; nothing else is a scheduling point inside a task. Shuttle has one more before every
//! spawn, which [`Team`](crate::kit::Team) makes up for.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

/// A crate that runs tasks.
pub(crate) trait Model: 'static {
    /// A value that tasks share.
    type Var<T: Clone + 'static>: Var<T>;
    type Task: 'static;

    fn spawn(task: impl Future<Output = ()> + 'static) -> Self::Task;
    /// Until the task is done or was cancelled.
    fn join(task: Self::Task) -> impl Future<Output = ()>;
    fn cancel(task: &Self::Task);
    /// Ends a step.
    fn step() -> impl Future<Output = ()>;
}

/// A value that tasks share; none of these is a scheduling point.
pub(crate) trait Var<T: Clone>: Clone + 'static {
    fn new(value: T) -> Self;
    fn with<R>(&self, look: impl FnOnce(&T) -> R) -> R;
    fn with_mut<R>(&self, change: impl FnOnce(&mut T) -> R) -> R;

    fn get(&self) -> T {
        self.with(T::clone)
    }

    fn set(&self, value: T) {
        self.with_mut(|old| *old = value);
    }
}

/// Makes a shared value: `var::<M, _>(0)`.
pub(crate) fn var<M: Model, T: Clone + 'static>(value: T) -> M::Var<T> {
    <M::Var<T> as Var<T>>::new(value)
}

/// This project: values whose accesses are recorded, as its samplers want them.
#[derive(Debug)]
pub(crate) struct Reenact;

impl Model for Reenact {
    type Var<T: Clone + 'static> = reenact::Shared<T>;
    type Task = reenact::task::Task<()>;

    fn spawn(task: impl Future<Output = ()> + 'static) -> Self::Task {
        reenact::task::spawn(task)
    }

    async fn join(task: Self::Task) {
        drop(task.await);
    }

    fn cancel(task: &Self::Task) {
        task.cancel();
    }

    fn step() -> impl Future<Output = ()> {
        reenact::task::yield_now()
    }
}

impl<T: Clone + 'static> Var<T> for reenact::Shared<T> {
    fn new(value: T) -> Self {
        Self::new(value)
    }

    fn with<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        self.with(look)
    }

    fn with_mut<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        self.with_mut(change)
    }

    fn get(&self) -> T {
        self.get()
    }

    fn set(&self, value: T) {
        self.set(value);
    }
}

/// Shuttle's futures. A value is a plain cell, because a step of shuttle's own types would be one more scheduling point.
#[derive(Debug)]
pub(crate) struct Shuttle;

impl Model for Shuttle {
    type Var<T: Clone + 'static> = Rc<RefCell<T>>;
    type Task = shuttle::future::JoinHandle<()>;

    fn spawn(task: impl Future<Output = ()> + 'static) -> Self::Task {
        shuttle::future::spawn_local(task)
    }

    async fn join(task: Self::Task) {
        drop(task.await);
    }

    fn cancel(task: &Self::Task) {
        task.abort();
    }

    /// Not shuttle's `yield_now`, unless the command line says so: that one also takes the lowest priority under PCT, which an access to
    /// a shared value does not.
    async fn step() {
        if crate::options::own_yield() {
            return shuttle::future::yield_now().await;
        }
        let mut yielded = false;
        poll_fn(|cx| {
            if std::mem::replace(&mut yielded, true) {
                return Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}

impl<T: Clone + 'static> Var<T> for Rc<RefCell<T>> {
    fn new(value: T) -> Self {
        Self::new(RefCell::new(value))
    }

    fn with<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        look(&self.borrow())
    }

    fn with_mut<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        change(&mut self.borrow_mut())
    }
}
