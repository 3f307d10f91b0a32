//! [`assert_trace_snapshot!`](crate::assert_trace_snapshot): a trace compared with what somebody has reviewed.

use crate::{Row, TraceSnapshot, TraceText};

/// Compares what an execution did with a reviewed snapshot, over [insta](crate::insta).
///
/// ```text
/// assert_trace_snapshot!(execution);                    // a file, named after the test
/// assert_trace_snapshot!("name", execution);            // a file of that name
/// assert_trace_snapshot!(execution, @"");               // inline; `cargo insta accept` or `review` fills it in
/// assert_trace_snapshot!(execution, { "[].at" => "[time]" });    // with redactions, also named and inline
/// ```
///
/// The execution is an `Execution`, a `Trace`, a `Failure`, or a [`TraceText`], which says how much of it
/// is compared: `execution.trace_text().level(Level::Everything).normal_order()`. By default these are output, and how tasks
/// begin and end ([`Level::Tasks`](crate::Level::Tasks)).
///
/// Files lie in the folder `snapshots` beside the test that calls the macro, as with insta's own. What insta's `Settings` say
/// holds here, too: folder, suffix, description, filters. Redactions need structure: with them the snapshot is the list of
/// [`Row`]s as YAML, with `at`, `task` and `what`, instead of the text.
///
/// # Panics
///
/// If the snapshot is another one or there is none. The pending snapshot is then beside it for `cargo insta review`, unless
/// `INSTA_UPDATE` says otherwise; in CI nothing is written. Also if the trace was recorded without its events.
#[macro_export]
macro_rules! assert_trace_snapshot {
    ($execution:expr, { $($selector:expr => $redaction:expr),* $(,)? } $(, @$inline:literal)? $(,)?) => {{
        let rows = $crate::__private::rows(&$execution);
        $crate::insta::assert_yaml_snapshot!(rows, { $($selector => $redaction),* } $(, @$inline)?);
    }};
    ($execution:expr, @$inline:literal $(,)?) => {{
        let trace = $crate::__private::text(&$execution);
        $crate::insta::assert_snapshot!(trace, @$inline);
    }};
    ($execution:expr $(,)?) => {{
        let trace = $crate::__private::text(&$execution);
        $crate::insta::assert_snapshot!(trace);
    }};
    ($name:expr, $execution:expr, { $($selector:expr => $redaction:expr),* $(,)? } $(,)?) => {{
        let rows = $crate::__private::rows(&$execution);
        $crate::insta::assert_yaml_snapshot!($name, rows, { $($selector => $redaction),* });
    }};
    ($name:expr, $execution:expr $(,)?) => {{
        let trace = $crate::__private::text(&$execution);
        $crate::insta::assert_snapshot!($name, trace);
    }};
}

/// The text of what the macro was given.
#[doc(hidden)]
#[track_caller]
pub fn text(traced: &impl TraceSnapshot) -> TraceText {
    let text = traced.trace_text();
    assert!(
        text.is_recorded(),
        "this trace has a digest and no events, because an exploration keeps none: take it from Sim, Explorer::visit or a Failure"
    );
    text
}

/// The rows of what the macro was given.
#[doc(hidden)]
#[track_caller]
pub fn rows(traced: &impl TraceSnapshot) -> Vec<Row> {
    text(traced).rows()
}
