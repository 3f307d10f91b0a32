//! How soon the default exploration finds planted bugs, next to shuttle with the same programs, and how many executions a
//! second it runs. `docs/performance/first-bug.md` says what the figures mean.

mod contender;
mod first_bug;
mod kit;
mod model;
mod options;
mod programs;
mod table;
mod watch;

use std::io::Write;

use clap::Parser;

use first_bug::Effort;
use programs::PROGRAMS;

/// Time to the first failure of planted bugs, next to shuttle.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many seeds each contender gets for each program.
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// How many executions a seed gets at most.
    #[arg(long, default_value_t = 10_000)]
    max_executions: u64,
    /// Only programs whose name contains this.
    #[arg(long, default_value = "")]
    only: String,
    /// 10 seeds of at most 1,000 executions.
    #[arg(long)]
    quick: bool,
    /// Let tasks of shuttle take steps before main has spawned all of them.
    #[arg(long)]
    as_spawned: bool,
    /// End steps of shuttle with its own `yield_now`, which its PCT takes as a sign that others should go first.
    #[arg(long)]
    shuttle_yield: bool,
}

fn main() -> std::io::Result<()> {
    let arguments = Arguments::parse();
    let mut out = std::io::stdout().lock();
    options::set(arguments.as_spawned, arguments.shuttle_yield);
    contender::be_quiet()?;
    let (seeds, most) = if arguments.quick { (10, 1_000) } else { (arguments.seeds, arguments.max_executions) };
    let effort = Effort { seeds, most };
    let chosen = PROGRAMS.iter().filter(|program| program.name.contains(&arguments.only));
    // Shuttle puts its panic hook in front of the one it finds; what reenact then puts in front of that keeps explorations quiet.
    contender::Contender::ShuttleRandom.look(&PROGRAMS[0], 0, 1);
    contender::Contender::Reenact("random").look(&PROGRAMS[0], 0, 1);
    let rows: Vec<_> = chosen.map(|program| first_bug::measure(program, effort)).collect();
    first_bug::print(&mut out, &rows, effort)?;
    out.flush()
}
