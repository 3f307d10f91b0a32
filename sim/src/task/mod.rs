//! Tasks: spawning them, waiting for them, cancelling them.

mod cancel;
mod census;
mod handle;
mod scope;
mod spawn;
mod task_ref;
mod watch;
mod yield_now;

pub use crate::trace::TaskId;
pub use cancel::{Cancelled, CatchCancel, ResumeCancel, cancelling, catch_cancel, resume_cancel, uncancel};
pub use census::{Census, census};
pub use handle::{CancelOnDrop, Task, TaskError, TaskPanic};
pub use scope::{CancelScope, ScopeCancelled, ScopeHandle, cancel_scope};
pub use spawn::{Builder, Current, current, spawn, waiting_for};
pub use task_ref::TaskRef;
pub use watch::{Until, Watch};
pub use yield_now::{YieldNow, yield_now};
