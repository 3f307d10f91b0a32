//! Small programs with a known bug, each with its fix beside it.
//!
//! Every access is one step: a task accesses, and yields unless nothing follows. Main spawns all tasks in its first step and
//! then sleeps, so it is not among the alternatives. Then it says whether something went wrong. Nobody asserts before the end,
//! so that failing executions are as long as others.

mod atomicity;
mod cancelled;
mod condition;
mod depth;
mod devices;
pub(crate) mod kit;
mod locks;
mod order;
pub(crate) mod own;
mod stack;

use std::pin::Pin;

pub(crate) use atomicity::*;
pub(crate) use cancelled::*;
pub(crate) use condition::*;
pub(crate) use depth::*;
pub(crate) use devices::*;
pub(crate) use locks::*;
pub(crate) use order::*;
pub(crate) use own::OWN;
pub(crate) use stack::*;

/// One execution of a program: `true` if it went wrong.
pub(crate) type Run = Pin<Box<dyn Future<Output = bool>>>;
/// A program in one of its forms.
pub(crate) type Body = fn() -> Run;

/// A program that goes wrong under some schedules, and its fix, which does under none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    /// What goes wrong.
    pub(crate) wrong: &'static str,
    pub(crate) buggy: Body,
    pub(crate) fixed: Body,
}

/// Which form of a program is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Buggy,
    Fixed,
}

/// The programs whose figures are published.
pub(crate) const PUBLISHED: [Program; 28] = [
    LOST_UPDATE_2,
    LOST_UPDATE_3,
    BANK_AUDIT,
    REORDER_2,
    REORDER_3,
    TWO_STAGES,
    DEADLOCK,
    PHILOSOPHERS_3,
    PHILOSOPHERS_4,
    BLUETOOTH,
    TOKEN_RING,
    WRITE_SKEW,
    OVERSELL,
    IF_NOT_WHILE,
    LOST_WAKEUP,
    COALESCED,
    DROPPED_READ,
    TIMEOUT,
    PERMIT_LEAK,
    FUTURELOCK,
    DOUBLE_COMPLETION,
    CHAIN_3,
    CHAIN_4,
    CHAIN_5,
    UNEVEN_5,
    UNEVEN_10,
    NAIVE_MUTEX,
    ABA_STACK,
];

/// All of them.
pub(crate) fn all() -> impl Iterator<Item = Program> {
    PUBLISHED.into_iter().chain(OWN)
}
