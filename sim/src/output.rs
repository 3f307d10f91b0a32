//! [`println!`](crate::println): a line of the trace's output.

use std::cell::Cell;
use std::fmt;
use std::io::Write;

use crate::outside;
use crate::trace::recorder;

thread_local! {
    /// Whether lines also go to the terminal: while one execution is replayed for somebody who watches.
    static ECHO: Cell<bool> = const { Cell::new(false) };
}

/// Prints a line into the output of the execution.
///
/// It becomes an event of the trace ([`Trace::output`](crate::Trace::output)) and counts in the digest. It reaches the
/// terminal only when a single execution is replayed (`REENACT_REPLAY`), since an exploration would print it thousands of
/// times. The arguments are those of `std::println!`.
///
/// # Panics
///
/// Outside an execution.
///
/// ```
/// use reenact_sim::Sim;
///
/// let execution = Sim::new().run(|| async {
///     reenact_sim::println!("in phase {}", 1);
/// });
/// assert_eq!(execution.trace.output(), ["in phase 1"]);
/// ```
#[macro_export]
macro_rules! println {
    ($($argument:tt)*) => {
        $crate::__private::print(::core::format_args!($($argument)*))
    };
}

/// What the macro calls.
#[doc(hidden)]
#[track_caller]
pub fn print(text: fmt::Arguments<'_>) {
    outside::check("reenact::println!");
    // Formatting is the program's code and may print itself, so it comes before anything is borrowed.
    let formatted;
    let text = match text.as_str() {
        Some(text) => text,
        None => {
            formatted = text.to_string();
            &formatted
        }
    };
    recorder::with(|recorder| recorder.output(text));
    if ECHO.get() {
        echo(text);
    }
}

#[cold]
fn echo(text: &str) {
    // Not through print!, which a test runner captures: whoever replays wants to see it.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Lines go to the terminal too, as long as this lives.
#[derive(Debug)]
pub(crate) struct Echo(());

impl Echo {
    pub(crate) fn new() -> Self {
        ECHO.set(true);
        Self(())
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        ECHO.set(false);
    }
}
