//! The attribute `#[reenact::test]` and the macro `reenact::select!`.

mod listing;
mod options;
mod select;
mod test;

use proc_macro::TokenStream;

/// Makes an async function a test that explores its schedules.
///
/// The function takes no arguments and returns `()` or `Result<(), E>` with `E: Debug`; it becomes an ordinary `#[test]`, which
/// other attributes (`#[ignore]`, `#[should_panic]`) apply to. It explores 1,000 executions with a seed derived from its path, so
/// a run is the same every time, and prints nothing until a failure.
///
/// | option | meaning |
/// | --- | --- |
/// | `executions = 500` | how many executions to run at most |
/// | `scheduler = "pct:3"` | who answers choice points |
/// | `seed = 7` | the exploration's seed |
/// | `jobs = 4` | how many threads explore it |
/// | `time_limit = 2.5` | how many seconds of wall time to explore at most |
/// | `pending = "fail"` | what unfinished tasks mean when the test is done: `ignore`, `warn` (the default), `fail` |
/// | `task_panics = "deliver"` | what a panic in a task does: `fail` (the default) or `deliver` |
/// | `max_steps = 10_000` | how many steps an execution may take |
/// | `max_virtual_time = 3600.0` | how many seconds of virtual time an execution may take |
/// | `hostile`, `hostile = "spurious:2,fresh"` | what the executor may do that the contract of `Future` allows: `Hostility` |
/// | `isolate` | each execution has a process of its own, for code with state that outlives an execution |
/// | `crate = my::path` | where to find `reenact`, if it is called otherwise |
///
/// The environment overrides executions, scheduler, seed, jobs, time limit and hostility; see the facade's crate page.
///
/// The expansion leaves a line of text in the link section `.reenact`, by which `cargo reenact` finds the test in its binary. That takes an
/// attribute that is marked unsafe, because a section could be filled with anything; it works under `#![forbid(unsafe_code)]`.
///
/// ```ignore
/// #[reenact::test(executions = 500, scheduler = "pct:3")]
/// async fn gather_keeps_argument_order() {
///     let values = reenact::combinators::gather([phase(2), phase(1)]).await;
///     assert_eq!(values, [2, 1]);
/// }
/// ```
#[proc_macro_attribute]
pub fn test(options: TokenStream, function: TokenStream) -> TokenStream {
    test::expand(options.into(), function.into()).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Waits for the first of several futures and drops the others.
///
/// Each branch is `pattern = future => handler`, with an optional `, if condition` after the future, and a last `else => handler` for
/// when every branch is disabled, as in tokio. In one poll the branches are polled one after the other, and the first whose value fits its
/// pattern wins. **In a simulation the order in which they are polled is a choice**, drawn anew at each poll: n, n-1, .. 2 alternatives, as
/// far as it gets. The calm default is the order in which they stand; `biased;` in front makes it the only one. Outside a simulation
/// it is that order, too.
///
/// # Guarantees for every schedule
///
/// * Exactly one handler runs. All futures of the `select!` are dropped before that, so what they borrow is free there.
/// * A branch whose value does not fit its pattern is disabled, as is one whose condition does not hold; its future expression is evaluated
///   all the same.
/// * Which branch wins when several are ready is decided by the schedule, not by the order in which they became ready.
///
/// What the losing futures had done is lost with them, unless they are safe to drop ("cancel safe") or are given by `&mut`.
///
/// # Compared to others
///
/// `tokio::select!` starts at a random branch unless it is `biased`, and its randomness cannot be controlled from outside a tokio runtime;
/// `futures::select!` draws from a generator of the thread. Both make a simulation that uses them without `biased` nondeterministic.
///
/// # Panics
///
/// When every branch is disabled and there is no `else`.
///
/// ```ignore
/// let told = reenact::select! {
///     message = inbox.recv() => message,
///     () = sleep(Duration::from_secs(1)), if impatient => None,
/// };
/// ```
#[proc_macro]
pub fn select(branches: TokenStream) -> TokenStream {
    match syn::parse::<select::Select>(branches) {
        Ok(select) => select::expand(&select).into(),
        Err(error) => error.into_compile_error().into(),
    }
}
