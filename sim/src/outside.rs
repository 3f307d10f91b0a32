//! What happens when a function of an execution is called outside one.

use crate::trace::recorder;

/// Whether an execution is running on this thread.
#[inline]
pub(crate) fn is_inside() -> bool {
    recorder::with(|recorder| recorder.is_running())
}

/// Panics unless an execution is running on this thread.
#[track_caller]
#[inline]
pub(crate) fn check(function: &str) {
    if !is_inside() {
        refuse(function);
    }
}

#[track_caller]
#[cold]
fn refuse(function: &str) -> ! {
    panic!(
        "{function} was called outside an execution: call it inside #[reenact::test], reenact::check, Sim::run or \
         Explorer::run, on the thread that runs the execution"
    )
}
