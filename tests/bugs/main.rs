//! Bugs that must be found: small programs with known bugs, their fixes, and how often, how soon and how simply each scheduler
//! shows them.

#![allow(clippy::print_stdout, reason = "the figures are a part of the result")]

mod counts;
mod fixed;
mod measure;
mod millions;
mod portfolio;
mod preemptions;
mod priorities;
mod probabilities;
mod programs;
mod published;
mod shrinking;
mod tree;
