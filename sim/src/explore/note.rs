//! What somebody outside of this crate adds to the text of a failing test.

use std::sync::OnceLock;

use crate::simulation::Failure;

/// Says something about the failure of the test of that name.
pub type Noting = fn(&Failure, &str) -> Option<String>;

static NOTING: OnceLock<Noting> = OnceLock::new();

/// Adds a note to the text of failing tests of this process: whenever an exploration that has a name is about to panic with a failure,
/// `noting` is called with it and the name. What it returns is the last line of the panic's message, behind `note: `.
///
/// It is called outside of executions, and may write files: the snapshots of reenact draw the failure next to an execution that
/// passes ([`Explanation::passing`](crate::Explanation::passing)). Where executions have processes of their own it is called in the one of the
/// failing execution, and of a passing one nothing is known there.
///
/// The first call counts; `false` says that there was one before, with another function or the same one.
///
/// ```
/// use reenact_sim::{Explorer, Regressions, note_failures};
///
/// note_failures(|failure, test| Some(format!("{test} had a {}", failure.kind)));
/// let test = || Explorer::new().name("pool::drains").regressions(Regressions::Off).check(|| async { panic!("not empty") });
/// let panic = std::panic::catch_unwind(test).unwrap_err();
/// assert!(panic.downcast_ref::<String>().unwrap().ends_with("\nnote: pool::drains had a panic"));
/// ```
pub fn note_failures(noting: Noting) -> bool {
    NOTING.set(noting).is_ok()
}

/// The text of a failure with its note.
pub(super) fn text(failure: &Failure, name: Option<&str>) -> String {
    let note = NOTING.get().zip(name).and_then(|(noting, name)| noting(failure, name));
    match note {
        Some(note) => format!("{failure}\nnote: {note}"),
        None => failure.to_string(),
    }
}
