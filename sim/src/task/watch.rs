//! [`Watch`]: waiting for several tasks at once, without being woken too early.

use std::any::Any;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::Task;
use crate::kernel::{self, Group, TaskWord};

/// Watches any number of tasks and remembers in which order they end.
///
/// This is what `wait`, `gather` and `as_completed` are built on. It differs from polling the handles: any number of watches
/// can look at one task, the order of completion is kept, and the waiter is woken only when its condition holds, so there
/// is no spurious step in anybody's schedule. Tasks that had ended before they were added count by their completion. Dropping
/// a watch leaves nothing behind at the tasks.
///
/// ```
/// use reenact_sim::task::{self, Until, Watch};
/// use reenact_sim::{Sim, time};
/// use std::{future::poll_fn, time::Duration};
///
/// let execution = Sim::new().run(|| async {
///     let slow = task::spawn(time::sleep(Duration::from_secs(2)));
///     let fast = task::spawn(time::sleep(Duration::from_secs(1)));
///     let mut watch = Watch::new();
///     watch.add(&slow);
///     watch.add(&fast);
///     poll_fn(|cx| watch.poll(cx, Until::count(2))).await;
///     watch.finished()
/// });
/// assert_eq!(execution.outcome?, [1, 0]);
/// # Ok::<(), reenact_sim::Failure>(())
/// ```
#[derive(Debug, Default)]
pub struct Watch {
    group: Rc<Group>,
    /// Tasks with a live watch, by index.
    live: Vec<Option<(TaskWord, u32)>>,
    /// Completion numbers of the tasks that had ended when they were added, with their index.
    early: Vec<(u32, usize)>,
}

/// When a [`Watch`] is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Until {
    count: usize,
    failure: bool,
}

impl Until {
    /// When this many of the watched tasks have ended.
    pub const fn count(count: usize) -> Self {
        Self { count, failure: false }
    }

    /// The same, or when one has failed, whichever comes first: panicked, or ended with `Err` if it was
    /// [added as fallible](Watch::add_fallible).
    pub const fn count_or_failure(count: usize) -> Self {
        Self { count, failure: true }
    }
}

impl Watch {
    /// Watches nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Watches one more task. Returns what it is called in [`finished`](Self::finished): 0, 1, 2, ...
    pub fn add<T>(&mut self, task: &Task<T>) -> usize {
        self.insert(task, None)
    }

    /// The same for a task whose `Err` counts as a failure, as a panic does. A cancelled task has not failed.
    pub fn add_fallible<T: 'static, E: 'static>(&mut self, task: &Task<Result<T, E>>) -> usize {
        self.insert(task, Some(|output: &dyn Any| output.downcast_ref::<Result<T, E>>().is_some_and(Result::is_err)))
    }

    fn insert<T>(&mut self, task: &Task<T>, is_failure: Option<fn(&dyn Any) -> bool>) -> usize {
        let index = self.live.len();
        match kernel::with(|kernel| kernel.watch(task.word(), &self.group, index, is_failure)) {
            Ok(id) => self.live.push(Some((task.word(), id))),
            Err(completion) => {
                self.live.push(None);
                self.early.push((completion, index));
            }
        }
        index
    }

    /// How many tasks are watched.
    pub fn len(&self) -> usize {
        self.live.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.live.is_empty()
    }

    /// The tasks that have ended, in completion order.
    pub fn finished(&mut self) -> Vec<usize> {
        self.settle();
        self.group.finished.borrow().clone()
    }

    /// The n-th task to end, or `None` if fewer have.
    pub fn nth(&mut self, n: usize) -> Option<usize> {
        self.settle();
        self.group.finished.borrow().get(n).copied()
    }

    /// Whether one of the tasks has failed.
    pub fn has_failed(&self) -> bool {
        self.group.failed.get()
    }

    /// Ready when the condition holds; else the task is woken when it does, and not before.
    pub fn poll(&mut self, cx: &mut Context<'_>, until: Until) -> Poll<()> {
        self.settle();
        self.group.target.set(until.count);
        self.group.at_failure.set(until.failure);
        if self.group.is_due() {
            return Poll::Ready(());
        }
        let former = self.group.waker.replace(Some(cx.waker().clone()));
        drop(former);
        Poll::Pending
    }

    /// Puts the tasks that had ended when they were added in front, by completion.
    fn settle(&mut self) {
        if self.early.is_empty() {
            return;
        }
        self.early.sort_unstable();
        let mut finished = self.group.finished.borrow_mut();
        // Whatever ended under watch ended after every task that had ended before it was added; only tasks added
        // later, at another time, can have ended in between. Their place is behind what was known then.
        let early = self.early.drain(..).map(|(_, index)| index);
        if finished.is_empty() {
            finished.extend(early);
        } else {
            let known: Vec<usize> = finished.drain(..).collect();
            finished.extend(known.into_iter().chain(early));
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let live = std::mem::take(&mut self.live);
        kernel::with(|kernel| {
            for (task, id) in live.into_iter().flatten() {
                kernel.unwatch(task, id);
            }
        });
        let waker = self.group.waker.take();
        drop(waker);
    }
}
