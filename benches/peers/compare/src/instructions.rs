//! Instructions, which do not depend on how busy the machine is.

use std::thread;

use anyhow::{Context, Result, anyhow, ensure};
use common::Workload;

use crate::chosen::Line;
use crate::process::{self, checked};

/// Whether they can be counted here, and if not, why.
pub(crate) fn available() -> Result<(), String> {
    if process::is_there("valgrind") { Ok(()) } else { Err("valgrind is not installed".to_owned()) }
}

/// Instructions of one operation: the difference of two sizes, so that starting and ending the process do not count. Nor does it count who
/// else is running, so both are counted at a time.
pub(crate) fn per_operation(line: &Line<'_>, workload: Workload, few: u64, many: u64) -> Result<f64> {
    let (small, large) = thread::scope(|scope| {
        let small = scope.spawn(|| count(line, workload, few));
        let large = count(line, workload, many);
        (small.join().unwrap_or_else(|_| Err(anyhow!("counting panicked"))), large)
    });
    let ((small, fewer), (large, more)) = (small?, large?);
    ensure!(more > fewer && large > small, "{fewer} and {more} operations take {small} and {large} instructions");
    Ok((large - small) as f64 / (more - fewer) as f64)
}

/// Instructions and operations of a run.
fn count(line: &Line<'_>, workload: Workload, size: u64) -> Result<(u64, u64)> {
    let prefix = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"];
    let output = process::command(&prefix, line, workload, size).output()?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{}\n{}", output.status, complaint.trim_end());
    let measurement = checked(&String::from_utf8_lossy(&output.stdout), workload, size)?;
    let total = complaint.lines().find_map(|line| line.split_once("I ")?.1.trim_start().strip_prefix("refs:"));
    let total = total.context("valgrind printed no total")?;
    Ok((total.trim().replace(',', "").parse()?, measurement.operations))
}
