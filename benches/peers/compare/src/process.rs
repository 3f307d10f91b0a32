//! Running other programs, and what is printed.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use common::{Job, Measurement, Workload};

use crate::chosen::Line;

/// For whoever looks on.
pub(crate) fn say(text: &str) {
    // Nothing is lost if nobody does.
    let _ = writeln!(io::stderr(), "{text}");
}

/// The result.
pub(crate) fn print(text: &str) {
    let _ = writeln!(io::stdout(), "{text}");
}

/// Runs a program to its end and returns what it printed.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("{program} does not start"))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        bail!("{program}: {}\n{}", output.status, complaint.trim_end());
    }
    String::from_utf8(output.stdout).with_context(|| format!("{program} prints no text"))
}

/// Whether a program is there.
pub(crate) fn is_there(program: &str) -> bool {
    Command::new(program).arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

/// Runs peers, all on the same core.
#[derive(Debug)]
pub(crate) struct Launcher {
    /// `None` where there is no taskset.
    core: Option<usize>,
}

impl Launcher {
    pub(crate) fn new(core: Option<usize>) -> Self {
        if !is_there("taskset") {
            say("taskset is missing: runs may move from core to core");
            return Self { core: None };
        }
        let last = std::thread::available_parallelism().map_or(0, |cores| cores.get() - 1);
        Self { core: Some(core.unwrap_or(last)) }
    }

    pub(crate) fn core(&self) -> Option<usize> {
        self.core
    }

    /// A timed run.
    ///
    /// # Errors
    ///
    /// If it fails, or has not done the work.
    pub(crate) fn run(&self, line: &Line<'_>, workload: Workload, size: u64) -> Result<Measurement> {
        let core = self.core.map(|core| core.to_string());
        let prefix: Vec<&str> = core.iter().flat_map(|core| ["taskset", "--cpu-list", core]).collect();
        checked(&output(&mut command(&prefix, line, workload, size))?, workload, size)
    }
}

/// A run, behind a prefix like `valgrind ..`. Variables that change what peers do are kept from them.
pub(crate) fn command(prefix: &[&str], line: &Line<'_>, workload: Workload, size: u64) -> Command {
    let mut words: Vec<OsString> = prefix.iter().map(OsString::from).collect();
    words.push(line.peer.program.clone().into());
    words.extend(line.peer.arguments.iter().map(OsString::from));
    words.extend(["run", &line.variant.name, &workload.to_string(), &size.to_string()].map(OsString::from));
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).env_clear().env("PYTHONHASHSEED", "0");
    command.envs(std::env::vars_os().filter(|(name, _)| name == "PATH" || name == "HOME" || name == "LD_LIBRARY_PATH"));
    command
}

/// Reads what a run printed, and holds it against what has to come out.
pub(crate) fn checked(printed: &str, workload: Workload, size: u64) -> Result<Measurement> {
    let measurement: Measurement = serde_json::from_str(printed.trim_end()).context("what it prints is no measurement")?;
    let job = Job::new(workload, size);
    let searched = measurement.complete.is_some();
    ensure!(
        measurement.executions >= if searched { 1 } else { job.executions() },
        "{} executions of {} came to their end",
        measurement.executions,
        job.executions()
    );
    let expected = job.expected().wrapping_mul(measurement.executions);
    ensure!(measurement.checksum == expected, "its checksum is {:#x} and not {expected:#x}", measurement.checksum);
    Ok(measurement)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(executions: u64, checksum: u64) -> String {
        let measurement = Measurement { operations: 3, executions, checksum, cpu_seconds: 0.5, peak_bytes: None, complete: None };
        serde_json::to_string(&measurement).unwrap()
    }

    #[test]
    fn durations_are_all_different() {
        let mut durations = Job::new(Workload::Timers, 1_000).durations;
        assert!(!durations.is_sorted());
        durations.sort_unstable();
        assert!(durations.into_iter().eq(1..=1_000));
    }

    #[test]
    fn a_run_that_has_not_done_the_work_is_an_error() {
        let once = Job::new(Workload::Sleeping, 3).expected();
        assert!(checked(&printed(3, once.wrapping_mul(3)), Workload::Sleeping, 3).is_ok());
        // Some peers run some executions twice.
        assert!(checked(&printed(4, once.wrapping_mul(4)), Workload::Sleeping, 3).is_ok());
        assert!(
            checked(&printed(2, once.wrapping_mul(2)), Workload::Sleeping, 3)
                .unwrap_err()
                .to_string()
                .contains("2 executions of 3")
        );
        assert!(checked(&printed(3, 7), Workload::Sleeping, 3).unwrap_err().to_string().contains("checksum"));
        assert!(checked("no", Workload::Sleeping, 3).is_err());
    }
}
