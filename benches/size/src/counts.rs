//! Instructions and cache misses, which do not depend on how busy the machine is.

use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::curve::Curve;
use crate::measure::command;

/// Units that are run at least.
const COUNTED: u64 = 100_000;

/// Of one unit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counts {
    pub(crate) instructions: f64,
    /// Data that was not in the first-level cache.
    pub(crate) first_level_misses: f64,
    /// Data that was in no cache.
    pub(crate) last_level_misses: f64,
}

/// cachegrind, with caches as large as this machine's.
#[derive(Debug)]
pub(crate) struct Counter {
    /// Its version.
    pub(crate) version: String,
}

impl Counter {
    pub(crate) fn find() -> Result<Self> {
        let output = Command::new("valgrind").arg("--version").output();
        let output = output.context("valgrind does not start: install it, or count nothing with --no-counts")?;
        ensure!(output.status.success(), "valgrind --version failed");
        Ok(Self { version: String::from_utf8_lossy(&output.stdout).trim().to_owned() })
    }

    /// The difference between more executions and fewer, so that neither the process nor growing memory counts.
    pub(crate) fn per_unit(&self, curve: Curve, size: u64) -> Result<Counts> {
        let executions = (COUNTED / curve.units(size)).max(1);
        let few = self.count(curve, size, 0)?;
        let many = self.count(curve, size, executions)?;
        let units = (curve.units(size) * executions) as f64;
        let [instructions, first_level_misses, last_level_misses] =
            std::array::from_fn(|n| many[n].saturating_sub(few[n]) as f64 / units);
        Ok(Counts { instructions, first_level_misses, last_level_misses })
    }

    fn count(&self, curve: Curve, size: u64, executions: u64) -> Result<[u64; 3]> {
        let output = Command::new("valgrind")
            .args(["--tool=cachegrind", "--cache-sim=yes", "--cachegrind-out-file=/dev/null"])
            .args(command(curve, size, executions)?)
            .output()?;
        let text = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "cachegrind failed:\n{text}");
        let mut found = [None; 3];
        for line in text.lines() {
            for (label, place) in ["I   refs:", "D1  misses:", "LLd misses:"].iter().zip(&mut found) {
                if let Some((_, figures)) = line.split_once(label) {
                    let first = figures.split_whitespace().next().unwrap_or_default();
                    *place = Some(first.replace(',', "").parse().with_context(|| format!("`{line}` has no number"))?);
                }
            }
        }
        let [Some(instructions), Some(first), Some(last)] = found else {
            bail!("cachegrind has not said what it counted:\n{text}");
        };
        Ok([instructions, first, last])
    }
}
