//! Integration tests of the facade: what a user of reenact relies on.

#![allow(clippy::print_stdout, reason = "some tests say what they measured")]

mod bad_input;
mod cancel;
mod combinators;
mod determinism;
mod end;
mod explorer;
mod failure_text;
mod four_programs;
mod hostile;
mod kernel;
mod layers;
mod races;
mod replay;
mod robustness;
mod samplers;
mod schedulers;
mod scopes;
mod select;
mod support;
mod sweep;
mod tasks;
mod time;
mod trace;
