//! The record of an execution: typed events, a running digest, a plain text form, the first difference of two.

mod difference;
mod digest;
mod event;
mod id;
#[cfg(feature = "report")]
mod json;
#[cfg(feature = "report")]
mod json_log;
mod known;
mod log;
mod log_line;
mod paths;
mod record;
pub(crate) mod recorder;
mod site;
mod steps;
mod tag;
mod text;
mod turns;

pub use difference::Difference;
pub use digest::Digest;
pub use event::{AccessKind, Ending, HostileAct, TraceEvent, WaitReason, WokenBy};
pub use id::{ResourceId, TaskId};
pub use log_line::{LogLevel, LogLine, LogSpan};
pub use record::{TaskInfo, Trace};
pub use site::Site;
pub(crate) use steps::Step;
pub(crate) use turns::{StepOf, What};
