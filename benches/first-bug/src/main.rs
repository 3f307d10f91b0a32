//! How soon the default exploration finds planted bugs, next to shuttle with the same programs, and how many executions a
//! second it runs. `docs/performance/first-bug.md` says what the figures mean.

mod contender;
mod end_to_end;
mod first_bug;
mod kit;
mod model;
mod options;
mod programs;
mod table;
mod throughput;
mod watch;

use std::io::Write;
use std::process::{Command, ExitCode};

use clap::{Parser, Subcommand};

use first_bug::Effort;
use programs::PROGRAMS;

/// Time to the first failure of planted bugs, next to shuttle.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Option<What>,
    /// How many seeds each contender gets for each program.
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// How many executions a seed gets at most.
    #[arg(long, default_value_t = 10_000)]
    max_executions: u64,
    /// Only programs whose name contains this.
    #[arg(long, default_value = "")]
    only: String,
    /// 10 seeds of at most 1,000 executions, and less of everything else.
    #[arg(long, global = true)]
    quick: bool,
    /// Let tasks of shuttle take steps before main has spawned all of them.
    #[arg(long)]
    as_spawned: bool,
    /// End steps of shuttle with its own `yield_now`, which its PCT takes as a sign that others should go first.
    #[arg(long)]
    shuttle_yield: bool,
}

/// What else there is to measure.
#[derive(Clone, Copy, Debug, Subcommand)]
enum What {
    /// Executions per second: the four programs, the planted programs repaired, both crates with failures ignored.
    Throughput,
    /// Tests as users write them: from the command to the text of a failure, and executions per second.
    EndToEnd,
}

/// Variables that make either crate, or a panic, do something else than by default.
const PREFIXES: [&str; 3] = ["REENACT_", "RUST_BACKTRACE", "SHUTTLE_"];

fn main() -> std::io::Result<ExitCode> {
    let arguments = Arguments::parse();
    let names = std::env::vars_os().map(|(name, _)| name);
    let others: Vec<_> = names.filter(|name| PREFIXES.iter().any(|prefix| name.to_string_lossy().starts_with(prefix))).collect();
    if !others.is_empty() {
        // Once more, without them.
        let mut again = Command::new(std::env::current_exe()?);
        again.args(std::env::args_os().skip(1));
        for name in &others {
            again.env_remove(name);
        }
        return Ok(if again.status()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    run(arguments).map(|()| ExitCode::SUCCESS)
}

fn run(arguments: Arguments) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    options::set(arguments.as_spawned, arguments.shuttle_yield);
    contender::be_quiet()?;
    let (seeds, most) = if arguments.quick { (10, 1_000) } else { (arguments.seeds, arguments.max_executions) };
    let effort = Effort { seeds, most };
    let chosen = PROGRAMS.iter().filter(|program| program.name.contains(&arguments.only));
    // Shuttle puts its panic hook in front of the one it finds; what reenact then puts in front of that keeps explorations quiet.
    contender::Contender::ShuttleRandom.look(&PROGRAMS[0], 0, 1);
    contender::Contender::Reenact("random").look(&PROGRAMS[0], 0, 1);
    match arguments.command {
        None => {}
        Some(What::Throughput) => return throughput::print(&mut out, arguments.quick),
        Some(What::EndToEnd) if arguments.quick => return end_to_end::print(&mut out, 3, 1_000),
        Some(What::EndToEnd) => return end_to_end::print(&mut out, 20, 20_000),
    }
    let rows: Vec<_> = chosen.map(|program| first_bug::measure(program, effort)).collect();
    first_bug::print(&mut out, &rows, effort)?;
    out.flush()
}
