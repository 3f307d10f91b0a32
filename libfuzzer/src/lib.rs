//! libFuzzer as the one who makes up executions.
//!
//! An input of the fuzzer is an execution ([`Sim::bytes`](reenact_sim::Sim::bytes)), and what an execution shows (`cover!`, `sometimes!`,
//! `reachable!`, who read whose write) is the fuzzer's feedback, as
//! [extra counters](https://llvm.org/docs/LibFuzzer.html): so it needs no instrumented code, no flags for the compiler, and no
//! nightly. What it finds is shrunk, explained, saved and replayed like every other failure.
//!
//! | where | what |
//! | --- | --- |
//! | in a `#[reenact::test]` | `REENACT_LIBFUZZER='-max_total_time=60 corpus' cargo test --test pool drains -- --exact` |
//! | in a test or program without the attribute | [`fuzz`] |
//! | in `fuzz_target!` of cargo-fuzz | [`run`], [`run_with`] |
//!
//! libFuzzer ends the process when it is done, so it drives one test at a time. What it does not prove is what no exploration proves: that
//! no schedule fails.

mod counters;
mod drive;
mod engine;
mod one;

pub use drive::{drive, fuzz};
pub use one::{run, run_with};
