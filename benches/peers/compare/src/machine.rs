//! On what it was measured.

use std::fs;
use std::process::Command;

use crate::peers::{Absent, Peer, workspace};
use crate::process::{self, Launcher};

/// How busy the machine is, as Linux tells it.
pub(crate) fn load() -> Option<String> {
    Some(fs::read_to_string("/proc/loadavg").ok()?.split(' ').next()?.to_owned())
}

fn processor() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn first_line(program: &str, arguments: &[&str]) -> Option<String> {
    let text = process::output(Command::new(program).args(arguments).current_dir(workspace())).ok()?;
    text.lines().next().map(str::to_owned)
}

/// The processor, the versions and how the numbers came about.
pub(crate) fn describe(
    peers: &[Peer],
    absent: &[Absent],
    launcher: &Launcher,
    rounds: u32,
    load_before: Option<String>,
    uncounted: Option<String>,
) -> String {
    let unknown = || "unknown".to_owned();
    let cores = std::thread::available_parallelism().map_or_else(|_| unknown(), |cores| cores.to_string());
    let pinned = launcher.core().map_or_else(|| "not pinned to a core".to_owned(), |core| format!("pinned to core {core}"));
    let mut text = format!("* Processor: {}, {cores} cores; runs {pinned}.\n", processor().unwrap_or_else(unknown));
    let (before, after) = (load_before.unwrap_or_else(unknown), load().unwrap_or_else(unknown));
    text += &format!(
        "* Rounds: {rounds}, after one that is thrown away. Load average before {before}, after {after}; about 1 of it is the comparison itself.\n"
    );
    text += &format!(
        "* Compiler: {}; release, `lto = \"fat\"`, one codegen unit.\n",
        first_line("rustc", &["-V"]).unwrap_or_else(unknown)
    );
    if let Some(commit) = first_line("git", &["describe", "--always", "--dirty", "--exclude=*"]) {
        text += &format!("* reenact is of commit {commit}.\n");
    }
    text += &match uncounted {
        Some(reason) => format!("* Instructions were not measured: {reason}.\n"),
        None => format!("* Instructions: {}, cachegrind.\n", first_line("valgrind", &["--version"]).unwrap_or_else(unknown)),
    };
    text += "\n| peer | version | run as | which is |\n| --- | --- | --- | --- |\n";
    for peer in peers {
        let mut name = peer.description.name.as_str();
        let mut version = peer.version.as_deref().unwrap_or("");
        for variant in &peer.description.variants {
            text += &format!("| {name} | {version} | {} | {} |\n", crate::table::run_as(variant), variant.how);
            (name, version) = ("", "");
        }
    }
    for Absent { name, why } in absent {
        text += &format!("| {name} | | – | not measured: {why} |\n");
    }
    text
}
