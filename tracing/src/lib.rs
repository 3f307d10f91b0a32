//! Events of the `tracing` crate in traces of reenact.
//!
//! A program that tells what it does with `tracing` tells it in its executions, too: each event becomes an event of the trace
//! ([`TraceEvent::Logged`](reenact_sim::TraceEvent::Logged)), with virtual time, the task, and the spans it was said in. It is printed when one execution is
//! replayed (`REENACT_REPLAY`), and is there in snapshots, in the pages of HTML and in Perfetto.
//!
//! Nothing changes unless the [layer](layer()) is installed, once for the process:
//!
//! ```
//! use reenact_sim::{Sim, task, time};
//! use std::time::Duration;
//! use tracing::{Instrument, info, info_span};
//!
//! reenact_tracing::init(tracing::Level::INFO);
//! let execution = Sim::new().run(|| async {
//!     let serve = |id: u32| async move {
//!         time::sleep(Duration::from_millis(10)).await;
//!         info!(bytes = 512, "served");
//!     };
//!     let tasks = [1, 2].map(|id| task::spawn(serve(id).instrument(info_span!("request", id))));
//!     for task in tasks {
//!         task.await.unwrap();
//!     }
//! });
//! let log: Vec<_> = execution.trace.log().map(|line| line.without_target().to_string()).collect();
//! assert_eq!(log, ["INFO request{id=1}: served bytes=512", "INFO request{id=2}: served bytes=512"]);
//! ```
//!
//! # With other layers
//!
//! [`init`] sets the subscriber of the process. A program that has one of its own adds the layer to it; what the layer sees is then what its filters say:
//!
//! ```
//! use tracing_subscriber::prelude::*;
//!
//! tracing_subscriber::registry().with(reenact_tracing::layer()).init();
//! ```
//!
//! Either way one subscriber serves all tests of the process, on all their threads: a layer keeps nothing of its own, and an event goes to
//! the execution that runs on its thread. Call `init` at the start of each test that wants it; all calls but the first do nothing. A
//! test whose subscriber is set for its thread only (`set_default`) tells of executions on that thread, which those of an exploration with several jobs are not.
//!
//! # What counts
//!
//! * Level, spans, message and fields are part of the digest, at every trace level; the target is not, because it is a place in the source.
//!   So a filter decides about digests, and should stand in the code rather than in a variable like `RUST_LOG`. Schedules and
//!   saved failures mean the same with the layer and without.
//! * The spans of an event are the one it is said in and those around it when that was made, as in tracing's own format. Only spans
//!   that were made inside the execution are told: what stands around a test stands around it on one thread only.
//! * Ids of spans, threads, addresses, files and wall time are never part of it. What the program puts into a field is: an address there
//!   makes executions differ, and is reported as nondeterminism.
//! * Each event of each execution is formatted, which takes some microseconds in a debug build. Where that matters name a level
//!   that is less talkative.
//! * Outside an execution the layer does nothing.

mod init;
mod layer;
mod visit;

pub use init::init;
pub use layer::{SimLayer, layer};
