//! The main function of a peer.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use crate::checksum;
use crate::meter::{Measurement, Meter};
use crate::programs::{Crowd, Exhaustive, PingPong, Program, Rounds, Sleeping, Timers, Yielding};
use crate::{Description, Job, Workload};

/// A library that runs the workloads.
pub trait Peer {
    /// What it can run.
    fn describe() -> Description;

    /// Runs a workload: as many executions as the job asks for, each of `P`'s main task.
    fn run<P: Program>(variant: &str, job: &'static Job) -> Ran;
}

/// What a peer knows better about a run than its job.
#[derive(Debug, Default)]
pub struct Ran {
    /// How many executions an exhaustive search took, and whether it came to its end.
    pub search: Option<(u64, bool)>,
}

#[derive(Debug, Parser)]
enum Command {
    /// Prints what this peer can run
    Describe,
    /// Runs a workload and prints what it took
    Run {
        /// As `describe` names it
        variant: String,
        /// w1, w1y, w2, ..
        workload: Workload,
        /// Executions, messages, yields of each task, tasks, or rounds
        size: u64,
    },
}

/// The main function of a peer: does what the command line says.
#[must_use]
pub fn serve<P: Peer>() -> ExitCode {
    let line = match Command::parse() {
        Command::Describe => serde_json::to_string(&P::describe()),
        Command::Run { variant, workload, size } => serde_json::to_string(&measure::<P>(&variant, Job::new(workload, size))),
    };
    let line = line.expect("numbers and names have a JSON");
    if writeln!(io::stdout(), "{line}").is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn measure<P: Peer>(variant: &str, job: Job) -> Measurement {
    // Programs borrow it, and some peers want them to be 'static.
    let job: &'static Job = Box::leak(Box::new(job));
    let meter = Meter::start();
    let ran = match job.workload {
        Workload::Sleeping => P::run::<Sleeping>(variant, job),
        Workload::Yielding => P::run::<Yielding>(variant, job),
        Workload::PingPong => P::run::<PingPong>(variant, job),
        Workload::Crowd => P::run::<Crowd>(variant, job),
        Workload::Timers => P::run::<Timers>(variant, job),
        Workload::Rounds { .. } => P::run::<Rounds>(variant, job),
        Workload::Exhaustive { .. } => P::run::<Exhaustive>(variant, job),
    };
    let (cpu_seconds, peak_bytes) = meter.stop();
    let (executions, checksum) = checksum::total();
    let operations = ran.search.map_or(job.workload.operations(job.size), |(executions, _)| executions);
    Measurement { operations, executions, checksum, cpu_seconds, peak_bytes, complete: ran.search.map(|(_, complete)| complete) }
}
