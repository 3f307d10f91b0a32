//! [`Combinators`]: an implementation, as the checks use it.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use futures_core::Stream;
use reenact_combinators::ReturnWhen;
use reenact_sim::task::Task;

use crate::scenario::{Failed, Outcome};

/// A future that need not be `Send`.
pub type Local<T> = Pin<Box<dyn Future<Output = T>>>;

/// A stream that need not be `Send`.
pub type LocalStream<T> = Pin<Box<dyn Stream<Item = T>>>;

/// Implementations of the constructs. A method for what there is not stays away, or returns `None` for arguments that are not supported.
/// It is called within an execution, in the step of the task that will await what it returns.
pub trait Combinators {
    /// All outcomes, in argument order.
    fn gather(&self, children: Vec<Local<Outcome>>) -> Option<Local<Vec<Outcome>>> {
        let _ = children;
        None
    }

    /// All values in argument order, or the first error.
    fn try_gather(&self, children: Vec<Local<Outcome>>) -> Option<Local<Result<Vec<u32>, Failed>>> {
        let _ = children;
        None
    }

    /// Which tasks have ended, when all have, or one, or one has failed, or the deadline has come.
    fn wait(&self, tasks: Vec<Task<Outcome>>, until: ReturnWhen, deadline: Option<Duration>) -> Option<Local<Split>> {
        let _ = (tasks, until, deadline);
        None
    }

    /// Outcomes in completion order.
    fn as_completed(&self, children: Vec<Local<Outcome>>) -> Option<LocalStream<Outcome>> {
        let _ = children;
        None
    }

    /// The outcome, or `None` at the deadline.
    fn timeout(&self, deadline: Duration, child: Local<Outcome>) -> Option<Local<Option<Outcome>>> {
        let _ = deadline;
        drop(child);
        None
    }

    /// The outcome, or `None` if the deadline came and the child ended by the request that it then got. It may clean up before that.
    fn timeout_scope(&self, deadline: Duration, child: Local<Outcome>) -> Option<Local<Option<Outcome>>> {
        let _ = deadline;
        drop(child);
        None
    }

    /// The task's outcome, or `None` if the deadline came and the task ended by the request that it then got. Ready when the task has ended.
    fn wait_for(&self, task: Task<Outcome>, deadline: Duration) -> Option<Local<Option<Outcome>>> {
        let _ = (task, deadline);
        None
    }

    /// The outcome; whoever stops awaiting it does not stop the child.
    fn shield(&self, child: Local<Outcome>) -> Option<Local<Outcome>> {
        drop(child);
        None
    }

    /// Whether no child failed, or all errors, when every child has ended.
    fn task_group(&self, children: Vec<Local<Outcome>>) -> Option<Local<Result<(), Vec<Failed>>>> {
        let _ = children;
        None
    }
}

/// What a wait tells: positions of tasks in its input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// Those that have ended.
    pub done: Vec<usize>,
    /// Those that have not.
    pub pending: Vec<usize>,
}
