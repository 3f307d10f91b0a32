//! What an execution runs in: finding out that it runs inside a task of another runtime, and saying so.
//!
//! tokio gives each poll of one of its tasks a budget of 128 operations. When it is used up, everything of `tokio::sync`
//! answers pending although it is ready, and the waker goes to the runtime, which wakes it after the poll. A simulation inside
//! such a task *is* that one poll: the budget is never filled up again, and its tasks wait for a runtime that waits for the
//! simulation. In a task of a runtime that is a deadlock. In `block_on` of a runtime with several threads there is nobody to hand
//! the waker to, so tokio wakes the task at once, for ever: a livelock.
//!
//! No part of this depends on tokio. The evidence for the deadlock is that wakers of the execution are still held when all
//! of it is dropped; for the livelock, that tokio's budget is on the stack when a task wakes itself. Whether a runtime is below is
//! read from the names on the stack. Nothing of this reaches a trace: it is looked at only when an execution has failed.

use std::backtrace::Backtrace;

/// What shows that something outside took part in an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// So many wakers of its tasks were held when everything of it was dropped.
    Held {
        /// How many.
        wakers: i64,
    },
    /// tokio's budget made tasks wake themselves instead of going on.
    PushedBack,
}

/// What to say about a failed execution; `deadlock` if that is how it failed.
#[cold]
pub(crate) fn hint(evidence: Evidence, deadlock: bool) -> Option<String> {
    let wakers = match evidence {
        Evidence::Held { wakers } => wakers,
        Evidence::PushedBack => {
            return Some(inside_tokio("whose budget for tokio::sync is used up: it wakes tasks without letting them go on"));
        }
    };
    let (held, are, them) = match wakers {
        1 => ("1 waker".to_owned(), "is", "it"),
        _ => (format!("{wakers} wakers"), "are", "them"),
    };
    if is_inside_tokio(&Backtrace::force_capture().to_string()) {
        return Some(inside_tokio(&format!(
            "and {held} of its tasks {are} held outside: the runtime neither goes on before the simulation ends nor fills up the \
             budget for tokio::sync"
        )));
    }
    deadlock.then(|| {
        format!(
            "{held} of these tasks outlived the simulation: what holds {them} is outside, and cannot go on before the simulation \
             ends; make both ends of a channel inside the body, and run the simulation on a plain thread, not inside a task of \
             another runtime"
        )
    })
}

fn inside_tokio(what: &str) -> String {
    format!(
        "this simulation runs inside a task of a tokio runtime, {what}; use #[test] or #[reenact::test] instead of \
         #[tokio::test], or run it on a thread of its own, or inside tokio::task::unconstrained"
    )
}

/// Functions of tokio in which its budget is asked for: by the module that keeps it, or, where the compiler has inlined that,
/// by what is pending when it is used up.
const ASKS_FOR_BUDGET: [&str; 5] =
    ["task::coop", "runtime::context", "sync::mpsc::chan::Rx", "sync::batch_semaphore::Acquire", "sync::oneshot::Receiver"];

/// Whether a task that woke itself with this stack did so because tokio's budget was used up.
#[cold]
pub(crate) fn tokio_pushes_back(stack: &Backtrace) -> bool {
    let names = stack.to_string();
    // Innermost first. What comes before the loop is the step itself, what comes after it is around the simulation.
    let Some((step, around)) = names.split_once("reenact_sim::kernel::run") else { return false };
    let innermost = step.lines().find_map(|line| line.split_once("tokio::")).map(|(_, name)| name);
    let asks = innermost.is_some_and(|name| ASKS_FOR_BUDGET.iter().any(|function| name.starts_with(function)));
    // A yield of tokio's own does the same where there is no runtime at all.
    asks && !step.contains("tokio::task::yield_now") && is_inside_tokio(around)
}

/// Whether these frames, innermost first, are of a task of a tokio runtime. False if they have no names.
fn is_inside_tokio(frames: &str) -> bool {
    match (frames.find("tokio::runtime::"), frames.find("tokio::task::coop::unconstrained")) {
        (None, _) => false,
        (Some(_), None) => true,
        // The innermost says what holds: no budget inside `unconstrained`.
        (Some(runtime), Some(unconstrained)) => runtime < unconstrained,
    }
}
