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
    /// Whether something was caught since the thread became quiet: most executions need no further look.
    static ANY: Cell<bool> = const { Cell::new(false) };
    /// The last panic of this thread while it was quiet. The program may have caught it itself.
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

/// What is known of a caught panic. What the hook kept is of this one if it says the same: a payload that is thrown again, by
/// `resume_unwind`, never came past the hook.
pub(super) fn describe(payload: &(dyn Any + Send)) -> Caught {
    let message = text_of(payload);
    match CAUGHT.take() {
        Some(caught) if caught.message == message => caught,
        _ => Caught { message, place: None },
    }
}

/// Drops the payload of a panic. Its destructor is the program's code and may panic itself; then that payload is leaked,
/// because to drop one after the other might never end.
pub(super) fn discard(payload: Box<dyn Any + Send>) {
    if let Err(another) = catch(|| drop(payload)) {
        std::mem::forget(another);
    }
}

/// Keeps a description for whoever asks next.
pub(super) fn restore(caught: Caught) {
    ANY.set(true);
    CAUGHT.set(Some(caught));
}

/// The message of a panic's payload.
pub(crate) fn text_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "a payload that is no text".to_owned())
}

/// What std says when a destructor panics while another panic unwinds, right before it aborts the process.
const DOUBLE: [&str; 2] = ["panic in a destructor during cleanup", "panic in a function that cannot unwind"];

#[allow(clippy::print_stderr, reason = "the process is about to be aborted")]
fn say_last_words(caught: &Caught) {
    let Caught { message, place } = caught;
    eprintln!("a task panicked, and a destructor again while that unwound; the last panic was: {message} ({place:?})");
}

/// Keeps panics of this thread quiet as long as it lives.
#[derive(Debug)]
pub(super) struct Quiet(());

impl Quiet {
    #[inline]
    pub(super) fn new() -> Self {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let previous = panic::take_hook();
            panic::set_hook(Box::new(move |info| {
                if !QUIET.try_with(Cell::get).unwrap_or(false) {
                    return previous(info);
                }
                let message = text_of(info.payload());
                if DOUBLE.contains(&message.as_str()) {
                    // The process ends here, and nobody could ask for what came before.
                    if let Some(caught) = CAUGHT.take() {
                        say_last_words(&caught);
                    }
                    return previous(info);
                }
                let site = info
                    .location()
                    .map(|at| format!("{}:{}:{}", crate::trace::Site::relative(at.file()), at.line(), at.column()));
                restore(Caught { message, place: site });
            }));
        });
        QUIET.set(true);
        Self(())
    }
}

impl Drop for Quiet {
    #[inline]
    fn drop(&mut self) {
        QUIET.set(false);
        if ANY.replace(false) {
            CAUGHT.set(None);
        }
    }
}

#[cfg(panic = "abort")]
compile_error!(
    "reenact needs panics that unwind, to tell which task panicked and to go on with the next execution: remove \
     `panic = \"abort\"` from the profile (cargo test ignores it anyway)"
);
