//! Which peers there are, how they are built and what they say of themselves.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use cargo_metadata::{Message, Metadata, MetadataCommand};
use common::Description;
use serde::Deserialize;

use crate::process;

/// An entry of `[workspace.metadata.compare]`.
#[derive(Debug, Deserialize)]
struct Entry {
    package: Option<String>,
    library: Option<String>,
    script: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Section {
    peers: Vec<Entry>,
}

/// A peer that is ready to run.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) description: Description,
    /// The library's version, if it is one.
    pub(crate) version: Option<String>,
    /// The program, and what comes first of its arguments.
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
    /// The package or script, without what they all have in front or behind.
    pub(crate) short: String,
}

impl Peer {
    fn new(program: PathBuf, arguments: Vec<String>, version: Option<String>, short: String) -> Result<Self> {
        let mut command = Command::new(&program);
        let text = process::output(command.args(&arguments).arg("describe"))?;
        let description = serde_json::from_str(&text).with_context(|| format!("{short} does not describe itself"))?;
        Ok(Self { description, version, program, arguments, short })
    }
}

/// The folder of this workspace, where its configuration of cargo is found.
pub(crate) fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a member of a workspace has a parent")
}

/// A script that cannot run here, and why.
#[derive(Debug)]
pub(crate) struct Absent {
    pub(crate) name: String,
    pub(crate) why: String,
}

/// Builds the peers that are wanted, by their short names.
pub(crate) fn build(wanted: &dyn Fn(&str) -> bool) -> Result<(Vec<Peer>, Vec<Absent>)> {
    let metadata = MetadataCommand::new().current_dir(workspace()).exec().context("cargo metadata")?;
    let section = metadata.workspace_metadata.get("compare").context("Cargo.toml has no [workspace.metadata.compare]")?;
    let section = Section::deserialize(section)?;
    let (mut peers, mut absent) = (Vec::new(), Vec::new());
    for entry in section.peers {
        match (entry.package, entry.script) {
            (Some(package), None) => {
                let short = package.trim_start_matches("peer-").to_owned();
                if !wanted(&short) {
                    continue;
                }
                process::say(&format!("building {package}"));
                let program = build_package(&package)?;
                let version = entry.library.map(|library| version(&metadata, &library)).transpose()?;
                peers.push(Peer::new(program, Vec::new(), version, short)?);
            }
            (None, Some(script)) => {
                let short = script.trim_end_matches("_peer.py").to_owned();
                if !wanted(&short) {
                    continue;
                }
                match python() {
                    Ok((python, version)) => {
                        let path = workspace().join(&script).to_string_lossy().into_owned();
                        peers.push(Peer::new(python, vec![path], Some(version), short)?);
                    }
                    Err(error) => {
                        let why = format!("{error:#}");
                        process::say(&format!("{short} is not measured: {why}"));
                        absent.push(Absent { name: short, why: why.lines().next().unwrap_or_default().to_owned() });
                    }
                }
            }
            _ => bail!("an entry of [workspace.metadata.compare] is a package or a script"),
        }
    }
    Ok((peers, absent))
}

/// Each by itself: cargo would give the features one peer asks for to all.
fn build_package(package: &str) -> Result<PathBuf> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace());
    command.args(["build", "--release", "--locked", "--quiet", "--message-format=json-render-diagnostics", "--package", package]);
    let output = process::output(&mut command).with_context(|| format!("building {package}"))?;
    for message in Message::parse_stream(output.as_bytes()) {
        if let Message::CompilerArtifact(artifact) = message?
            && let Some(executable) = artifact.executable
        {
            return Ok(executable.into());
        }
    }
    bail!("{package} has no program")
}

fn version(metadata: &Metadata, library: &str) -> Result<String> {
    let package = metadata.packages.iter().find(|package| package.name.as_str() == library);
    Ok(package.with_context(|| format!("no peer depends on {library}"))?.version.to_string())
}

/// The interpreter itself, whatever `python3` is, because valgrind follows no scripts; and its version.
fn python() -> Result<(PathBuf, String)> {
    let script = "import sys, platform; assert sys.version_info >= (3, 11), 'too old'; print(sys.executable); print(platform.python_version())";
    let output = process::output(Command::new("python3").args(["-c", script])).context("python3 of at least 3.11 is wanted")?;
    let (executable, version) = output.trim_end().split_once('\n').context("python3 does not say what it is")?;
    Ok((executable.into(), version.to_owned()))
}
