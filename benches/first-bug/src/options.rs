//! What the command line says about how programs run, for the programs themselves.

use std::cell::Cell;

thread_local! {
    static AS_SPAWNED: Cell<bool> = const { Cell::new(false) };
    static OWN_YIELD: Cell<bool> = const { Cell::new(false) };
}

pub(crate) fn set(as_spawned: bool, own_yield: bool) {
    AS_SPAWNED.set(as_spawned);
    OWN_YIELD.set(own_yield);
}

/// Whether tasks of shuttle may take steps before all are spawned.
pub(crate) fn as_spawned() -> bool {
    AS_SPAWNED.get()
}

/// Whether a step of shuttle's ends with its own `yield_now`.
pub(crate) fn own_yield() -> bool {
    OWN_YIELD.get()
}
