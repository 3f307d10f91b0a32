//! Combinators in the manner of asyncio, for simulations: [`gather`], [`wait`], [`as_completed`], [`timeout`],
//! [`task_group`].
//!
//! Each states what it guarantees *for every schedule*; (G1), (W1) and so on number the guarantees.
//! Everything here is built on the public interface of `reenact-sim`, so
//! whoever writes other combinators has the same means.
//!
//! Children are tasks: they run whether or not the combinator is polled, and each can be picked by the scheduler on its
//! own. That is how asyncio does it, and unlike `futures::join!` or `FuturesUnordered`, which poll their futures inside one
//! task.

mod as_completed;
mod gather;
mod input;
mod outcome;
mod race;
mod select;
mod shield;
mod task_group;
mod task_set;
mod timeout;
mod timeout_scope;
mod try_gather;
mod wait;
mod wait_for;

pub use as_completed::{AsCompleted, Settled, WithTimeout, as_completed};
pub use gather::{Gather, GatherSettled, gather};
pub use input::{Each, Futures, Iterable, Tuple};
pub use race::race;
// What the macro `select!` of the facade expands to.
#[doc(hidden)]
pub use select::Branches;
pub use shield::{Shield, shield};
pub use task_group::{ChildFailed, Group, GroupError, task_group};
pub use task_set::{TaskSet, TaskSetIter};
pub use timeout::{Elapsed, Timeout, timeout, timeout_at};
pub use timeout_scope::{Deadline, TimeoutScope, timeout_scope, timeout_scope_at};
pub use try_gather::{TryFutures, TryGather, try_gather};
pub use wait::{ReturnWhen, Wait, Waited, wait, wait_try};
pub use wait_for::{WaitForError, wait_for};
