//! What an execution costs as it grows: tasks, ready tasks, timers, choices and the events of a trace, from ten to ten million.
//!
//! `cargo run --release` measures every curve, draws them and writes both to `docs/performance/`.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it is what the program is for")]

mod chart;
mod counts;
mod curve;
mod measure;
mod table;

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

use crate::curve::Curve;

/// Measures what an execution costs as it grows, and writes a table and a chart.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// Only these curves
    #[arg(long, value_enum, value_delimiter = ',', value_name = "CURVE")]
    only: Vec<Curve>,
    /// No larger sizes than this
    #[arg(long, value_name = "SIZE", default_value_t = u64::MAX, value_parser = clap::value_parser!(u64).range(10..))]
    largest: u64,
    /// How often each size is timed; the median counts
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// The largest size whose instructions and cache misses are counted, which takes a hundred times as long as to run it
    #[arg(long, value_name = "SIZE", default_value_t = 1_000_000)]
    counted: u64,
    /// Count neither instructions nor cache misses, which takes valgrind
    #[arg(long)]
    no_counts: bool,
    /// Where size.md and size.svg are written
    #[arg(long, value_name = "FOLDER", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/performance"))]
    folder: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs executions of one size and prints what they took, as JSON
    #[command(hide = true)]
    One { curve: Curve, size: u64, executions: u64 },
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if let Some(Command::One { curve, size, executions }) = arguments.command {
        return measure::one(curve, size, executions);
    }
    let curves = if arguments.only.is_empty() { Curve::ALL.to_vec() } else { arguments.only };
    let counter = if arguments.no_counts { None } else { Some(counts::Counter::find()?) };
    let mut points = Vec::new();
    for curve in curves {
        let sizes = std::iter::successors(Some(10), |size| Some(size * 10));
        for size in sizes.take_while(|&size| size <= curve.largest().min(arguments.largest)) {
            let point = measure::point(curve, size, arguments.rounds)?;
            println!("{}", table::line(&point));
            points.push(point);
        }
    }
    // All times first: from here on it does not matter any more how busy the machine is.
    if let Some(counter) = &counter {
        for point in points.iter_mut().filter(|point| point.size <= arguments.counted) {
            point.counts = Some(counter.per_unit(point.curve, point.size)?);
            println!("{}", table::line(point));
        }
    }
    std::fs::create_dir_all(&arguments.folder).with_context(|| format!("{} cannot be made", arguments.folder.display()))?;
    let (text, picture) = (arguments.folder.join("size.md"), arguments.folder.join("size.svg"));
    std::fs::write(&text, table::page(&points, counter.as_ref()))
        .with_context(|| format!("{} cannot be written", text.display()))?;
    chart::draw(&points, &picture).with_context(|| format!("{} cannot be drawn", picture.display()))?;
    println!("written: {} and {}", text.display(), picture.display());
    Ok(())
}
