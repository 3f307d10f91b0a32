//! Bugs that only async code has: what is held across an await, what is dropped at one, who is polled and who is not.
//!
//! Here the steps are those of the crates used, and no published figures exist. Where it can be, fifo order is one that passes.

mod channels;
mod groups;
mod guards;
pub(crate) mod hangs;
mod lost;
mod state;
mod wakes;

use super::Program;

/// The programs of this folder.
pub(crate) const OWN: [Program; 18] = [
    guards::GUARD_ACROSS_AWAIT,
    guards::NESTED_READ,
    guards::BORROW_ACROSS_AWAIT,
    hangs::BUFFERED_STREAM,
    hangs::ACTOR_CYCLE,
    hangs::CANCELLED_BEFORE_START,
    wakes::SINGLE_SLOT_WAKER,
    wakes::SELF_WAKING,
    wakes::SUBSCRIBED_LATE,
    groups::CHILD_OUTLIVES_GROUP,
    groups::FIRST_OF_A_SET,
    lost::SEND_TIMES_OUT,
    lost::HALF_A_TRANSFER,
    lost::RETRIED_TWICE,
    lost::STALE_REPLY,
    channels::SHUTDOWN_FIRST,
    channels::SECOND_FAULT,
    state::CLEANED_UP_LATER,
];
