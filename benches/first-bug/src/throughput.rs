//! Executions per second.

use std::io::Write;
use std::time::Duration;

use reenact::{Explorer, PendingAtExit, Report};

use crate::contender::{CONTENDERS, Contender};
use crate::programs::PROGRAMS;
use crate::table;
use crate::watch::Time;

#[path = "../../../src/bin/four_programs/programs.rs"]
#[allow(dead_code, reason = "used for its programs only")]
mod four;
#[path = "../../../tests/bugs/programs/mod.rs"]
#[allow(dead_code, unused_imports, reason = "shared with the tests of bugs")]
mod planted;

/// Each figure is the median of so many.
const ROUNDS: usize = 9;

pub(crate) fn print(out: &mut impl Write, quick: bool) -> std::io::Result<()> {
    let (limit, executions) = if quick { (20, 200) } else { (200, 2_000) };
    writeln!(out, "### Executions per second with the default portfolio, {limit} ms each\n")?;
    table::head(out, &["program", "executions/s", "executions per CPU second"])?;
    for program in four::PROGRAMS {
        let rates = rates(limit, |explorer| program.explore(explorer));
        table::row(out, program.name, &rates)?;
    }
    for program in planted::all() {
        let rates = rates(limit, |explorer| {
            let explorer_run = || async { assert!(!(program.fixed)().await, "{} is not repaired", program.name) };
            explorer.run(explorer_run)
        });
        table::row(out, &format!("{}, repaired", program.name), &rates)?;
    }
    writeln!(out, "\n### Microseconds an execution, on both sides, with the failures ignored\n")?;
    let columns = ["program", "portfolio", "random", "pct:3", "shuttle random", "shuttle pct(3)", "random / random", "pct / pct"];
    table::head(out, &columns)?;
    for program in &PROGRAMS {
        let mut times = vec![Vec::new(); CONTENDERS.len()];
        for (round, begin) in (0..ROUNDS as u64).zip((0..CONTENDERS.len()).cycle()) {
            for at in (begin..CONTENDERS.len()).chain(0..begin) {
                times[at].extend(CONTENDERS[at].pass(program, round, executions));
            }
        }
        // A program that hangs fails whether or not somebody looks at what it says.
        if times.iter().any(|times| times.len() < ROUNDS) {
            continue;
        }
        let micros: Vec<f64> = times.into_iter().map(|times| middle(times) * 1e6 / executions as f64).collect();
        let of = |contender| CONTENDERS.iter().position(|other| *other == contender).map_or(f64::NAN, |at| micros[at]);
        let mut cells: Vec<String> = micros.iter().map(|micros| format!("{micros:.2}")).collect();
        cells.push(format!("{:.2}", of(Contender::ShuttleRandom) / of(Contender::Reenact("random"))));
        cells.push(format!("{:.2}", of(Contender::ShuttlePct) / of(Contender::Reenact("pct:3"))));
        table::row(out, program.name, &cells)?;
    }
    Ok(())
}

/// By wall time and by CPU time.
fn rates(limit: u64, explore: impl Fn(&Explorer) -> Report) -> [String; 2] {
    let explorer = Explorer::new().pending_at_exit(PendingAtExit::Ignore).executions(u64::MAX);
    let explorer = explorer.time_limit(Duration::from_millis(limit / ROUNDS as u64));
    let (mut wall, mut cpu) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = Time::now();
        let report = explore(&explorer);
        let took = Time::now() - start;
        wall.push(report.executions as f64 / took.wall.as_secs_f64());
        cpu.push(report.executions as f64 / took.cpu.as_secs_f64());
    }
    [wall, cpu].map(|rates| thousands(middle(rates) as u64))
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}
