//! [`Group`]: what body and children share.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use reenact_sim::task::{Builder, Task, TaskId, TaskPanic, TaskRef};

use super::child::{Child, ChildFailed};
use super::error::GroupError;

/// Spawns children into a [`task_group`](crate::task_group). Clones are the same group; children may spawn into it, too, as long as it is open.
pub struct Group<E> {
    shared: Rc<Shared<E>>,
}

pub(super) struct Shared<E> {
    phase: Cell<Phase>,
    /// A child has ended with an error or a panic.
    failed: Cell<bool>,
    /// The rest was cancelled.
    aborted: Cell<bool>,
    /// With the child that it is of; none for the body.
    errors: RefCell<Vec<(Option<TaskId>, E)>>,
    /// Children that have panicked and whose panic was not looked for yet.
    panicked: RefCell<Vec<TaskRef>>,
    /// The first panic of a child.
    panic: RefCell<Option<TaskPanic>>,
    /// Unfinished children, in spawn order. `None` before the spawn is over.
    children: RefCell<BTreeMap<u64, Option<TaskRef>>>,
    spawned: Cell<u64>,
    waker: RefCell<Option<Waker>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The body runs.
    Open,
    /// It is over, and the children are waited for.
    Closing,
    /// All is over.
    Closed,
}

impl<E: 'static> Group<E> {
    pub(super) fn new() -> Self {
        Self {
            shared: Rc::new(Shared {
                phase: Cell::new(Phase::Open),
                failed: Cell::new(false),
                aborted: Cell::new(false),
                errors: RefCell::default(),
                panicked: RefCell::default(),
                panic: RefCell::default(),
                children: RefCell::default(),
                spawned: Cell::new(0),
                waker: RefCell::default(),
            }),
        }
    }

    /// Starts a child. Its handle yields the value, or [`ChildFailed`] if the error went to the group; it can be dropped.
    ///
    /// Once a child or the body has failed, the group was cancelled or is over, the future is dropped unstarted, and the handle
    /// counts as cancelled.
    ///
    /// # Panics
    ///
    /// Outside an execution.
    #[track_caller]
    pub fn spawn<F, T>(&self, future: F) -> Task<Result<T, ChildFailed>>
    where
        F: Future<Output = Result<T, E>> + 'static,
        T: 'static,
    {
        self.spawn_with(Builder::new(), future)
    }

    /// The same, for a task with a name of its own.
    ///
    /// # Panics
    ///
    /// Outside an execution.
    #[track_caller]
    pub fn spawn_with<F, T>(&self, builder: Builder, future: F) -> Task<Result<T, ChildFailed>>
    where
        F: Future<Output = Result<T, E>> + 'static,
        T: 'static,
    {
        if !self.is_open() {
            return Task::refused();
        }
        let shared = &self.shared;
        let number = shared.spawned.get();
        shared.spawned.set(number + 1);
        shared.children.borrow_mut().insert(number, None);
        let child = Child::new(future, shared.clone(), number);
        let task = builder.spawned_at(Location::caller()).named_after::<F>().spawn(child);
        if let Some(entry) = shared.children.borrow_mut().get_mut(&number) {
            *entry = Some(task.task_ref());
        }
        task
    }

    /// How many children have not ended.
    pub fn len(&self) -> usize {
        self.shared.children.borrow().len()
    }

    /// Whether every child has ended.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether new children are taken.
    pub fn is_open(&self) -> bool {
        let shared = &self.shared;
        let phase = match shared.phase.get() {
            Phase::Open => true,
            Phase::Closing => !self.is_empty(),
            Phase::Closed => false,
        };
        phase && !shared.failed.get() && !shared.aborted.get()
    }

    /// Whether a failure has come that nothing was done about yet. If not, the task is woken by the first one.
    pub(super) fn wait_for_failure(&self, cx: &mut Context<'_>) -> bool {
        let shared = &self.shared;
        // Before the body may drop their handles.
        for task in shared.panicked.take() {
            let panic = task.take_panic();
            let mut first = shared.panic.borrow_mut();
            if first.is_none() {
                *first = panic;
            }
        }
        let former = shared.waker.replace(Some(cx.waker().clone()));
        drop(former);
        shared.failed.get() && !shared.aborted.get()
    }

    /// Cancels every unfinished child, once.
    pub(super) fn abort(&self) {
        if self.shared.aborted.replace(true) {
            return;
        }
        let children: Vec<TaskRef> = self.shared.children.borrow().values().flatten().cloned().collect();
        for child in children {
            child.cancel();
        }
    }

    /// The body has ended with an error.
    pub(super) fn body_failed(&self, error: E) {
        self.shared.errors.borrow_mut().push((None, error));
        self.abort();
    }

    /// Ready when every child has ended. The body is over.
    pub(super) fn poll_ended(&self, cx: &mut Context<'_>) -> Poll<()> {
        let shared = &self.shared;
        shared.phase.set(Phase::Closing);
        if self.is_empty() {
            return Poll::Ready(());
        }
        let former = shared.waker.replace(Some(cx.waker().clone()));
        drop(former);
        Poll::Pending
    }

    pub(super) fn take_panic(&self) -> Option<TaskPanic> {
        self.shared.panic.take()
    }

    /// The errors, if there are any.
    pub(super) fn into_error(self) -> Option<GroupError<E>> {
        let errors = self.shared.errors.take();
        if errors.is_empty() { None } else { Some(GroupError::new(errors)) }
    }
}

impl<E> Shared<E> {
    /// A child has ended with an error.
    pub(super) fn child_failed(&self, number: u64, error: E) {
        let id = self.children.borrow().get(&number).and_then(Option::as_ref).and_then(TaskRef::id);
        self.errors.borrow_mut().push((id, error));
        self.failed.set(true);
    }

    /// A child is over: it has returned, was cancelled, or has panicked.
    pub(super) fn child_ended(&self, number: u64, panicked: bool) {
        let Some(task) = self.children.borrow_mut().remove(&number) else { return };
        if panicked {
            self.failed.set(true);
            self.panicked.borrow_mut().extend(task);
        }
        let failure = self.failed.get() && !self.aborted.get();
        let last = self.phase.get() == Phase::Closing && self.children.borrow().is_empty();
        if failure || last {
            let waker = self.waker.take();
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }
}

/// The group is left, perhaps by being dropped: no child goes on as if nothing had happened.
pub(super) struct Leave<'a, E: 'static>(pub(super) &'a Group<E>);

impl<E: 'static> Drop for Leave<'_, E> {
    fn drop(&mut self) {
        self.0.abort();
        self.0.shared.phase.set(Phase::Closed);
        let waker = self.0.shared.waker.take();
        drop(waker);
    }
}

impl<E> Clone for Group<E> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone() }
    }
}

impl<E> fmt::Debug for Group<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Group").field("children", &self.shared.children.borrow().len()).finish_non_exhaustive()
    }
}
