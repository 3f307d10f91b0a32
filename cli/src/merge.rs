//! `cargo reenact merge`.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::args::{Format, Merge};
use crate::print;
use crate::report::{Explorations, Line};
use crate::table::{count, table};
use crate::trouble::{Outcome, Result, Trouble};

#[derive(Serialize)]
struct Everything<'a> {
    version: u32,
    command: &'a str,
    explorations: &'a [Line<'static>],
}

pub(crate) fn merge(args: &Merge, format: Format) -> Result<Outcome> {
    let mut explorations = all(&args.reports)?;
    let mut lines = explorations.lines(args.output.is_some());
    if lines.is_empty() {
        return Err(Trouble::new("the reports are empty: there is nothing to merge"));
    }
    if let Some(file) = &args.output {
        print::write_whole_with(file, |out| {
            lines.iter().try_for_each(|line| {
                serde_json::to_writer(&mut *out, line)?;
                out.write_all(b"\n")
            })
        })?;
    }
    for line in &mut lines {
        (line.parts, line.digests) = (None, None);
    }
    match format {
        Format::Json => print::json(&Everything { version: 1, command: "merge", explorations: &lines })?,
        Format::Text => show(&lines),
    }
    Ok(Outcome::found(lines.iter().any(|line| line.failure.is_some())))
}

/// Reads the reports, some of them on each of the machine's processors.
fn all(reports: &[PathBuf]) -> Result<Explorations> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let read = |files: &[PathBuf]| {
        let mut explorations = Explorations::default();
        files.iter().try_for_each(|file| add(&mut explorations, file)).map(|()| explorations)
    };
    std::thread::scope(|scope| {
        let pieces = reports.chunks(reports.len().div_ceil(threads).max(1));
        let readers: Vec<_> = pieces.map(|files| scope.spawn(move || read(files))).collect();
        let mut all = Explorations::default();
        for reader in readers {
            let read = reader.join().map_err(|_| Trouble::new("reading the reports panicked"))?;
            all.absorb(read?);
        }
        Ok(all)
    })
}

fn add(explorations: &mut Explorations, file: &Path) -> Result<()> {
    let text = std::fs::read_to_string(file);
    let text = text.map_err(|error| Trouble::new(format!("{} cannot be read: {error}", file.display())))?;
    for (n, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.is_empty()) {
        let at = |error: String| Trouble::new(format!("{}, line {n}: {error}", file.display()));
        let line = serde_json::from_str::<Line<'_>>(line).map_err(|error| at(format!("this is no line of a report: {error}")))?;
        explorations.add(line).map_err(at)?;
    }
    Ok(())
}

fn show(lines: &[Line<'static>]) {
    for line in lines {
        if let Some(failure) = &line.failure {
            let name = line.name.as_deref().unwrap_or("(no name)");
            print::out(&format!("{} {name}", print::coloured("failed:", "31;1")));
            print::out(&failure.text.lines().map(|line| format!("  {line}\n")).collect::<String>());
        }
    }
    let row = |line: &Line<'_>| {
        let result = match &line.failure {
            Some(failure) => print::coloured(&format!("{}: {}", failure.kind, failure.schedule), "31"),
            None => print::coloured("passed", "32"),
        };
        vec![
            line.name.clone().unwrap_or_else(|| "(no name)".to_owned()),
            line.scheduler.clone().unwrap_or_else(|| "own".to_owned()),
            count(line.executions),
            count(line.distinct),
            if line.exhausted { "every".to_owned() } else { format!("{:.3}", line.unseen) },
            if line.missing.is_empty() { "all".to_owned() } else { format!("without {}", line.missing.join(", ")) },
            result,
        ]
    };
    let rows: Vec<Vec<String>> = lines.iter().map(row).collect();
    print::out(&table(&["test", "scheduler", "executions", "distinct", "unseen", "parts", "result"], &rows, &[2, 3, 4]));
}
