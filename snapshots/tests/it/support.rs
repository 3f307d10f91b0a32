//! What several tests run.

use std::time::Duration;

use reenact_sim::{Sim, Trace, task, time};

pub(crate) const TENTH: Duration = Duration::from_millis(100);

/// Runs a program under a schedule.
pub(crate) fn trace<F: Future<Output = ()>>(schedule: &str, body: impl FnOnce() -> F) -> Trace {
    let execution = Sim::new().replay(&schedule.parse().unwrap()).run(body);
    execution.outcome.unwrap();
    execution.trace
}

/// Spawns a named task that sleeps and prints.
pub(crate) fn worker(name: &str, tenths: u32) -> task::Task<()> {
    let text = format!("{name} is done");
    task::Builder::new().name(name).spawn(async move {
        time::sleep(TENTH * tenths).await;
        reenact_sim::println!("{text}");
    })
}
