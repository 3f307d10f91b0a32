//! Integration tests of the facade: what a user of reenact relies on.

mod bad_input;
mod cancel;
mod determinism;
mod end;
mod explorer;
mod failure_text;
mod four_programs;
mod kernel;
mod layers;
mod replay;
mod schedulers;
mod scopes;
mod support;
mod tasks;
mod time;
mod trace;
