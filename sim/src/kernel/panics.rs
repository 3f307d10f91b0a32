//! Panics inside executions: caught quietly, and attributed to their task.
//!
//! A process-wide hook is put in front of the one that is there. While a thread steps a task the hook keeps message and
//! place and prints nothing; everywhere else it calls the hook it found. So explorations are quiet however many tests run
//! on however many threads, and panics outside simulations look as ever.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
    static CAUGHT: RefCell<Option<Caught>> = const { RefCell::new(None) };
}

/// A caught panic.
#[derive(Debug)]
pub(super) struct Caught {
    pub(super) message: String,
    /// File, line and column, relative to the package.
    pub(super) place: Option<String>,
}

/// The payload that leaves a step because the execution is over, from within the program's own code. It is thrown past the
/// hook and never seen by the user.
pub(super) struct Leave;

/// Runs the program's code; a panic comes back as its payload and what the hook kept of it.
#[inline]
pub(super) fn catch<R>(body: impl FnOnce() -> R) -> Result<R, Box<dyn Any + Send>> {
    // What the code leaves broken is dropped with the execution; nothing of it is used again.
    panic::catch_unwind(AssertUnwindSafe(body))
}

/// Whether the payload is the kernel's own.
pub(super) fn is_leave(payload: &(dyn Any + Send)) -> bool {
    payload.is::<Leave>()
}

/// Leaves the running step.
pub(super) fn leave() -> ! {
    panic::resume_unwind(Box::new(Leave))
}

/// What the hook kept of the panic that was just caught.
pub(super) fn describe(payload: &(dyn Any + Send)) -> Caught {
    CAUGHT.take().unwrap_or_else(|| Caught { message: text_of(payload), place: None })
}

/// Keeps a description for whoever asks next.
pub(super) fn restore(caught: Caught) {
    CAUGHT.set(Some(caught));
}

/// The message of a panic's payload.
pub(crate) fn text_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "a payload that is no text".to_owned())
}

/// Keeps panics of this thread quiet as long as it lives.
#[derive(Debug)]
pub(super) struct Quiet(());

impl Quiet {
    pub(super) fn new() -> Self {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let previous = panic::take_hook();
            panic::set_hook(Box::new(move |info| {
                let quiet = QUIET.try_with(Cell::get).unwrap_or(false);
                // A panic while another one unwinds ends the process at once: nobody could ask for it later.
                let second = quiet && CAUGHT.with_borrow(Option::is_some) && std::thread::panicking();
                if !quiet || second {
                    return previous(info);
                }
                let site = info
                    .location()
                    .map(|at| format!("{}:{}:{}", crate::trace::Site::relative(at.file()), at.line(), at.column()));
                CAUGHT.set(Some(Caught { message: text_of(info.payload()), place: site }));
            }));
        });
        QUIET.set(true);
        forget_caught();
        Self(())
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        QUIET.set(false);
        forget_caught();
    }
}

fn forget_caught() {
    CAUGHT.with_borrow_mut(|caught| {
        if caught.is_some() {
            *caught = None;
        }
    });
}

#[cfg(panic = "abort")]
compile_error!(
    "reenact needs panics that unwind, to tell which task panicked and to go on with the next execution: remove \
     `panic = \"abort\"` from the profile (cargo test ignores it anyway)"
);
