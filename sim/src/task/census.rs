//! [`census`]: what is still registered anywhere.

use crate::kernel;
use crate::outside;

/// What is alive in the running execution.
///
/// Take one before and one after to see whether something was left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Census {
    /// Tasks that have not ended, main included.
    pub tasks: usize,
    /// Armed timers.
    pub timers: usize,
    /// `catch_cancel` scopes that were polled and are not done.
    pub scopes: usize,
    /// Tasks watched by a [`Watch`](super::Watch), each time they are.
    pub watches: usize,
}

/// Counts what is alive in the running execution.
///
/// # Panics
///
/// Outside an execution.
///
/// ```
/// use reenact_sim::{Sim, task, time};
/// use std::time::Duration;
///
/// let execution = Sim::new().run(|| async {
///     let before = task::census();
///     let sleep = time::sleep(Duration::from_secs(1));
///     drop(sleep);
///     assert_eq!(task::census(), before);
/// });
/// execution.outcome?;
/// # Ok::<(), reenact_sim::Failure>(())
/// ```
#[track_caller]
pub fn census() -> Census {
    outside::check("reenact::task::census");
    let [tasks, timers, scopes, watches] = kernel::with(|kernel| kernel.census());
    Census { tasks, timers, scopes, watches }
}
