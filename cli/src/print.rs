//! What goes to standard output and to standard error.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal prints")]

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::Path;

use serde::Serialize;

use crate::trouble::{Result, Trouble};

/// For whoever asked. A reader that has gone away, as `head` does, is no trouble.
pub(crate) fn out(text: &str) {
    let mut stdout = io::stdout().lock();
    let _ = writeln!(stdout, "{text}");
}

/// For whoever watches.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// The one document of a command with `--format json`.
pub(crate) fn json(value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Trouble::new(format!("no JSON could be made: {error}")))?;
    out(&text);
    Ok(())
}

/// Whether colours are wanted on standard output: <https://no-color.org>.
pub(crate) fn in_colour() -> bool {
    let no = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    !no && io::stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// The text in a colour, if colours are wanted.
pub(crate) fn coloured(text: &str, code: &str) -> String {
    if in_colour() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// Writes beside and renames, so that whoever looks finds the whole new file or the old one.
pub(crate) fn write_whole(file: &Path, bytes: &[u8]) -> Result<()> {
    write_whole_with(file, |out| out.write_all(bytes))
}

/// The same for what is too large to be there twice.
pub(crate) fn write_whole_with(file: &Path, write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(format!(".{}.tmp", std::process::id()));
    let written = File::create(&beside).and_then(|out| {
        let mut out = BufWriter::new(out);
        write(&mut out)?;
        out.flush()?;
        std::fs::rename(&beside, file)
    });
    written.map_err(|error| {
        let _ = std::fs::remove_file(&beside);
        Trouble::new(format!("{} cannot be written: {error}", file.display()))
    })
}
