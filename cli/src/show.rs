//! `cargo reenact show` and `cargo reenact diff`.

use std::path::{Path, PathBuf};

use reenact_snapshots::Pictures;
use serde::Serialize;

use crate::args::{Diff, Format, Show};
use crate::print;
use crate::traced::{Head, Source};
use crate::trouble::{Outcome, Result, Trouble};

#[derive(Serialize)]
struct Shown<'a> {
    version: u32,
    command: &'a str,
    #[serde(flatten)]
    head: &'a Head,
    digest: String,
    lanes: String,
    events: Vec<String>,
    html: Option<PathBuf>,
    perfetto: Option<PathBuf>,
}

#[derive(Serialize)]
struct Parted<'a> {
    version: u32,
    command: &'a str,
    first: &'a Head,
    second: &'a Head,
    same: bool,
    /// How many events they have in common before they part.
    index: Option<usize>,
    left: Option<String>,
    right: Option<String>,
    html: Option<PathBuf>,
}

pub(crate) fn show(args: &Show, format: Format) -> Result<Outcome> {
    let traced = Source::new(&args.build, args.test.as_deref()).trace(&args.schedule)?;
    let nothing_named = args.html.is_none() && args.perfetto.is_none();
    let html = args.html.clone().or_else(|| (args.open && nothing_named).then(|| PathBuf::from("reenact.html")));
    if let Some(file) = &html {
        print::write_whole(file, traced.trace.to_html().as_bytes())?;
    }
    if let Some(file) = &args.perfetto {
        print::write_whole(file, traced.trace.to_perfetto().as_bytes())?;
    }
    let text = traced.trace.to_string();
    match format {
        Format::Json => print::json(&Shown {
            version: 1,
            command: "show",
            head: &traced.head,
            digest: traced.trace.digest().to_string(),
            lanes: traced.trace.lanes(),
            events: text.lines().filter(|line| !line.starts_with("digest ")).map(str::to_owned).collect(),
            html: html.clone(),
            perfetto: args.perfetto.clone(),
        })?,
        Format::Text if args.events => print::out(&text),
        Format::Text => print::out(traced.trace.lanes().trim_end()),
    }
    if format == Format::Text {
        if let Some(failure) = &traced.head.failure {
            let first = failure.message.lines().next().unwrap_or_default();
            print::out(&format!("\n{} {first}", print::coloured(&format!("{}:", failure.kind), "31;1")));
        }
        written(html.iter().chain(&args.perfetto));
    }
    if args.open {
        html.iter().chain(&args.perfetto).try_for_each(|file| open(file))?;
    }
    Ok(Outcome::found(traced.head.failure.is_some()))
}

pub(crate) fn diff(args: &Diff, format: Format) -> Result<Outcome> {
    let mut source = Source::new(&args.build, args.test.as_deref());
    let (first, second) = (source.trace(&args.first)?, source.trace(&args.second)?);
    let difference = first.trace.first_difference(&second.trace);
    if let Some(file) = &args.html {
        print::write_whole(file, first.trace.to_html_beside(&second.trace).as_bytes())?;
    }
    match (format, &difference) {
        (Format::Json, _) => print::json(&Parted {
            version: 1,
            command: "diff",
            first: &first.head,
            second: &second.head,
            same: difference.is_none(),
            index: difference.as_ref().map(|difference| difference.index),
            left: difference.as_ref().and_then(|difference| difference.left.clone()),
            right: difference.as_ref().and_then(|difference| difference.right.clone()),
            html: args.html.clone(),
        })?,
        (Format::Text, Some(difference)) => print::out(&difference.to_string()),
        (Format::Text, None) => print::out("the same"),
    }
    if format == Format::Text {
        written(args.html.iter());
    }
    Ok(Outcome::found(difference.is_some()))
}

fn written<'a>(files: impl Iterator<Item = &'a PathBuf>) {
    files.for_each(|file| print::note(&format!("written: {}", file.display())));
}

fn open(file: &Path) -> Result<()> {
    open::that(file).map_err(|error| Trouble::new(format!("{} could not be opened: {error}", file.display())))
}
