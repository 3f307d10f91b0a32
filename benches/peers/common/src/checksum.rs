//! What the executions of a run came to.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// One process runs one job, so what its executions came to is kept in one place, where also a peer finds it that runs them on other threads.
static EXECUTIONS: AtomicU64 = AtomicU64::new(0);
static TOTAL: AtomicU64 = AtomicU64::new(0);

/// Adds a value to a checksum; the order counts.
#[must_use]
#[inline]
pub fn fold(checksum: u64, value: u64) -> u64 {
    (checksum ^ value).wrapping_mul(0x0100_0000_01b3).rotate_left(17)
}

/// The checksum of values in order.
pub(crate) fn fold_all(values: impl IntoIterator<Item = u64>) -> u64 {
    values.into_iter().fold(0, fold)
}

/// Called at the end of each execution. Executions follow one another, so nothing is lost between a load and its store.
#[inline]
pub fn executed(checksum: u64) {
    EXECUTIONS.store(EXECUTIONS.load(Relaxed) + 1, Relaxed);
    TOTAL.store(TOTAL.load(Relaxed).wrapping_add(checksum), Relaxed);
}

/// How many executions there were, and the sum of their checksums.
pub(crate) fn total() -> (u64, u64) {
    (EXECUTIONS.load(Relaxed), TOTAL.load(Relaxed))
}
