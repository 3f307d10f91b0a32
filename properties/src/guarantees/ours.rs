//! [`Ours`]: the combinators of this project.

use std::rc::Rc;
use std::time::Duration;

use reenact_combinators::{
    ReturnWhen, TaskSet, WaitForError, as_completed, gather, shield, task_group, timeout, timeout_scope, try_gather, wait_for,
    wait_try,
};
use reenact_sim::task::{Task, TaskId};

use super::{Combinators, Local, LocalStream, Split};
use crate::scenario::{Failed, Outcome};

/// `reenact_combinators`, as an implementation that keeps every guarantee.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ours;

impl Combinators for Ours {
    fn gather(&self, children: Vec<Local<Outcome>>) -> Option<Local<Vec<Outcome>>> {
        Some(Box::pin(gather(children)))
    }

    fn try_gather(&self, children: Vec<Local<Outcome>>) -> Option<Local<Result<Vec<u32>, Failed>>> {
        Some(Box::pin(try_gather(children)))
    }

    fn wait(&self, tasks: Vec<Task<Outcome>>, until: ReturnWhen, deadline: Option<Duration>) -> Option<Local<Split>> {
        let ids: Rc<[TaskId]> = tasks.iter().map(Task::id).collect();
        let mut wait = wait_try(tasks).until(until);
        if let Some(deadline) = deadline {
            wait = wait.timeout(deadline);
        }
        let positions = move |tasks: TaskSet<Outcome>| {
            let position = |task: &Task<Outcome>| ids.iter().position(|id| *id == task.id());
            tasks.by_spawn().iter().filter_map(position).collect()
        };
        Some(Box::pin(async move {
            let waited = wait.await;
            Split { done: positions(waited.done), pending: positions(waited.pending) }
        }))
    }

    fn as_completed(&self, children: Vec<Local<Outcome>>) -> Option<LocalStream<Outcome>> {
        Some(Box::pin(as_completed(children)))
    }

    fn timeout(&self, deadline: Duration, child: Local<Outcome>) -> Option<Local<Option<Outcome>>> {
        let timeout = timeout(deadline, child);
        Some(Box::pin(async { timeout.await.ok() }))
    }

    fn timeout_scope(&self, deadline: Duration, child: Local<Outcome>) -> Option<Local<Option<Outcome>>> {
        let scope = timeout_scope(deadline, |_| child);
        Some(Box::pin(async { scope.await.ok() }))
    }

    fn wait_for(&self, task: Task<Outcome>, deadline: Duration) -> Option<Local<Option<Outcome>>> {
        let waiting = wait_for(task, deadline);
        Some(Box::pin(async {
            match waiting.await {
                Ok(outcome) => Some(outcome),
                Err(WaitForError::Elapsed | WaitForError::Cancelled) => None,
                Err(WaitForError::Panicked(panic)) => panic.resume(),
            }
        }))
    }

    fn shield(&self, child: Local<Outcome>) -> Option<Local<Outcome>> {
        Some(Box::pin(shield(child)))
    }

    fn task_group(&self, children: Vec<Local<Outcome>>) -> Option<Local<Result<(), Vec<Failed>>>> {
        Some(Box::pin(async {
            let group = task_group(async |group| {
                for child in children {
                    group.spawn(child);
                }
                Ok::<(), Failed>(())
            });
            group.await.map_err(|error| error.errors)
        }))
    }
}
