//! Each execution in a process of its own, for code with state that outlives an execution.
//!
//! The test's process never runs the body. It starts its own program again with only this test picked and one thing to do, a [`Request`],
//! and reads an [`Answer`] from a file. What looks closer at a failure, shrinking included, is done in fresh processes too.

mod account;
mod ask;
mod child;
mod parent;
mod wire;

use account::Account;
use ask::Program;
pub(super) use parent::explore;
use wire::{Answer, Request};

/// What a process is to do, and where to put what comes of it. Not a setting: nobody but this crate sets it.
pub(super) const VARIABLE: &str = "REENACT_ISOLATED";
