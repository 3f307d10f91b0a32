//! Many executions: until one fails, the budget is used up, or every schedule was tried.

mod batch;
mod enter;
mod environment;
mod explain;
mod explorer;
#[cfg(feature = "report")]
mod failed;
mod guided;
mod isolated;
mod ledger;
mod note;
mod parallel;
mod plan;
mod positions;
mod progress;
#[cfg(feature = "report")]
mod record;
mod regress;
mod regressions;
mod reorder;
mod report;
mod rerun;
mod run;
mod seen;
mod shard;
mod show;
mod shrink;
mod tally;
mod target;
mod test;
#[cfg(feature = "report")]
mod trace_file;
mod verdict;
mod wall;
mod work;

pub use enter::check;
pub use environment::parse_environment;
pub use explorer::Explorer;
pub use note::{Noting, note_failures};
pub use regressions::Regressions;
pub use report::{Point, Report};
pub use shard::Shard;
pub use target::FuzzTarget;
pub use test::{TestOption, TestTarget, fuzzed, run_test};
pub use verdict::Verdict;
