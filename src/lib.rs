//! Deterministic simulation testing for async Rust: *a flaky async test becomes one short line of text that fails every
//! time*.
//!
//! A test runs on an executor with a virtual clock. Which ready task steps next, the order of unordered sets, whatever the
//! program does not decide itself, is decided by a seeded scheduler and recorded. So thousands of interleavings are explored in
//! milliseconds, and the one that fails is replayed from its schedule, exactly, on every machine, in debug and release.
//!
//! # What a passing test does not prove
//!
//! That there is no failing schedule, unless the exploration was exhaustive. Nothing about real parallelism: tasks
//! interleave where they await, memory is sequentially consistent (for weak memory there are loom and Miri). Nothing about
//! code that the simulation does not control: threads, real clocks, sockets, the order of a `HashMap`. What is uncontrolled and
//! shows in a failing execution is reported as such, because a failing execution is always run twice.
//!
//! # A test
//!
//! ```
//! use reenact::prelude::*;
//!
//! async fn phase(n: u64) -> u64 {
//!     sleep(Duration::from_secs(10 - n)).await;
//!     n
//! }
//!
//! // In a test file this is `#[reenact::test] async fn gather_keeps_argument_order() { .. }`.
//! reenact::check(|| async {
//!     assert_eq!(gather([phase(1), phase(2), phase(3)]).await, [1, 2, 3]);
//! });
//! ```
//!
//! # A failure
//!
//! ```
//! use reenact::prelude::*;
//!
//! // Two tasks read, and write one more. If both read first, an update is lost.
//! async fn lost_update() {
//!     let count = Shared::new(0);
//!     let add = |count: Shared<u32>| async move {
//!         let seen = count.get();
//!         yield_now().await;
//!         count.set(seen + 1);
//!     };
//!     gather([add(count.clone()), add(count.clone())]).await;
//!     assert_eq!(count.get(), 2);
//! }
//!
//! let failure = Explorer::new().run(lost_update).failure.unwrap();
//! assert_eq!(failure.kind, FailureKind::Panic);
//! // The schedule alone brings it back.
//! let again = Sim::new().replay(&failure.schedule).run(lost_update);
//! assert_eq!(again.trace.digest(), failure.trace.digest());
//! ```
//!
//! # Every schedule
//!
//! ```
//! use reenact::prelude::*;
//! use std::collections::BTreeSet;
//! use std::ops::ControlFlow;
//!
//! let mut outputs = BTreeSet::new();
//! let report = Explorer::new().scheduler("exhaustive".parse()?).visit(
//!     || async {
//!         let tasks = ["a", "b", "c"].map(|name| async move { reenact::println!("{name}") });
//!         gather(tasks).await;
//!     },
//!     |execution| {
//!         outputs.insert(execution.trace.output().concat());
//!         ControlFlow::Continue(())
//!     },
//! );
//! assert!(report.exhausted);
//! assert_eq!(outputs.into_iter().collect::<Vec<_>>(), ["abc", "acb", "bac", "bca", "cab", "cba"]);
//! # Ok::<(), reenact::Error>(())
//! ```
//!
//! # Snapshots and pictures
//!
//! With the feature `snapshots` (off by default, because it brings insta), `assert_trace_snapshot!(execution)` compares what an
//! execution did with a text that somebody has reviewed, and `trace.lanes()`, `trace.to_perfetto()` and `trace.to_html()` draw it. A failing test leaves a page of HTML under `target/reenact/`, with
//! an execution that passes beside the one that fails, and names it.
//!
//! # Tracing
//!
//! With the feature `tracing` (off by default) what a program says with the `tracing` crate becomes part of its traces, with virtual time,
//! task and spans. A replay prints it, snapshots and pictures have it:
//!
#![cfg_attr(feature = "tracing", doc = "```")]
#![cfg_attr(not(feature = "tracing"), doc = "```ignore")]
//! use reenact::prelude::*;
//! use tracing::{Instrument, info, info_span};
//!
//! async fn serve() {
//!     sleep(Duration::from_millis(20)).await;
//!     info!(bytes = 512, "served");
//! }
//!
//! reenact::tracing::init(tracing::Level::INFO); // The first act of each test that wants it.
//! let trace = Sim::new().run(|| serve().instrument(info_span!("request", id = 7))).trace;
//! let (at, _, _) = trace.timeline().find(|(_, _, event)| matches!(event, TraceEvent::Logged { .. })).unwrap();
//! assert_eq!(at.to_string(), "20ms");
//! assert_eq!(trace.log().next().unwrap().without_target().to_string(), "INFO request{id=7}: served bytes=512");
//! ```
//!
//! # Environment
//!
//! | variable | meaning |
//! | --- | --- |
//! | `REENACT_SEED` | the exploration's seed: a number, a 0x number, or `random` |
//! | `REENACT_REPLAY` | a schedule: run exactly this one execution, with its full trace and its output on the terminal |
//! | `REENACT_EXECUTIONS` | how many executions to run at most |
//! | `REENACT_TIME_LIMIT` | how many seconds of wall time to explore at most |
//! | `REENACT_SCHEDULER` | who picks: fifo, random, pct:3, pos, urw, surw, exhaustive, exhaustive:2, guided, portfolio |
//! | `REENACT_JOBS` | how many threads explore one test |
//! | `REENACT_SHARD` | `i/n`: explore the i-th of n disjoint parts only, counted from 1 |
//! | `REENACT_REPORT` | a file that gets one line of JSON for each exploration that is done |
//! | `REENACT_REGRESSIONS` | folder of saved failures (by default `reenact-regressions` beside Cargo.toml), or `off` |
//! | `REENACT_HOSTILE` | what a hostile executor may do: none, all, or some of spurious:2, fresh, late:2:1ms |
//! | `REENACT_CORPUS` | folder in which a guided exploration keeps what it goes on from (by default nowhere) |
//! | `REENACT_CORPUS_MINIMISE` | `on`: run what is in the corpus and nothing else, and take away what shows nothing new |
//! | `REENACT_ISOLATE` | `on` or `off`: whether each execution of a test has a process of its own |
//! | `REENACT_REPORT_DIGESTS` | `on` or `off`: whether lines of the report hold what `cargo reenact merge` needs |
//! | `REENACT_PROGRESS` | a file that gets a line of JSON now and then while an exploration goes on |
//! | `REENACT_TRACE` | a file that gets the trace of the execution that is replayed, as lines of JSON |
//! | `REENACT_SHRINK` | a schedule that fails: look for the simplest one that fails in the same way |
//! | `REENACT_LIBFUZZER` | flags and folders for libFuzzer, which then drives one test (feature `libfuzzer`) |
//!
//! A line of `REENACT_REPORT` has `version` (1), `name`, `seed`, `scheduler`, `hostile`, `limit`, `time_limit`, `shard`, `executions`,
//! `distinct`, `exhausted`, `unseen`, `stopped`, `replayed`, `warnings` and `failure`: null, or an object with `kind`, `message`, `place`,
//! `task`, `at_ns`, `execution`, `schedule`, `digest`, `seed` and `text`; with `REENACT_REPORT_DIGESTS=on` also `parts` and `digests`. Fields
//! may be added. Tests with `isolate` write none. docs/CLI.md says what is in them, and in the files of `REENACT_PROGRESS` and
//! `REENACT_TRACE`, which are for tools such as `cargo reenact`.
//!
//! Options of the attribute are defaults that the environment overrides; explicit calls on [`Explorer`] win over both, and
//! `REENACT_REPLAY` always wins. A value that means nothing fails the test; an unknown `REENACT_` name is warned about.

pub use reenact_combinators::TaskSet;
pub use reenact_macros::{select, test};
pub use reenact_sim::{
    Access, AccessKind, AwaitPoint, CancelSweep, Choice, ChoiceKind, ChoicePoint, Deviation, Difference, Digest, Ending, Error,
    Execution, Explanation, Explorer, Fact, Failure, FailureKind, FuzzTarget, Held, HostileAct, Hostility, Interruption,
    Invariants, Lanes, Leak, Limit, LogLevel, LogLine, LogSpan, Model, Noting, PendingAtExit, PendingTask, Point, Refusal,
    Regressions, Report, Resource, ResourceId, Row, Schedule, Scheduler, SchedulerKind, Seed, Shard, Shared, Sim, Site, Stats,
    SweepCase, SweepFailure, SweepReport, Swept, TaskId, TaskInfo, TaskPanics, TaskPath, TaskRng, Trace, TraceEvent, Verdict,
    WaitReason, Warning, WokenBy, access, cancel_sweep, check, choose, choose_one, choose_order, cover, log, note_failures,
    println, reachable, rng, sometimes,
};

#[cfg(feature = "snapshots")]
pub use reenact_snapshots::assert_trace_snapshot;

#[cfg(feature = "snapshots")]
pub mod snapshots {
    //! What an execution did: as text that is reviewed and kept, and as pictures.

    pub use reenact_snapshots::{Level, Pictures, Row, TraceSnapshot, TraceText, draw_failures, insta};
}

#[cfg(feature = "properties")]
pub use reenact_properties::proptest;

#[cfg(feature = "properties")]
pub mod properties {
    //! Property tests: schedules as proptest values beside any other input, scenarios, and the guarantees of combinators as checks
    //! (feature `properties`).

    pub use reenact_properties::{
        DrawnSchedules, Property, ScheduleTree, Schedules, draw, guarantees, hold, hold_with, scenario, schedules,
    };
}

#[cfg(feature = "tracing")]
pub mod tracing {
    //! Events of the `tracing` crate in traces, with virtual time, task and spans (feature `tracing`): [`init`] at the start of a test, or
    //! [`layer`](fn@layer) in a subscriber of your own. What is recorded, and what of it counts, is told on the page of [`reenact_tracing`].

    pub use reenact_tracing::{SimLayer, init, layer};
}

#[cfg(feature = "libfuzzer")]
pub mod libfuzzer {
    //! libFuzzer as the one who makes up executions: in tests (`REENACT_LIBFUZZER`), and in targets of cargo-fuzz
    //! (feature `libfuzzer`). docs/FUZZING.md says when that pays.

    pub use reenact_libfuzzer::{drive, fuzz, run, run_with};
}

pub mod task {
    //! Tasks: spawning them, waiting for them, cancelling them.

    pub use reenact_sim::task::{
        Builder, CancelOnDrop, CancelScope, Cancelled, CatchCancel, Census, Current, ResumeCancel, ScopeCancelled, ScopeHandle,
        Task, TaskError, TaskId, TaskPanic, TaskRef, Until, Watch, YieldNow, cancel_scope, cancelling, catch_cancel, census,
        current, resume_cancel, spawn, uncancel, waiting_for, yield_now,
    };
}

pub mod time {
    //! Virtual time.

    pub use reenact_sim::time::{Instant, Interval, Sleep, interval, now, sleep, sleep_until, try_now};
}

pub mod combinators {
    //! asyncio-style combinators, each with its guarantees for every schedule.

    pub use reenact_combinators::{
        AsCompleted, ChildFailed, Deadline, Each, Elapsed, Futures, Gather, GatherSettled, Group, GroupError, Iterable,
        ReturnWhen, Settled, Shield, TaskSet, TaskSetIter, Timeout, TimeoutScope, TryFutures, TryGather, Tuple, Wait,
        WaitForError, Waited, WithTimeout, as_completed, gather, race, shield, task_group, timeout, timeout_at, timeout_scope,
        timeout_scope_at, try_gather, wait, wait_for, wait_try,
    };
}

pub mod prelude {
    //! What a test needs. Leaves out [`println!`](crate::println) and [`macro@crate::test`], whose names are std's.

    pub use crate::combinators::{
        Elapsed, GroupError, ReturnWhen, TaskSet, WaitForError, Waited, as_completed, gather, race, shield, task_group, timeout,
        timeout_at, timeout_scope, try_gather, wait, wait_for, wait_try,
    };
    #[cfg(feature = "snapshots")]
    pub use crate::snapshots::{Pictures, TraceSnapshot};
    pub use crate::task::{Cancelled, Task, TaskError, catch_cancel, resume_cancel, spawn, yield_now};
    pub use crate::time::{Instant, interval, now, sleep, sleep_until};
    pub use crate::{
        Execution, Explorer, Failure, FailureKind, Hostility, PendingAtExit, Report, Schedule, SchedulerKind, Seed, Shard,
        Shared, Sim, TaskPanics, Trace, TraceEvent, cancel_sweep, check, choose, rng,
    };
    pub use std::time::Duration;
}

#[doc(hidden)]
pub mod __private {
    pub use reenact_combinators::Branches;
    pub use reenact_sim::__private::{TestOption, TestTarget, print};

    #[cfg(not(any(feature = "snapshots", feature = "libfuzzer")))]
    pub use reenact_sim::__private::run_test;

    /// A test that leaves a picture if it fails, and that libFuzzer may drive.
    #[cfg(any(feature = "snapshots", feature = "libfuzzer"))]
    #[track_caller]
    pub fn run_test<F>(target: TestTarget, options: &[TestOption], body: impl Fn() -> F + Sync)
    where
        F: Future,
        F::Output: crate::Verdict,
    {
        #[cfg(feature = "snapshots")]
        reenact_snapshots::draw_failures();
        #[cfg(feature = "libfuzzer")]
        if let Some(explorer) = reenact_sim::__private::fuzzed(target, options) {
            return reenact_libfuzzer::drive(explorer, body);
        }
        reenact_sim::__private::run_test(target, options, body);
    }
}
