//! Traces as text and as pictures: what is kept, what changes it and what does not, and what the pictures show.

mod golden;
mod macros;
mod normal_order;
mod pictures;
mod support;
mod text;

// The examples are written for the facade, which is above this package. This is as much of it as they use.
extern crate self as reenact;

pub(crate) use reenact_sim::{Explorer, Report, Schedule, SchedulerKind, Sim, Trace, println, task, time};

pub(crate) mod combinators {
    pub(crate) use reenact_combinators::{as_completed, gather, wait};
}
