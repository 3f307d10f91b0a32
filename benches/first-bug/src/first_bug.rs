//! How soon each contender finds each bug.

use std::io::Write;

use crate::contender::{CONTENDERS, Contender, Found};
use crate::programs::Program;
use crate::table::{self, Sample, ratio};
use crate::watch::Time;

/// How much to measure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    pub(crate) seeds: u64,
    pub(crate) most: u64,
}

/// What the contenders have come to with one program: for each, a result for each seed.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: &'static str,
    most: u64,
    results: Vec<Vec<Found>>,
}

/// Seed by seed, all contenders one after the other, each time beginning with another, so that whatever else the machine does meets
/// all alike.
pub(crate) fn measure(program: &Program, effort: Effort) -> Row {
    let number = CONTENDERS.len();
    let mut results = vec![Vec::new(); number];
    for contender in CONTENDERS {
        // The first of a kind pays for what the process sets up once.
        contender.look(program, u64::MAX, effort.most);
    }
    for (seed, begin) in (0..effort.seeds).zip((0..number).cycle()) {
        for at in (begin..number).chain(0..begin) {
            results[at].push(CONTENDERS[at].look(program, seed, effort.most));
        }
    }
    Row { name: program.name, most: effort.most, results }
}

impl Row {
    fn of(&self, contender: Contender, value: impl Fn(&Found) -> f64) -> Sample {
        let results = CONTENDERS.iter().position(|other| *other == contender).map(|at| &self.results[at]);
        Sample::new(results.into_iter().flatten().map(|found| (value(found), found.executions.is_none())))
    }

    fn executions(&self, contender: Contender) -> Sample {
        self.of(contender, |found| found.executions.unwrap_or(self.most) as f64)
    }

    fn micros(&self, contender: Contender, time: fn(&Found) -> Time) -> Sample {
        self.of(contender, |found| time(found).wall.as_secs_f64() * 1e6)
    }

    fn cpu(&self, contender: Contender) -> Sample {
        self.of(contender, |found| found.failed.cpu.as_secs_f64() * 1e6)
    }
}

const OURS: Contender = Contender::Reenact("portfolio");
const OUR_RANDOM: Contender = Contender::Reenact("random");
const OUR_PCT: Contender = Contender::Reenact("pct:3");
use Contender::{ShuttlePct, ShuttleRandom};

/// The better of shuttle's two.
fn best(value: impl Fn(Contender) -> Sample) -> Sample {
    let (random, pct) = (value(ShuttleRandom), value(ShuttlePct));
    if pct.median() < random.median() { pct } else { random }
}

pub(crate) fn print(out: &mut impl Write, rows: &[Row], effort: Effort) -> std::io::Result<()> {
    writeln!(out, "### Executions to the first failure\n")?;
    writeln!(out, "Median over {} seeds of at most {} executions.\n", effort.seeds, effort.most)?;
    table::head(
        out,
        &[
            "program",
            "portfolio",
            "random",
            "pct:3",
            "shuttle random",
            "shuttle pct(3)",
            "portfolio / best",
            "random / random",
            "pct / pct",
        ],
    )?;
    let mut over = Vec::new();
    for row in rows {
        let count = |contender| row.executions(contender);
        let against = ratio(&count(OURS), &best(count));
        if against.is_over(1.5) {
            over.push(row.name);
        }
        let mut cells: Vec<String> = CONTENDERS.iter().map(|contender| count(*contender).whole(effort.most)).collect();
        cells.push(against.to_string());
        cells.push(ratio(&count(OUR_RANDOM), &count(ShuttleRandom)).to_string());
        cells.push(ratio(&count(OUR_PCT), &count(ShuttlePct)).to_string());
        table::row(out, row.name, &cells)?;
    }
    writeln!(out, "\nMore than 1.5 times the executions of shuttle's better one: {}.\n", table::list(&over))?;

    writeln!(out, "### Microseconds to the first failure\n")?;
    table::head(
        out,
        &[
            "program",
            "portfolio",
            "random",
            "pct:3",
            "shuttle random",
            "shuttle pct(3)",
            "best / portfolio",
            "random / random",
            "pct / pct",
            "best / portfolio, CPU",
        ],
    )?;
    let (mut under, mut ratios) = (Vec::new(), Vec::new());
    for row in rows {
        let time = |contender| row.micros(contender, |found| found.failed);
        let against = ratio(&best(time), &time(OURS));
        ratios.push(against.value());
        if !against.is_at_least(10.0) {
            under.push(row.name);
        }
        let mut cells: Vec<String> = CONTENDERS.iter().map(|contender| time(*contender).short()).collect();
        cells.push(against.to_string());
        cells.push(ratio(&time(ShuttleRandom), &time(OUR_RANDOM)).to_string());
        cells.push(ratio(&time(ShuttlePct), &time(OUR_PCT)).to_string());
        cells.push(ratio(&best(|contender| row.cpu(contender)), &row.cpu(OURS)).to_string());
        table::row(out, row.name, &cells)?;
    }
    writeln!(out, "\nLess than 10 times as fast as shuttle's better one: {}.", table::list(&under))?;
    writeln!(out, "Geometric mean of the ratios: {:.1}.\n", table::geometric_mean(&ratios))?;

    writeln!(out, "### Microseconds to the complete report\n")?;
    table::head(out, &["program", "portfolio", "shuttle random", "shuttle pct(3)", "best / portfolio"])?;
    let (mut slower, mut ratios) = (Vec::new(), Vec::new());
    for row in rows {
        let time = |contender| row.micros(contender, |found| found.reported);
        let against = ratio(&best(time), &time(OURS));
        ratios.push(against.value());
        if !against.is_at_least(1.0) {
            slower.push(row.name);
        }
        let mut cells = [OURS, ShuttleRandom, ShuttlePct].map(|contender| time(contender).short()).to_vec();
        cells.push(against.to_string());
        table::row(out, row.name, &cells)?;
    }
    writeln!(out, "\nSlower than shuttle's better one: {}.", table::list(&slower))?;
    writeln!(out, "Geometric mean of the ratios: {:.1}.\n", table::geometric_mean(&ratios))
}
