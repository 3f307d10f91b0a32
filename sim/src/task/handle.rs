//! [`Task`]: the handle of a spawned task.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use super::TaskRef;
use crate::kernel::{self, Kernel, Standing, Taken, TaskWord};
use crate::trace::{Ending, TaskId};

/// The handle of a spawned task, and a future of how it ended.
///
/// Dropping it detaches the task, which runs on; see [`cancel_on_drop`](Self::cancel_on_drop) for a handle that does not.
/// Awaiting a task that has ended is ready at once. A handle belongs to its execution: afterwards its result is gone.
pub struct Task<T> {
    word: TaskWord,
    // Contravariant and Send whatever T is: the handle owns no T.
    result: PhantomData<fn() -> T>,
}

/// Why a task has no result.
#[derive(Debug)]
pub enum TaskError {
    /// A cancel request ended it.
    Cancelled,
    /// It panicked, and the execution was set to [`TaskPanics::Deliver`](crate::TaskPanics::Deliver).
    Panicked(TaskPanic),
}

/// The panic of a task.
// In a box, because every result of a task has room for it and hardly any is one.
pub struct TaskPanic(Box<Raised>);

/// What a task panicked with.
struct Raised {
    message: String,
    /// In a mutex that is never locked, only taken apart: it makes the error Sync whatever the payload is.
    payload: Mutex<Box<dyn Any + Send>>,
}

impl TaskPanic {
    /// The panic's message.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What the panic was raised with.
    pub fn into_payload(self) -> Box<dyn Any + Send> {
        self.0.payload.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Goes on panicking with the same payload.
    pub fn resume(self) -> ! {
        std::panic::resume_unwind(self.into_payload())
    }
}

impl fmt::Debug for TaskPanic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskPanic").field("message", &self.0.message).finish_non_exhaustive()
    }
}

impl TaskError {
    /// Whether a cancel request ended the task.
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Cancelled)
    }

    /// Whether the task panicked.
    pub fn is_panicked(&self) -> bool {
        matches!(self, Self::Panicked(_))
    }
}

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cancelled => f.write_str("task was cancelled"),
            Self::Panicked(panic) => write!(f, "task panicked: {}", panic.message()),
        }
    }
}

impl std::error::Error for TaskError {}

impl<T> Task<T> {
    pub(super) fn new(word: TaskWord) -> Self {
        Self { word, result: PhantomData }
    }

    pub(super) fn word(&self) -> TaskWord {
        self.word
    }

    /// Requests that the task ends; `false` if it has ended already.
    ///
    /// This only requests, and the request is never lost: it makes the task ready and is delivered at the task's next step,
    /// before anything that the task waits for (a ready value is not delivered any more). There every innermost
    /// [`catch_cancel`](super::catch_cancel) scope of the task yields `Err(Cancelled)`; a task without one is dropped and ends
    /// cancelled. A task that has not started never runs.
    pub fn cancel(&self) -> bool {
        kernel::with(|kernel| kernel.cancel(self.word))
    }

    /// How many requests were made with [`cancel`](Self::cancel) and not taken back with [`uncancel`](Self::uncancel), delivered or not
    /// (asyncio's `cancelling`).
    pub fn cancelling(&self) -> u32 {
        kernel::with(|kernel| kernel.cancelling(self.word))
    }

    /// Takes one request back and returns how many are left (asyncio's `uncancel`). If none is, a request that has not been
    /// delivered yet is withdrawn; one that has been caught is not undone by it.
    pub fn uncancel(&self) -> u32 {
        kernel::with(|kernel| kernel.uncancel(self.word))
    }

    /// Whether the task has ended. A handle of another execution has.
    pub fn is_finished(&self) -> bool {
        !matches!(kernel::with(|kernel| kernel.standing(self.word)), Standing::Unfinished)
    }

    /// Takes the result if the task has ended; `None` if it has not, or if the result was taken before, or if the
    /// task's execution is over.
    pub fn try_result(&self) -> Option<Result<T, TaskError>>
    where
        T: 'static,
    {
        kernel::with(|kernel| match kernel.take_result(self.word) {
            Taken::Returned(output) => output.map(Ok),
            Taken::Cancelled => Some(Err(TaskError::Cancelled)),
            Taken::Panicked(task) => panic_of(kernel, task).map(|panic| Err(TaskError::Panicked(panic))),
            Taken::Unknown if self.word == TaskWord::NONE => Some(Err(TaskError::Cancelled)),
            Taken::Unfinished | Taken::Unknown => None,
        })
    }

    /// The task's identity in this execution. Prints as its path.
    ///
    /// # Panics
    ///
    /// Outside the task's execution.
    #[track_caller]
    pub fn id(&self) -> TaskId {
        TaskId::new(self.numbers().0)
    }

    /// The task's name: its own, its async function's, or its path.
    ///
    /// # Panics
    ///
    /// Outside the task's execution.
    #[track_caller]
    pub fn name(&self) -> Arc<str> {
        match kernel::with(|kernel| kernel.display_name(self.word)) {
            Some(name) => name,
            None => refuse(),
        }
    }

    /// How many tasks of the execution ended before this one; `None` while it is unfinished. Tasks ordered by it are in
    /// completion order.
    ///
    /// # Panics
    ///
    /// Outside the task's execution.
    #[track_caller]
    pub fn completion(&self) -> Option<u64> {
        let (_, completion) = self.numbers();
        self.is_finished().then_some(completion.into())
    }

    /// Whether the task ended by a panic or with a result for which `is_failure` holds; `false` while it is unfinished.
    pub fn has_failed(&self, is_failure: fn(&T) -> bool) -> bool
    where
        T: 'static,
    {
        kernel::with(|kernel| match kernel.standing(self.word) {
            Standing::Finished(Ending::Panicked) => true,
            Standing::Finished(Ending::Returned) => kernel.look(self.word, is_failure).unwrap_or(false),
            _ => false,
        })
    }

    /// Marks the panic of the task as seen, so that it is not reported as one that nobody looked at.
    pub fn mark_seen(&self) {
        kernel::with(|kernel| {
            if let Some((number, _)) = kernel.numbers(self.word) {
                drop(kernel.take_panic(number));
            }
        });
    }

    /// A reference to the task that is no handle of it.
    pub fn task_ref(&self) -> TaskRef {
        kernel::with(|kernel| TaskRef {
            word: self.word,
            number: kernel.numbers(self.word).map(|(number, _)| number),
            epoch: kernel.epoch(),
        })
    }

    /// The handle of a task that was refused: it never ran, and counts as cancelled. For combinators that take no more
    /// children.
    pub fn refused() -> Self {
        Self::new(TaskWord::NONE)
    }

    /// A handle that cancels the task when it is dropped.
    pub fn cancel_on_drop(self) -> CancelOnDrop<T> {
        CancelOnDrop { task: self }
    }

    #[track_caller]
    fn numbers(&self) -> (u32, u32) {
        match kernel::with(|kernel| kernel.numbers(self.word)) {
            Some(numbers) => numbers,
            None => refuse(),
        }
    }
}

#[cold]
#[track_caller]
fn refuse() -> ! {
    panic!("this task handle belongs to an execution that is over, or to one on another thread")
}

/// The panic of a task, if nobody has taken it before.
#[cold]
pub(super) fn panic_of(kernel: &Kernel, task: u32) -> Option<TaskPanic> {
    let (message, payload) = kernel.take_panic(task)?.into_parts();
    Some(TaskPanic(Box::new(Raised { message, payload: Mutex::new(payload) })))
}

impl<T: 'static> Future for Task<T> {
    type Output = Result<T, TaskError>;

    /// # Panics
    ///
    /// If the task awaits itself; if the result was taken before; outside the task's execution.
    #[track_caller]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        kernel::with(|kernel| {
            let result = match kernel.join(self.word, cx.waker()) {
                Taken::Unfinished => return Poll::Pending,
                Taken::Returned(output) => output.map(Ok),
                Taken::Panicked(task) => panic_of(kernel, task).map(|panic| Err(TaskError::Panicked(panic))),
                Taken::Cancelled => Some(Err(TaskError::Cancelled)),
                // A spawn that was refused, perhaps because everything was being dropped: it never was a task.
                Taken::Unknown if self.word == TaskWord::NONE => Some(Err(TaskError::Cancelled)),
                Taken::Unknown => refuse(),
            };
            match result {
                Some(result) => Poll::Ready(result),
                None => taken_before(),
            }
        })
    }
}

#[cold]
#[track_caller]
fn taken_before() -> ! {
    panic!("the result of this task was taken before")
}

impl<T> Unpin for Task<T> {}

impl<T> Drop for Task<T> {
    #[inline]
    fn drop(&mut self) {
        kernel::with(|kernel| kernel.detach(self.word));
    }
}

impl<T> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = kernel::with(|kernel| kernel.numbers(self.word)).map(|(number, _)| TaskId::new(number));
        match number {
            Some(id) => write!(f, "Task({id})"),
            None => f.write_str("Task(of another execution)"),
        }
    }
}

/// A [`Task`] that is cancelled when its handle is dropped. Made by [`Task::cancel_on_drop`].
#[derive(Debug)]
#[must_use = "dropping this handle cancels the task"]
pub struct CancelOnDrop<T> {
    task: Task<T>,
}

impl<T> Deref for CancelOnDrop<T> {
    type Target = Task<T>;

    fn deref(&self) -> &Task<T> {
        &self.task
    }
}

impl<T> DerefMut for CancelOnDrop<T> {
    fn deref_mut(&mut self) -> &mut Task<T> {
        &mut self.task
    }
}

impl<T: 'static> Future for CancelOnDrop<T> {
    type Output = Result<T, TaskError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.task).poll(cx)
    }
}

impl<T> Drop for CancelOnDrop<T> {
    fn drop(&mut self) {
        kernel::with(|kernel| kernel.cancel(self.task.word));
    }
}
