//! `cargo reenact` as people run it: in a cargo project of its own, by its output, its files and its exit status.
#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "nothing here runs inside an execution: it watches processes, in wall time"
)]

mod doctor;
mod explore;
mod fuzz;
mod program;
mod project;
mod regressions;
mod schedules;
mod shards;
mod terminal;
