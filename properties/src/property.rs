//! The macro [`proptest!`](crate::proptest).

/// Async properties: proptest's `proptest!` for `async fn`, each case run in simulations under drawn schedules.
///
/// Arguments are `name in strategy`, as in proptest, and have to be `Clone`, since each execution gets its own. In the body
/// `prop_assert!`, `prop_assume!`, `assert!` and `?` on a `TestCaseError` work as they do there. Input and schedule are shrunk together and
/// saved together, in proptest's own regressions file, from which they are replayed first.
///
/// | in front, in this order | meaning |
/// | --- | --- |
/// | `#![proptest_config(expression)]` | proptest's configuration; its `cases` is how many inputs are drawn |
/// | `#![executions(8)]` | how many schedules each input is run under; the default is 1 |
///
/// ```
/// use proptest::prelude::*;
/// use reenact_combinators::timeout;
/// use reenact_sim::time::{now, sleep, Instant};
/// use std::time::Duration;
///
/// reenact_properties::proptest! {
///     #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]
///     #![executions(4)]
///     // #[test]
///     async fn a_timeout_is_ready_at_its_deadline(seconds in 1..10_u64, limit in 1..10_u64) {
///         let (long, limit) = (Duration::from_secs(seconds), Duration::from_secs(limit));
///         let in_time = timeout(limit, sleep(long)).await.is_ok();
///         prop_assert_eq!(in_time, long <= limit);
///         prop_assert_eq!(now() - Instant::ZERO, long.min(limit));
///     }
/// }
/// # a_timeout_is_ready_at_its_deadline();
/// ```
///
/// The value of the schedule itself is there in an ordinary `proptest!` block: see [`schedules`](crate::schedules).
#[macro_export]
macro_rules! proptest {
    (#![proptest_config($config:expr)] #![executions($executions:expr)] $($functions:tt)*) => {
        $crate::__properties! { [$executions] [#![proptest_config($config)]] $($functions)* }
    };
    (#![proptest_config($config:expr)] $($functions:tt)*) => {
        $crate::__properties! { [1] [#![proptest_config($config)]] $($functions)* }
    };
    (#![executions($executions:expr)] $($functions:tt)*) => {
        $crate::__properties! { [$executions] [] $($functions)* }
    };
    ($($functions:tt)*) => {
        $crate::__properties! { [1] [] $($functions)* }
    };
}

/// One function after the other.
#[doc(hidden)]
#[macro_export]
macro_rules! __properties {
    ([$executions:expr] $config:tt) => {};
    (
        [$executions:expr] [$($config:tt)*]
        $(#[$meta:meta])*
        async fn $name:ident($($argument:ident in $strategy:expr),* $(,)?) $body:block
        $($rest:tt)*
    ) => {
        $crate::__private::proptest::proptest! {
            $($config)*
            $(#[$meta])*
            fn $name($($argument in $strategy,)* schedule in $crate::schedules().executions($executions)) {
                $crate::hold(&schedule, || {
                    $(let $argument = ::core::clone::Clone::clone(&$argument);)*
                    async move {
                        let () = $body;
                        $crate::__private::PASSED
                    }
                })?;
            }
        }
        $crate::__properties! { [$executions] [$($config)*] $($rest)* }
    };
}
