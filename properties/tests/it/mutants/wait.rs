//! Wrong waits.

use std::rc::Rc;
use std::time::Duration;

use reenact_combinators::{ReturnWhen, TaskSet, Waited, wait, wait_try};
use reenact_properties::guarantees::{Local, Split};
use reenact_properties::scenario::Outcome;
use reenact_sim::task::{Task, TaskId};
use reenact_sim::time::sleep;

use super::{Mutant, forget_timer, mutant};

type Tasks = Vec<Task<Outcome>>;
type Deadline = Option<Duration>;

/// Long enough to be as good as none.
const NONE: Duration = Duration::from_secs(500);

/// The positions of tasks among those of an input.
struct Positions(Rc<[TaskId]>);

impl Positions {
    fn of(tasks: &Tasks) -> Self {
        Self(tasks.iter().map(Task::id).collect())
    }

    fn find(&self, tasks: TaskSet<Outcome>) -> Vec<usize> {
        tasks.by_spawn().iter().filter_map(|task| self.0.iter().position(|id| *id == task.id())).collect()
    }

    fn split(&self, waited: Waited<Outcome>) -> Split {
        Split { done: self.find(waited.done), pending: self.find(waited.pending) }
    }
}

fn right(tasks: Tasks, until: ReturnWhen, deadline: Deadline) -> impl Future<Output = Waited<Outcome>> {
    wait_try(tasks).until(until).timeout(deadline.unwrap_or(NONE))
}

pub(super) fn mutants() -> Vec<Mutant> {
    vec![
        mutant!("wait that cancels what is pending", WaitAll, wait(tasks: Tasks, until: ReturnWhen, deadline: Deadline) -> Local<Split>, {
            let positions = Positions::of(&tasks);
            async move {
                let waited = right(tasks, until, deadline).await;
                waited.pending.cancel_all();
                positions.split(waited)
            }
        }),
        mutant!("wait that loses a child that ends at the deadline", WaitAll, wait(tasks: Tasks, until: ReturnWhen, deadline: Deadline) -> Local<Split>, {
            let positions = Positions::of(&tasks);
            async move {
                let waited = right(tasks, until, deadline).await;
                let late = deadline.is_some_and(|deadline| reenact_sim::time::now() == reenact_sim::time::Instant::ZERO + deadline);
                let mut split = positions.split(waited);
                if late && split.done.len() > 1 {
                    split.done.pop();
                }
                split
            }
        }),
        mutant!("wait that splits before it waits", WaitAll, wait(tasks: Tasks, until: ReturnWhen, deadline: Deadline) -> Local<Split>, {
            let positions = Positions::of(&tasks);
            async move {
                let done = tasks.iter().map(Task::is_finished).collect::<Vec<_>>();
                drop(positions);
                right(tasks, until, deadline).await;
                let (done, pending) = (0..done.len()).partition(|at| done[*at]);
                Split { done, pending }
            }
        }),
        mutant!("wait that ignores its deadline", WaitAll, wait(tasks: Tasks, until: ReturnWhen, _deadline: Deadline) -> Local<Split>, {
            let positions = Positions::of(&tasks);
            async move { positions.split(right(tasks, until, None).await) }
        }),
        mutant!("wait that always waits for its deadline", WaitAll, wait(tasks: Tasks, until: ReturnWhen, deadline: Deadline) -> Local<Split>, {
            let positions = Positions::of(&tasks);
            async move {
                if let Some(deadline) = deadline {
                    sleep(deadline).await;
                }
                positions.split(right(tasks, until, deadline.map(|_| Duration::ZERO)).await)
            }
        }),
        mutant!("wait that leaves its timer", WaitAll, wait(tasks: Tasks, until: ReturnWhen, deadline: Deadline) -> Local<Split>, {
            let positions = Positions::of(&tasks);
            async move {
                if let Some(deadline) = deadline {
                    forget_timer(deadline).await;
                }
                positions.split(right(tasks, until, deadline).await)
            }
        }),
        mutant!("wait for the first that waits for all", WaitFirst, wait(tasks: Tasks, _until: ReturnWhen, deadline: Deadline) -> Local<Split>, {
            let positions = Positions::of(&tasks);
            async move { positions.split(right(tasks, ReturnWhen::AllCompleted, deadline).await) }
        }),
        mutant!("wait for the first that tells of one only", WaitFirst, wait(tasks: Tasks, until: ReturnWhen, deadline: Deadline) -> Local<Split>, {
            let positions = Positions::of(&tasks);
            async move {
                let mut split = positions.split(right(tasks, until, deadline).await);
                let rest = split.done.drain(split.done.len().min(1)..).collect::<Vec<_>>();
                split.pending.extend(rest);
                split
            }
        }),
        mutant!("wait that cancels its tasks when dropped", WaitFirst, wait(tasks: Tasks, until: ReturnWhen, deadline: Deadline) -> Local<Split>, {
            let positions = Positions::of(&tasks);
            async move {
                let held: Vec<_> = tasks.iter().map(Task::task_ref).collect();
                let guard = Cancel(held);
                let split = positions.split(right(tasks, until, deadline).await);
                std::mem::forget(guard);
                split
            }
        }),
        mutant!("wait for a failure that takes errors for values", WaitException, wait(tasks: Tasks, until: ReturnWhen, deadline: Deadline) -> Local<Split>, {
            let positions = Positions::of(&tasks);
            async move { positions.split(wait(tasks).until(until).timeout(deadline.unwrap_or(NONE)).await) }
        }),
        mutant!("wait for a failure that returns with the first of all", WaitException, wait(tasks: Tasks, _until: ReturnWhen, deadline: Deadline) -> Local<Split>, {
            let positions = Positions::of(&tasks);
            async move { positions.split(right(tasks, ReturnWhen::FirstCompleted, deadline).await) }
        }),
    ]
}

/// Cancels when dropped.
struct Cancel(Vec<reenact_sim::task::TaskRef>);

impl Drop for Cancel {
    fn drop(&mut self) {
        for task in &self.0 {
            task.cancel();
        }
    }
}
