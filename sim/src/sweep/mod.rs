//! Sweeps: a future is interrupted after every one of its polls, and what it leaves behind is looked at.

mod case;
mod interrupted;
mod judge;
mod report;
mod run;

pub use case::{Invariants, SweepCase};
pub use report::{Interruption, Leak, SweepFailure, SweepReport, Swept};
pub use run::{CancelSweep, cancel_sweep};
