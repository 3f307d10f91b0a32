//! What an execution did, to be looked at: as text that is reviewed and kept, and as pictures.
//!
//! # Text that is kept
//!
//! [`assert_trace_snapshot!`] compares an execution with a text that somebody has reviewed, by means of
//! [insta](https://insta.rs). `cargo insta review`, `INSTA_UPDATE` and the rule that CI writes nothing work as ever, and so do
//! the filters of insta's `Settings`.
//!
//! ```
//! use reenact_sim::{Sim, task, time};
//! use reenact_snapshots::assert_trace_snapshot;
//! use std::time::Duration;
//!
//! async fn phase(n: u32) {
//!     time::sleep(Duration::from_millis(100) * n).await;
//!     reenact_sim::println!("done with phase {n}");
//! }
//!
//! let execution = Sim::new().run(|| async {
//!     for n in 0..2 {
//!         task::Builder::new().name(format!("phase {n}")).spawn(phase(n)).await.unwrap();
//!     }
//! });
//! # use reenact_snapshots::{TraceSnapshot, insta};
//! # let mut settings = insta::Settings::clone_current();
//! # settings.add_filter(r" at .*", " at src/phases.rs:12:61"); // A doctest has no place of its own.
//! # let _bound = settings.bind_to_scope();
//! assert_trace_snapshot!(execution, @r#"
//! 0s       main         starts
//! 0s       main         spawns phase 0 at src/phases.rs:12:61
//! 0s       phase 0      prints "done with phase 0"
//! 0s       phase 0      ends
//! 0s       main         spawns phase 1 at src/phases.rs:12:61
//! 100ms    phase 1      prints "done with phase 1"
//! 100ms    phase 1      ends
//! 100ms    main         ends
//! "#);
//! ```
//!
//! The text holds names, virtual times and source lines relative to the package, and no number that changes when an unrelated
//! task is added. [`TraceText`] says how much of it ([`Level`]) and in which order.
//!
//! # Pictures
//!
//! [`Pictures`] adds to a `Trace` lanes for the terminal, JSON for Perfetto, and a page of HTML that needs nothing else. With
//! [`draw_failures`] a failing test leaves such a page.

mod assert;
mod failures;
mod label;
mod order;
mod pictures;
mod row;
mod text;

pub use failures::draw_failures;
pub use insta;
pub use pictures::Pictures;
pub use row::{Level, Row};
pub use text::{TraceSnapshot, TraceText};

/// What the macro calls; not for users.
#[doc(hidden)]
pub mod __private {
    pub use crate::assert::{rows, text};
}
