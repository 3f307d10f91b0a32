//! Builds the peers, runs them by turns and writes the tables of docs/PERFORMANCE.md.
//!
//! For each workload all peers run once, one after the other, on one core; then again, so often as there are rounds. The first round is
//! thrown away. Instructions are counted by valgrind as the difference of two sizes, so that start-up does not count.

mod chosen;
mod document;
mod instructions;
mod machine;
mod measured;
mod peers;
mod process;
mod table;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Parser;

use crate::chosen::{Chosen, Filter};
use crate::document::Document;
use crate::measured::Results;
use crate::process::Launcher;

/// Compares executors and simulators on the workloads W1 to W6
#[derive(Debug, Parser)]
struct Options {
    /// Only this peer, variant or workload: `madsim`, `madsim/test`, `w3`; may be given several times
    #[arg(long, value_name = "WHAT")]
    only: Vec<Filter>,
    /// Timed runs of each, after one that is thrown away
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// A tenth of the size and two rounds: to see that everything works
    #[arg(long)]
    quick: bool,
    /// Do not count instructions
    #[arg(long)]
    no_instructions: bool,
    /// Show what there is and run nothing; the peers are built, because they know
    #[arg(long)]
    list: bool,
    /// The Markdown file whose tables are replaced; docs/PERFORMANCE.md, or none if only a part is run
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The core on which everything runs; the last one if not given
    #[arg(long)]
    core: Option<usize>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let part = !options.only.is_empty() || options.quick || options.list;
    let output = options.output.or_else(|| (!part).then(document::default_path));
    // What cannot be written is better known before than after.
    let document = output.map(|path| Document::open(&path)).transpose()?;

    let wanted = |short: &str| chosen::is_wanted(&options.only, short);
    let (peers, absent) = peers::build(&wanted)?;
    let chosen = Chosen::new(&peers, &absent, &options.only)?;
    if options.list {
        process::print(&table::list(&peers));
        return Ok(());
    }
    let launcher = Launcher::new(options.core);
    let load_before = machine::load();
    let rounds = if options.quick { options.rounds.min(2) } else { options.rounds };
    let mut results = Results::default();
    time(&chosen, &launcher, rounds, if options.quick { 10 } else { 1 }, &mut results);
    let counting = if options.no_instructions { Err("they were not asked for".to_owned()) } else { instructions::available() };
    if let Err(reason) = &counting {
        process::say(&format!("instructions are not counted: {reason}"));
    } else {
        count(&chosen, &mut results);
    }
    let text =
        [machine::describe(&peers, &absent, &launcher, rounds, load_before, counting.err()), table::all(&chosen, &results)]
            .join("\n");
    process::print(&text);
    let failures = results.failures();
    if !failures.is_empty() {
        bail!("{} runs failed, so nothing is written:\n{}", failures.len(), failures.join("\n"));
    }
    if let Some(document) = document {
        document.write(&text).context("the tables were not written")?;
    }
    Ok(())
}

fn time(chosen: &Chosen<'_>, launcher: &Launcher, rounds: u32, divisor: u64, results: &mut Results) {
    for round in 0..=rounds {
        for workload in chosen.workloads() {
            process::say(&format!("round {round} of {rounds}: {workload}"));
            for line in chosen.lines() {
                let Some(work) = line.work(workload) else { continue };
                let size = work.timed(divisor);
                let cell = results.cell(line, workload);
                // What failed once is not tried again.
                if cell.failed.is_none() {
                    match launcher.run(line, workload, size) {
                        Ok(measurement) if round > 0 => cell.add(&measurement),
                        Ok(_) => {}
                        Err(error) => cell.failed = Some(format!("{} {workload}: {error:#}", line.title())),
                    }
                }
            }
        }
    }
}

fn count(chosen: &Chosen<'_>, results: &mut Results) {
    for workload in chosen.workloads() {
        process::say(&format!("instructions: {workload}"));
        for line in chosen.lines() {
            let Some((few, many)) = line.work(workload).and_then(common::Work::counted) else { continue };
            match instructions::per_operation(line, workload, few, many) {
                Ok(number) => results.cell(line, workload).instructions = Some(number),
                Err(error) => process::say(&format!("{} {workload}: instructions not counted: {error:#}", line.title())),
            }
        }
    }
}
