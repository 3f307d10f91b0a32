//! Schedulers that draw: how often each finds what, against what the theory says.
//!
//! Every access is one step: a task accesses, and yields unless nothing follows. Main spawns all tasks in its first step and
//! then sleeps, so it is not among the alternatives. Exact values are accepted within 4.5 standard errors.

mod bounded;
#[path = "../../bugs/programs/mod.rs"]
#[allow(dead_code, reason = "shared with the tests of bugs")]
mod bugs;
mod exact;
#[path = "../../bugs/measure.rs"]
#[allow(dead_code, reason = "shared with the tests of bugs")]
mod measure;
mod portfolio;
pub(crate) mod programs;
mod uniform;

use measure::{MANY, check, share};
