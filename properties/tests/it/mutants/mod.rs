//! Wrong combinators, each wrong in one way. The checks find every one of them within 1,000 executions.

mod as_completed;
mod gather;
mod groups;
mod timeout;
mod timeout_scope;
mod wait;
mod wait_for;

use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use reenact_properties::guarantees::{Combinators, Construct, hold_to};
use reenact_sim::time::sleep;

/// A wrong implementation: what is wrong, and of which construct.
type Mutant = (&'static str, Construct, Rc<dyn Combinators>);

/// Mutants as closures: a type that has one method of `Combinators`.
macro_rules! mutant {
    ($what:literal, $construct:ident, $method:ident($($argument:ident: $kind:ty),*) -> $result:ty, $body:expr) => {{
        struct Wrong;
        impl reenact_properties::guarantees::Combinators for Wrong {
            fn $method(&self, $($argument: $kind),*) -> Option<$result> {
                Some(Box::pin($body))
            }
        }
        ($what, reenact_properties::guarantees::Construct::$construct, std::rc::Rc::new(Wrong) as _)
    }};
}
use mutant;

/// Arms a timer that nobody drops.
async fn forget_timer(after: Duration) {
    let mut sleep = Box::pin(sleep(after));
    poll_fn(|cx| Poll::Ready(sleep.as_mut().poll(cx).is_ready())).await;
    std::mem::forget(sleep);
}

#[test]
#[allow(clippy::print_stdout, reason = "`--nocapture` shows how soon each is found")]
fn every_mutant_is_killed_within_a_thousand_executions() {
    let mut mutants: Vec<Mutant> =
        [gather::mutants(), wait::mutants(), as_completed::mutants(), timeout::mutants(), groups::mutants()].concat();
    mutants.extend([timeout_scope::mutants(), wait_for::mutants()].concat());
    assert!(mutants.len() >= 40, "{}", mutants.len());
    let mut survivors = Vec::new();
    for (what, construct, wrong) in &mutants {
        let rows = hold_to(wrong, *construct, 1_000);
        let first = rows.iter().filter_map(|row| Some((row.breach.as_ref()?.execution, row.guarantee.number))).min();
        match first {
            Some((execution, number)) => println!("{execution:5} executions, {number:8} {what}"),
            None => survivors.push(*what),
        }
    }
    assert!(survivors.is_empty(), "these survive: {survivors:?}");
}
