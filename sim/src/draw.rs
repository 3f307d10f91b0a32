//! What a program draws: [`choose`] and [`rng`].

use std::convert::Infallible;

use rand_core::TryRng;

use crate::kernel;
use crate::outside;
use crate::schedule::ChoiceKind;

/// An explicit choice point of the program: a number below `n`, picked by the scheduler.
///
/// Under fifo it is 0, exhaustive exploration tries every number, and like any other choice it is recorded, replayed and
/// shrunk. Make 0 the calm case. `choose(1)` is 0 and no choice point.
///
/// # Panics
///
/// Outside an execution; if `n` is 0.
///
/// ```
/// use reenact_sim::{Explorer, SchedulerKind};
/// use std::cell::RefCell;
/// use std::collections::BTreeSet;
///
/// let seen = RefCell::new(BTreeSet::new());
/// let report = Explorer::new().scheduler(SchedulerKind::Exhaustive { preemptions: None }).run(|| async {
///     seen.borrow_mut().insert((reenact_sim::choose(2), reenact_sim::choose(3)));
/// });
/// assert_eq!(report.executions, 6);
/// assert_eq!(seen.into_inner().len(), 6);
/// ```
#[track_caller]
pub fn choose(n: u32) -> u32 {
    outside::check("reenact::choose");
    assert!(n > 0, "reenact::choose(0): there is no number below 0");
    kernel::with(|kernel| kernel.choose_or_leave(ChoiceKind::Data, n))
}

/// Draws an order for `n` things in a simulation: the permutation's k-th entry is the index of the thing that comes k-th.
///
/// Draws n, n-1, .. 2 alternatives. This is how unordered sets and `select!` branches find the programs that rely on one
/// order: in the default schedule the order is 0, 1, 2, ...
///
/// # Panics
///
/// Outside an execution.
#[track_caller]
pub fn choose_order(n: usize) -> Vec<usize> {
    outside::check("reenact::choose_order");
    let mut left: Vec<usize> = (0..n).collect();
    let mut order = Vec::with_capacity(n);
    while !left.is_empty() {
        let pick = kernel::with(|kernel| kernel.choose_or_leave(ChoiceKind::Order, left.len() as u32));
        order.push(left.remove(pick as usize));
    }
    order
}

/// Picks one of `n` things that are equally good: a choice point with `n` alternatives, in the default schedule the first.
///
/// # Panics
///
/// Outside an execution; if `n` is 0.
#[track_caller]
pub fn choose_one(n: usize) -> usize {
    outside::check("reenact::choose_one");
    assert!(n > 0, "reenact::choose_one(0): there is nothing to pick");
    kernel::with(|kernel| kernel.choose_or_leave(ChoiceKind::Order, n as u32)) as usize
}

/// The running task's own stream of random words, for use with the `rand` crate.
///
/// What a task draws depends on the data seed and the task's path, not on the schedule: reordering tasks does not change
/// anybody's data. Calling it again goes on with the same stream. The seed of an execution that drew data is a part of its
/// schedule's text.
///
/// # Panics
///
/// Outside the step of a task.
///
/// ```
/// use rand_core::Rng;
/// use reenact_sim::Sim;
///
/// let draw = |seed| Sim::new().seed(seed).run(|| async { reenact_sim::rng().next_u64() }).outcome;
/// assert_eq!(draw(1)?, draw(1)?);
/// assert_ne!(draw(1)?, draw(2)?);
/// # Ok::<(), reenact_sim::Failure>(())
/// ```
#[track_caller]
pub fn rng() -> TaskRng {
    outside::check("reenact::rng");
    match kernel::with(|kernel| kernel.current_numbers()) {
        Some((task, path_hash)) => TaskRng { task, path_hash },
        None => panic!("reenact::rng was called outside the step of a task: only tasks have data streams"),
    }
}

/// A task's data stream; made by [`rng`].
#[derive(Debug)]
pub struct TaskRng {
    task: u32,
    path_hash: u64,
}

impl TaskRng {
    fn draw<R>(&self, draw: impl FnOnce(&mut crate::rng::Stream) -> R) -> R {
        outside::check("a reenact::rng()");
        kernel::with(|kernel| kernel.draw(self.task, self.path_hash, draw))
    }
}

impl TryRng for TaskRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.draw(|stream| stream.next_u32()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.draw(|stream| stream.next_u64()))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.draw(|stream| stream.fill_bytes(bytes));
        Ok(())
    }
}
