//! `cargo reenact doctor`: what is wrong with a set-up, as far as manifests and sources tell.

mod manifests;
mod sources;

use std::path::PathBuf;

use serde::Serialize;

use crate::args::{Doctor, Format};
use crate::metadata::Metadata;
use crate::print;
use crate::trouble::{Outcome, Result};

/// Something to look at.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Finding {
    /// Relative to the workspace, where it is below it.
    file: PathBuf,
    /// From 1; 0 if it is of the whole file.
    line: usize,
    /// A name that stays the same, for programs.
    code: &'static str,
    /// What is wrong.
    what: String,
    /// What to do.
    todo: String,
    /// Whether it keeps something from working; others are worth knowing.
    wrong: bool,
}

#[derive(Serialize)]
struct Everything<'a> {
    version: u32,
    command: &'a str,
    /// Packages that depend on reenact.
    packages: Vec<&'a str>,
    findings: &'a [Finding],
}

pub(crate) fn doctor(args: &Doctor, format: Format) -> Result<Outcome> {
    let metadata = Metadata::read(args.manifest_path.as_deref(), true)?;
    let users: Vec<_> = metadata.members().filter(|package| manifests::uses_reenact(package)).collect();
    let mut findings = manifests::look(&metadata, &users)?;
    for package in &users {
        findings.extend(sources::look(package)?);
    }
    for finding in &mut findings {
        if let Ok(relative) = finding.file.strip_prefix(&metadata.workspace_root) {
            finding.file = relative.to_owned();
        }
    }
    findings.sort();
    findings.dedup();
    match format {
        Format::Json => {
            let packages = users.iter().map(|package| package.name.as_str()).collect();
            print::json(&Everything { version: 1, command: "doctor", packages, findings: &findings })?;
        }
        Format::Text => tell(&findings),
    }
    Ok(Outcome::found(findings.iter().any(|finding| finding.wrong)))
}

fn tell(findings: &[Finding]) {
    for finding in findings {
        let kind = if finding.wrong { print::coloured("wrong:", "31;1") } else { print::coloured("note:", "33") };
        let place = match finding.line {
            0 => finding.file.display().to_string(),
            line => format!("{}:{line}", finding.file.display()),
        };
        print::out(&format!("{place}: {kind} {}\n  {}", finding.what, finding.todo));
    }
    match findings.iter().filter(|finding| finding.wrong).count() {
        0 => print::out("nothing is wrong"),
        1 => print::out("1 thing is wrong"),
        n => print::out(&format!("{n} things are wrong")),
    }
}
