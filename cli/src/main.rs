//! `cargo reenact`: explores, replays, shrinks and shows the tests of a workspace, and adds up what several machines found.
//!
//! It knows tests by what `#[reenact::test]` leaves in their binaries, runs each in a process of its own, and talks to it by the
//! `REENACT_` variables and by files of JSON lines. docs/CLI.md is the reference of all of that.
#![allow(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "nothing here runs inside an execution: it watches processes, in wall time"
)]

mod args;
mod build;
mod cargo;
mod corpus;
mod doctor;
mod explore;
mod fuzz;
mod listing;
mod merge;
mod metadata;
mod print;
mod process;
mod progress;
mod regressions;
mod replay;
mod report;
mod select;
mod shell;
mod show;
mod table;
mod traced;
mod trouble;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use trouble::{Outcome, Result};

/// The exit status of what could not run.
const TROUBLE: u8 = 2;

fn main() -> ExitCode {
    if let Some(status) = fuzz::called_as_compiler() {
        return status;
    }
    // Cargo runs `cargo-reenact reenact ..`, people run either.
    let mut arguments: Vec<_> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|first| first == "reenact") {
        arguments.remove(1);
    }
    match run(&Cli::parse_from(arguments)) {
        Ok(outcome) => ExitCode::from(outcome as u8),
        Err(trouble) => {
            print::note(&format!("error: {trouble}"));
            ExitCode::from(TROUBLE)
        }
    }
}

fn run(cli: &Cli) -> Result<Outcome> {
    match &cli.command {
        Command::Explore(args) => explore::explore(args, cli.format),
        Command::Merge(args) => merge::merge(args, cli.format),
        Command::Replay(args) => replay::replay(args, cli.format),
        Command::Shrink(args) => replay::shrink(args, cli.format),
        Command::Show(args) => show::show(args, cli.format),
        Command::Diff(args) => show::diff(args, cli.format),
        Command::Regressions(args) => regressions::regressions(args, cli.format),
        Command::Fuzz(args) => fuzz::fuzz(args, cli.format),
        Command::Corpus(args) => corpus::corpus(args, cli.format),
        Command::Doctor(args) => doctor::doctor(args, cli.format),
        Command::Completions { shell } => Ok(shell::completions(*shell)),
        Command::Man { out } => shell::man(out.as_deref()),
    }
}
