//! One deterministic execution of async Rust code, and many.
//!
//! This crate is the kernel of [reenact](https://docs.rs/reenact): executor, virtual clock, schedulers, traces and
//! exploration. It knows nothing of proptest, insta, clap or tokio. Most users want the facade.
//!
//! An execution is a pure function of (program, configuration, choices). Whatever the program does not decide is a
//! *choice point*; a [`Scheduler`] answers it; the answers that are not the default are the [`Schedule`]; what happened
//! is the [`Trace`], and its [`Digest`] stands for it.

mod access;
mod await_point;
mod config;
mod coverage;
mod draw;
mod error;
mod explore;
mod hash;
mod hostility;
mod instant;
mod kernel;
mod leb128;
mod output;
mod outside;
mod resource;
mod rng;
mod schedule;
mod scheduler;
mod seed;
mod simulation;
mod surroundings;
mod sweep;
pub mod task;
pub mod time;
mod trace;

pub use access::{Access, AccessKind, Held, Resource, ResourceId, Shared, access};
pub use await_point::AwaitPoint;
pub use config::{Limit, PendingAtExit, TaskPanics};
pub use draw::{TaskRng, choose, choose_one, choose_order, rng};
pub use error::Error;
pub use explore::{Explorer, FuzzTarget, Noting, Point, Regressions, Report, Shard, Verdict, check, note_failures};
pub use hostility::Hostility;
pub use kernel::FailureKind;
pub use output::log;
pub use schedule::{Choice, ChoiceKind, Deviation, Schedule, TaskPath};
pub use scheduler::{ChoicePoint, Model, Refusal, Scheduler, SchedulerKind};
pub use seed::Seed;
pub use simulation::{Execution, Explanation, Fact, Failure, Lanes, PendingTask, Row, Sim, Stats, Warning};
pub use sweep::{CancelSweep, Interruption, Invariants, Leak, SweepCase, SweepFailure, SweepReport, Swept, cancel_sweep};
pub use trace::{
    Difference, Digest, Ending, HostileAct, LogLevel, LogLine, LogSpan, Site, TaskId, TaskInfo, Trace, TraceEvent, WaitReason,
    WokenBy,
};

/// What the macros call; not for users.
#[doc(hidden)]
pub mod __private {
    pub use crate::coverage::{cover, sometimes};
    pub use crate::explore::{TestOption, TestTarget, fuzzed, parse_environment, run_test};
    pub use crate::output::print;
    pub use crate::schedule::parse_named;
}
