//! What happens when a function of an execution is called outside one.

use crate::trace::recorder;

/// Panics unless an execution is running on this thread.
#[track_caller]
#[inline]
pub(crate) fn check(function: &str) {
    if !recorder::with(|recorder| recorder.is_running()) {
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
