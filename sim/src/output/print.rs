//! [`println!`](crate::println): a line of the trace's output.

use std::fmt;

use super::echo;
use crate::outside;
use crate::trace::recorder;

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
    if echo::is_on() {
        echo::say(format_args!("{text}"));
    }
}
