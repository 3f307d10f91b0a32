//! The attribute `#[reenact::test]`.

mod options;
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
/// | `time_limit = 2.5` | how many seconds of wall time to explore at most |
/// | `pending = "fail"` | what unfinished tasks mean when the test is done: `ignore`, `warn` (the default), `fail` |
/// | `task_panics = "deliver"` | what a panic in a task does: `fail` (the default) or `deliver` |
/// | `max_steps = 10_000` | how many steps an execution may take |
/// | `max_virtual_time = 3600.0` | how many seconds of virtual time an execution may take |
/// | `crate = my::path` | where to find `reenact`, if it is called otherwise |
///
/// The environment overrides executions, scheduler, seed and time limit; see the facade's crate page.
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
