//! Writes pictures for the scripts of `snapshots/tests/browser` into a folder: a page of more than 100,000 events, and the JSON for Perfetto of the
//! four programs.
//!
//! ```text
//! cargo run --release --features snapshots --example pictures -- target/pictures
//! ```

#[path = "../src/bin/four_programs/programs.rs"]
mod programs;

use std::path::PathBuf;

use programs::PROGRAMS;
use reenact::prelude::*;

fn main() -> std::io::Result<()> {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        return Err(std::io::Error::other("the folder to write into is missing, as in target/pictures"));
    };
    std::fs::create_dir_all(&folder)?;
    let long = long();
    assert!(long.events().len() > 100_000, "{}", long.events().len());
    std::fs::write(folder.join("long.html"), long.to_html())?;
    std::fs::write(folder.join("long.json"), long.to_perfetto())?;
    for program in &PROGRAMS {
        let document = program.every_schedule().schedule_of(program.transcript).cloned().unwrap_or_default();
        for (name, schedule) in [("fifo", Schedule::default()), ("document", document)] {
            let trace = program.trace(&schedule);
            std::fs::write(folder.join(format!("{}.{name}.json", program.name)), trace.to_perfetto())?;
            std::fs::write(folder.join(format!("{}.{name}.html", program.name)), trace.to_html())?;
        }
    }
    Ok(())
}

/// A hundred tasks that print, yield and sleep, in an order of chance.
fn long() -> Trace {
    let worker = |n: u64| async move {
        for round in 0..300 {
            reenact::println!("round {round}");
            match round % 5 {
                0 => sleep(Duration::from_micros(50 + n * round)).await,
                _ => yield_now().await,
            }
        }
    };
    let execution = Sim::new().scheduler(SchedulerKind::Random).run(|| async move {
        let workers = (0..100).map(|n| reenact::task::Builder::new().name(format!("worker {n}")).spawn(worker(n)));
        for worker in workers.collect::<Vec<_>>() {
            let _ = worker.await;
        }
    });
    execution.trace
}
