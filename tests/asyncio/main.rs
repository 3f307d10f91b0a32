//! Combinators and cancellation, held to asyncio.

mod cases;
mod leftovers;
mod properties;
mod requests;
#[path = "../it/support.rs"]
#[allow(dead_code, reason = "shared with the other tests")]
mod support;
