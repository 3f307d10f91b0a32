//! One size of one curve: timed in processes of its own, counted in others.

use std::fs;
use std::process::Command;
#[allow(clippy::disallowed_types, reason = "wall time is what is measured")]
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::counts::Counts;
use crate::curve::Curve;

/// Units that are run at least for one timing.
const TIMED: u64 = 2_000_000;

/// What a process has measured of itself.
#[derive(Debug, Deserialize, Serialize)]
struct Measured {
    /// Of the executions after the first.
    seconds: f64,
    /// By how much the first execution has raised the largest resident set of the process.
    bytes: Option<u64>,
}

/// What is known of one size.
#[derive(Debug)]
pub(crate) struct Point {
    pub(crate) curve: Curve,
    pub(crate) size: u64,
    pub(crate) nanoseconds: f64,
    /// The fastest and the slowest round.
    pub(crate) spread: (f64, f64),
    /// Unknown where a size is too small to tell.
    pub(crate) bytes: Option<f64>,
    pub(crate) counts: Option<Counts>,
}

/// Runs an execution, then those that are timed, and prints what they took.
#[allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "wall time is what is measured")]
pub(crate) fn one(curve: Curve, size: u64, executions: u64) -> Result<()> {
    let before = status("VmRSS");
    curve.run(size, 1);
    let after = status("VmHWM");
    let bytes = after.zip(before).map(|(after, before)| after.saturating_sub(before));
    let start = Instant::now();
    curve.run(size, executions);
    let seconds = start.elapsed().as_secs_f64();
    println!("{}", serde_json::to_string(&Measured { seconds, bytes })?);
    Ok(())
}

/// A figure of the kernel about this process, in bytes. Linux has it.
fn status(name: &str) -> Option<u64> {
    let text = fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

/// This program, to run one size.
pub(crate) fn command(curve: Curve, size: u64, executions: u64) -> Result<Vec<String>> {
    let this = std::env::current_exe()?.into_os_string().into_string().ok().context("this program's path is not UTF-8")?;
    Ok(vec![this, "one".into(), curve.name().into(), size.to_string(), executions.to_string()])
}

pub(crate) fn point(curve: Curve, size: u64, rounds: u32) -> Result<Point> {
    let units = curve.units(size);
    let executions = (TIMED / units).max(1);
    let mut times = Vec::new();
    let mut memory = Vec::new();
    for _ in 0..rounds {
        let words = command(curve, size, executions)?;
        let output = Command::new(&words[0]).args(&words[1..]).output()?;
        ensure!(output.status.success(), "{words:?} failed:\n{}", String::from_utf8_lossy(&output.stderr));
        let measured: Measured = serde_json::from_slice(&output.stdout)?;
        times.push(measured.seconds * 1e9 / (units * executions) as f64);
        memory.extend(measured.bytes);
    }
    times.sort_by(f64::total_cmp);
    memory.sort_unstable();
    // The pages of the program itself would blur what a small execution takes.
    let bytes = memory.get(memory.len() / 2).filter(|_| size >= 100_000).map(|&bytes| bytes as f64 / size as f64);
    let spread = (times[0], times[times.len() - 1]);
    Ok(Point { curve, size, nanoseconds: times[times.len() / 2], spread, bytes, counts: None })
}
