//! Tasks: spawning them, waiting for them, cancelling them.

mod cancel;
mod census;
mod handle;
mod spawn;
mod watch;
mod yield_now;

pub use crate::trace::TaskId;
pub use cancel::{Cancelled, CatchCancel, ResumeCancel, catch_cancel, resume_cancel};
pub use census::{Census, census};
pub use handle::{CancelOnDrop, Task, TaskError, TaskPanic};
pub use spawn::{Builder, Current, current, spawn, waiting_for};
pub use watch::{Until, Watch};
pub use yield_now::{YieldNow, yield_now};
