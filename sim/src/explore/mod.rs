//! Many executions: until one fails, the budget is used up, or every schedule was tried.

mod environment;
mod explorer;
mod report;
mod rerun;
mod run;
mod seen;
mod shrink;
mod test;
mod verdict;

pub use explorer::{Explorer, check};
pub use report::Report;
pub use test::{TestOption, TestTarget, run_test};
pub use verdict::Verdict;
