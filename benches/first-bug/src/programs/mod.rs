//! Small programs with a known bug, written once for both crates: those of `tests/bugs`, which says more about them, as far as
//! shuttle can express them. It has no clock, so the ones about deadlines are missing, and so are those about combinators of
//! reenact's own.
//!
//! Every access is one step: a task accesses, and yields unless nothing follows. Main spawns all tasks, joins them and says
//! whether something went wrong; nobody asserts before, so that failing executions are as long as others. A task that hangs makes a
//! deadlock.

mod atomicity;
mod cancelled;
mod condition;
mod depth;
mod devices;
mod locks;
mod order;
mod own;

use std::pin::Pin;

use crate::model::{Reenact, Shuttle};

/// One execution of a program: `true` if it went wrong.
pub(crate) type Run = Pin<Box<dyn Future<Output = bool>>>;

/// A program under both crates.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    pub(crate) reenact: fn() -> Run,
    pub(crate) shuttle: fn() -> Run,
}

macro_rules! program {
    ($name:literal, $($function:ident)::+ ( $($argument:expr)? )) => {
        Program {
            name: $name,
            reenact: || Box::pin($($function)::+::<Reenact>($($argument)?)),
            shuttle: || Box::pin($($function)::+::<Shuttle>($($argument)?)),
        }
    };
}

pub(crate) const PROGRAMS: [Program; 37] = [
    program!("lost_update_2", atomicity::lost_update(2)),
    program!("lost_update_3", atomicity::lost_update(3)),
    program!("bank_audit", atomicity::bank_audit()),
    program!("reorder_2", order::reorder(2)),
    program!("reorder_3", order::reorder(3)),
    program!("twostage_1+1", locks::two_stages()),
    program!("deadlock01", locks::deadlock()),
    program!("philosophers_3", locks::philosophers(3)),
    program!("philosophers_4", locks::philosophers(4)),
    program!("bluetooth_driver", devices::bluetooth()),
    program!("token_ring", order::token_ring()),
    program!("write_skew", atomicity::write_skew()),
    program!("oversell_2", atomicity::oversell()),
    program!("cond_if_not_while", condition::if_not_while()),
    program!("lost_wakeup", condition::lost_wakeup()),
    program!("notify_one coalesced", condition::coalesced()),
    program!("read dropped by select!", cancelled::dropped_read()),
    program!("timeout vs completion", atomicity::timeout_and_completion()),
    program!("permit leak on abort", cancelled::permit_leak()),
    program!("futurelock", cancelled::futurelock()),
    program!("double completion", atomicity::double_completion()),
    program!("chain_3", depth::chain(3)),
    program!("chain_4", depth::chain(4)),
    program!("chain_5", depth::chain(5)),
    program!("uneven_5", depth::uneven(5)),
    program!("uneven_10", depth::uneven(10)),
    program!("naive_mutex", locks::naive_mutex()),
    program!("aba_stack", devices::aba_stack()),
    program!("lock held across an await", own::guard_across_await()),
    program!("nested read lock", own::nested_read()),
    program!("borrow held across an await", own::borrow_across_await()),
    program!("buffered stream", own::buffered_stream()),
    program!("actors ask each other", own::actor_cycle()),
    program!("two waiters, one slot", own::single_slot_waker()),
    program!("self-waking task", own::self_waking()),
    program!("subscribed after the snapshot", own::subscribed_late()),
    program!("stale reply", own::stale_reply()),
];
