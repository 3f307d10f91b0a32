//! Completions and manual pages.

use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::args::Cli;
use crate::print;
use crate::trouble::{Outcome, Result, Trouble};

/// For `cargo-reenact`, which is what a shell can complete: of `cargo reenact` it asks cargo.
pub(crate) fn completions(shell: Shell) -> Outcome {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command().bin_name("cargo-reenact"), "cargo-reenact", &mut text);
    print::out(String::from_utf8_lossy(&text).trim_end());
    Outcome::Nothing
}

/// The page of the whole program, or one for each command in a folder.
pub(crate) fn man(folder: Option<&Path>) -> Result<Outcome> {
    let mut command = Cli::command();
    command.build();
    let Some(folder) = folder else {
        print::out(page(command)?.1.trim_end());
        return Ok(Outcome::Nothing);
    };
    let trouble = |error| Trouble::new(format!("{} cannot be written: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(trouble)?;
    let commands = command.get_subcommands().filter(|command| command.get_name() != "help").cloned();
    for command in commands.collect::<Vec<_>>().into_iter().chain([command]) {
        let (name, text) = page(command)?;
        std::fs::write(folder.join(name), text).map_err(trouble)?;
    }
    Ok(Outcome::Nothing)
}

/// The file name and the text of a page.
fn page(command: clap::Command) -> Result<(String, String)> {
    let man = clap_mangen::Man::new(command);
    let name = man.get_filename();
    let mut text = Vec::new();
    man.render(&mut text).map_err(|error| Trouble::new(format!("the page {name} cannot be made: {error}")))?;
    Ok((name, String::from_utf8_lossy(&text).into_owned()))
}
