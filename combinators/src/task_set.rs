//! [`TaskSet`].

use std::cell::Cell;
use std::vec;

use reenact_sim::choose_order;
use reenact_sim::task::Task;

/// Tasks without an order.
///
/// What asyncio returns from `wait` are sets, and programs that rely on the order of a set are wrong in a way that no single
/// run shows. So iterating over a `TaskSet` has an **unspecified order, and in a simulation that order is a choice**: it
/// draws n, n-1, .. 2 alternatives at the call, over spawn order, and a program that relies on one order is found out. Where
/// an order is meant, say which: [`by_completion`](Self::by_completion) or [`by_spawn`](Self::by_spawn).
///
/// ```
/// use reenact_combinators::{TaskSet, wait};
/// use reenact_sim::{Sim, task, time};
/// use std::time::Duration;
///
/// let execution = Sim::new().run(|| async {
///     let phases = (1..=3).map(|n| task::spawn(async move {
///         time::sleep(Duration::from_secs(4 - n)).await;
///         n
///     }));
///     let done = wait(phases).await.done;
///     done.by_completion().into_iter().map(|task| task.try_result().unwrap().unwrap()).collect::<Vec<_>>()
/// });
/// assert_eq!(execution.outcome?, [3, 2, 1]);
/// # Ok::<(), reenact_sim::Failure>(())
/// ```
#[derive(Debug)]
pub struct TaskSet<T> {
    tasks: Vec<Task<T>>,
}

impl<T> TaskSet<T> {
    /// No tasks.
    pub fn new() -> Self {
        Self { tasks: Vec::new() }
    }

    /// How many tasks there are.
    pub fn len(&self) -> usize {
        self.tasks.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Adds a task.
    pub fn insert(&mut self, task: Task<T>) {
        self.tasks.push(task);
    }

    /// Requests that every unfinished task ends, in spawn order. Draws no choice: requests made in one step are delivered at
    /// steps whose order is a choice already.
    pub fn cancel_all(&self) {
        let mut tasks: Vec<&Task<T>> = self.tasks.iter().collect();
        tasks.sort_by_key(|task| task.id());
        for task in tasks {
            task.cancel();
        }
    }

    /// The tasks that have ended in the order in which they did, then the others in spawn order.
    pub fn by_completion(self) -> Vec<Task<T>> {
        let mut tasks = self.tasks;
        tasks.sort_by_key(|task| (task.completion().unwrap_or(u64::MAX), task.id()));
        tasks
    }

    /// The tasks in the order in which they were spawned.
    pub fn by_spawn(self) -> Vec<Task<T>> {
        let mut tasks = self.tasks;
        tasks.sort_by_key(Task::id);
        tasks
    }
}

impl<T> Default for TaskSet<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> FromIterator<Task<T>> for TaskSet<T> {
    fn from_iter<I: IntoIterator<Item = Task<T>>>(tasks: I) -> Self {
        Self { tasks: tasks_of(tasks) }
    }
}

impl<T> Extend<Task<T>> for TaskSet<T> {
    fn extend<I: IntoIterator<Item = Task<T>>>(&mut self, tasks: I) {
        self.tasks.extend(tasks_of(tasks));
    }
}

impl<T> IntoIterator for TaskSet<T> {
    type Item = Task<T>;
    type IntoIter = TaskSetIter<T>;

    /// In an order that is a choice.
    fn into_iter(self) -> TaskSetIter<T> {
        let tasks = self.by_spawn();
        if IN_COMBINATOR.get() {
            return TaskSetIter(tasks.into_iter());
        }
        let order = choose_order(tasks.len());
        let mut tasks: Vec<Option<Task<T>>> = tasks.into_iter().map(Some).collect();
        let ordered: Vec<Task<T>> = order.into_iter().filter_map(|at| tasks[at].take()).collect();
        TaskSetIter(ordered.into_iter())
    }
}

/// The tasks of a [`TaskSet`] in the order that was chosen.
#[derive(Debug)]
pub struct TaskSetIter<T>(vec::IntoIter<Task<T>>);

impl<T> Iterator for TaskSetIter<T> {
    type Item = Task<T>;

    fn next(&mut self) -> Option<Task<T>> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T> ExactSizeIterator for TaskSetIter<T> {}

thread_local! {
    /// Whether `into_iter` is called by a combinator, to which the order means nothing.
    static IN_COMBINATOR: Cell<bool> = const { Cell::new(false) };
}

/// The tasks of whatever a combinator is given. A [`TaskSet`] is taken over in spawn order, without drawing a choice, since no
/// program can see an order here.
pub(crate) fn tasks_of<T>(tasks: impl IntoIterator<Item = Task<T>>) -> Vec<Task<T>> {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            IN_COMBINATOR.set(self.0);
        }
    }
    let restore = Restore(IN_COMBINATOR.replace(true));
    let iterator = tasks.into_iter();
    drop(restore);
    iterator.collect()
}
