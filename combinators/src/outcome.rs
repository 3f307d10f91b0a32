//! What a combinator that yields plain values does with a task that has none.

use reenact_sim::task::{Task, TaskError};

/// The value of a child that has ended.
///
/// # Panics
///
/// If the child panicked, goes on panicking; if it was cancelled, says so.
#[track_caller]
pub(crate) fn value<T: 'static>(task: &Task<T>, combinator: &str) -> T {
    match task.try_result() {
        Some(result) => of(result, combinator),
        None => panic!("the result of a child of {combinator} was taken before"),
    }
}

/// The same, from the result.
#[track_caller]
pub(crate) fn of<T>(result: Result<T, TaskError>, combinator: &str) -> T {
    match result {
        Ok(value) => value,
        Err(TaskError::Panicked(panic)) => panic.resume(),
        Err(TaskError::Cancelled) => {
            panic!("a child of {combinator} was cancelled and has no value: spawn it and await the task to see how it ended")
        }
    }
}
