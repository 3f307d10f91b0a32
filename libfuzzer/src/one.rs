//! One input: for targets that somebody else drives.

use std::cell::RefCell;
use std::future::Future;
use std::io::Write;

use reenact_sim::{Explorer, FuzzTarget, Verdict};

use crate::counters;

thread_local! {
    /// The targets of this thread: one, unless a program has several.
    static TARGETS: RefCell<Vec<(String, FuzzTarget)>> = const { RefCell::new(Vec::new()) };
}

/// Runs the execution that an input of a fuzzer stands for: the body of a `fuzz_target!`.
///
/// If it fails, the failure is printed as a failing test prints it, and the process is aborted: libFuzzer then writes the
/// input to a file. `name` is that of the target. The failure is saved under it, and its lines to paste run
/// `cargo fuzz run --sanitizer none NAME`.
///
/// ```no_run
/// # #[allow(unused_macros, reason = "stands for that of libfuzzer-sys, which needs a main function of its own")]
/// # macro_rules! fuzz_target { (|$bytes:ident: &[u8]| $body:block) => { fn _target($bytes: &[u8]) $body } }
/// // #![no_main]
/// // use libfuzzer_sys::fuzz_target;
/// use reenact_sim::task;
///
/// fuzz_target!(|bytes: &[u8]| {
///     reenact_libfuzzer::run("two_tasks", bytes, || async {
///         let task = task::spawn(async { 42 });
///         assert_eq!(task.await.unwrap(), 42);
///     });
/// });
/// # fn main() {}
/// ```
///
/// # Panics
///
/// If a `REENACT_` variable holds a value that means nothing; inside an execution.
#[track_caller]
pub fn run<F>(name: &str, bytes: &[u8], body: impl Fn() -> F)
where
    F: Future,
    F::Output: Verdict,
{
    run_with(name, Explorer::new, bytes, body);
}

/// The same with the limits and the hostility of an explorer, which is made once and called `name`.
///
/// # Panics
///
/// As [`run`].
///
/// ```
/// use reenact_libfuzzer::run_with;
/// use reenact_sim::{Explorer, PendingAtExit};
///
/// let strict = || Explorer::new().pending_at_exit(PendingAtExit::Fail);
/// run_with("ends", strict, b"any bytes", || async { assert_eq!(reenact_sim::choose(4) / 4, 0) });
/// ```
#[track_caller]
pub fn run_with<F>(name: &str, explorer: impl FnOnce() -> Explorer, bytes: &[u8], body: impl Fn() -> F)
where
    F: Future,
    F::Output: Verdict,
{
    // The body is the program's code: nothing is borrowed while it runs.
    let known = TARGETS.with_borrow_mut(|targets| {
        let at = targets.iter().position(|(known, _)| known == name)?;
        Some(targets.swap_remove(at).1)
    });
    let mut target = known.unwrap_or_else(|| {
        let command = format!("cargo fuzz run --sanitizer none {name} -- -runs=1");
        FuzzTarget::new(explorer().name(name)).command(command)
    });
    let failure = target.run(bytes, body);
    counters::tell(&target);
    if let Some(failure) = failure {
        give_up(&target.text(&failure));
    }
    TARGETS.with_borrow_mut(|targets| targets.push((name.to_owned(), target)));
}

/// Ends the process, upon which libFuzzer writes the input to a file.
pub(crate) fn give_up(text: &str) -> ! {
    // Past the test runner, which keeps what goes through eprint! until a test is over.
    let _ = writeln!(std::io::stderr().lock(), "\n{text}\n");
    std::process::abort();
}
