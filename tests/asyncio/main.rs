//! Combinators and cancellation, held to asyncio.

#![allow(clippy::print_stdout, reason = "how many cases and schedules there were is a part of the result")]

mod cases;
mod leftovers;
mod properties;
mod requests;
#[path = "../it/support.rs"]
#[allow(dead_code, reason = "shared with the other tests")]
mod support;
