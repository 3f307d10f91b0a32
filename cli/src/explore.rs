//! `cargo reenact explore`.

use std::time::{Duration, Instant};

use serde::Serialize;

use crate::args::{Explore, Format, SeedArg};
use crate::print;
use crate::process::{Ended, Run};
use crate::progress::Progress;
use crate::report::{Failed, Line};
use crate::select::{self, Test};
use crate::table::{count, seconds, table};
use crate::trouble::{Outcome, Result, Trouble};

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Passed,
    Failed,
    /// It ended in a way that no test runner ends: by a signal, say.
    Crashed,
    /// The runner says that it passed, and there is no sign that anything was explored.
    NothingRun,
}

/// What a test came to: an element of `tests` in the JSON.
#[derive(Debug, Serialize)]
struct Tested {
    test: String,
    package: String,
    file: String,
    line: u32,
    verdict: Verdict,
    seconds: f64,
    executions: u64,
    distinct: u64,
    unseen: f64,
    exhausted: bool,
    executions_per_second: f64,
    seed: Option<String>,
    scheduler: Option<String>,
    warnings: Vec<String>,
    failure: Option<Failed>,
    /// The end of what it printed, where there is no failure that says more.
    printed: Option<String>,
}

#[derive(Serialize)]
struct Everything<'a> {
    version: u32,
    command: &'a str,
    tests: &'a [Tested],
    not_run: Vec<String>,
}

/// A test as `--list` tells of it in JSON.
#[derive(Serialize)]
struct InList<'a> {
    test: String,
    package: &'a str,
    file: &'a str,
    line: u32,
    ignored: bool,
    options: &'a str,
}

pub(crate) fn explore(args: &Explore, format: Format) -> Result<Outcome> {
    let named = !args.tests.is_empty();
    let mut tests = select::named(select::all(&args.build)?, &args.tests)?;
    if args.list {
        return list(&tests, format);
    }
    let exact = |test: &Test| args.tests.contains(&test.path()) || args.tests.contains(&test.listed.runner_name());
    tests.retain(|test| args.include_ignored || !test.listed.ignored || (named && exact(test)));
    if tests.is_empty() {
        return Err(Trouble::new("all of these tests are marked #[ignore]: say --include-ignored to run them"));
    }
    let seed = drawn_seed(args);
    let start = Instant::now();
    let (mut all, mut report) = (Vec::new(), String::new());
    let mut not_run = Vec::new();
    for (n, test) in tests.iter().enumerate() {
        // What earlier tests have left over is for later ones.
        let share = args.time.map(|time| time.saturating_sub(start.elapsed()) / (tests.len() - n) as u32);
        let failed = all.iter().any(|tested: &Tested| tested.verdict != Verdict::Passed);
        if share.is_some_and(|share| share.is_zero()) || (args.fail_fast && failed) {
            not_run.push(test.path());
            continue;
        }
        let tested = run(test, args, (n + 1, tests.len()), share, seed.as_deref(), &mut report)?;
        if format == Format::Text {
            tell(&tested);
        }
        all.push(tested);
        if let Some(file) = &args.report {
            // After each test, so that what is done is kept if this process is killed.
            print::write_whole(file, report.as_bytes())?;
        }
    }
    match format {
        Format::Text => sum_up(&all, &not_run),
        Format::Json => print::json(&Everything { version: 1, command: "explore", tests: &all, not_run })?,
    }
    if let Some(tested) = all.iter().find(|tested| tested.verdict == Verdict::NothingRun) {
        return Err(Trouble::new(format!(
            "{} ran nothing: no report was written, although its runner says that it passed",
            tested.test
        )));
    }
    Ok(Outcome::found(all.iter().any(|tested| tested.verdict != Verdict::Passed)))
}

/// `random` is drawn once, so that all tests explore with the same seed and the line that explores again says it.
fn drawn_seed(args: &Explore) -> Option<String> {
    Some(match args.seed? {
        SeedArg::This(seed) => seed.to_string(),
        SeedArg::Random => {
            use std::hash::{BuildHasher, RandomState};
            let seed = format!("{:#x}", RandomState::new().hash_one(0));
            print::note(&format!("seed {seed}"));
            seed
        }
    })
}

fn list(tests: &[Test], format: Format) -> Result<Outcome> {
    let all: Vec<InList<'_>> = tests
        .iter()
        .map(|test| InList {
            test: test.path(),
            package: &test.binary.package,
            file: &test.listed.file,
            line: test.listed.line,
            ignored: test.listed.ignored,
            options: &test.listed.options,
        })
        .collect();
    match format {
        Format::Json => print::json(&all)?,
        Format::Text => {
            let row = |test: &InList<'_>| {
                let ignored = if test.ignored { "ignored" } else { "" };
                vec![test.test.clone(), format!("{}:{}", test.file, test.line), ignored.to_owned(), test.options.to_owned()]
            };
            let rows: Vec<Vec<String>> = all.iter().map(row).collect();
            print::out(&table(&["test", "place", "", "options"], &rows, &[]));
        }
    }
    Ok(Outcome::Nothing)
}

fn run(
    test: &Test,
    args: &Explore,
    place: (usize, usize),
    share: Option<Duration>,
    seed: Option<&str>,
    report: &mut String,
) -> Result<Tested> {
    let mut run = Run::new(test)?;
    let (report_file, progress_file) = (run.file("report.jsonl"), run.file("progress.jsonl"));
    run.env("REENACT_REPORT", &report_file).env("REENACT_PROGRESS", &progress_file);
    let digests = args.digests || (args.report.is_some() && args.shard.is_some());
    run.env("REENACT_REPORT_DIGESTS", if digests { "on" } else { "off" });
    // With time and no number, the time decides.
    let executions = args.executions.or(share.map(|_| u64::MAX));
    run.env_if("REENACT_EXECUTIONS", executions).env_if("REENACT_TIME_LIMIT", share.map(|share| share.as_secs_f64()));
    run.env_if("REENACT_SCHEDULER", args.scheduler.as_ref()).env_if("REENACT_SEED", seed);
    run.env_if("REENACT_HOSTILE", args.hostile.as_ref()).env_if("REENACT_JOBS", args.jobs).env_if("REENACT_SHARD", args.shard);
    let mut progress = Progress::new(test.path(), place, progress_file, args.every);
    let start = Instant::now();
    let ended = run.watched(|| progress.look())?;
    let last = progress.end();
    let text = ended.text("report.jsonl").unwrap_or_default();
    report.push_str(&text);
    let mut tested = tested(test, &ended, &text, start.elapsed())?;
    tested.executions_per_second = last
        .filter(|last| last.executions > 0)
        .map_or_else(|| tested.executions as f64 / tested.seconds.max(1e-9), |last| last.rate());
    Ok(tested)
}

/// What the process and its report say. A test that makes several explorations has a line for each.
fn tested(test: &Test, ended: &Ended, report: &str, took: Duration) -> Result<Tested> {
    let parse = |line| serde_json::from_str::<Line<'_>>(line);
    let lines = report.lines().map(parse).collect::<std::result::Result<Vec<_>, _>>();
    let mut lines = lines.map_err(|error| Trouble::new(format!("the report of {} cannot be read: {error}", test.path())))?;
    // What it panicked with is in the last one.
    let failure = lines.last_mut().and_then(|line| line.failure.take()).filter(|_| !ended.status.success());
    let verdict = match ended.status.code() {
        Some(0) if lines.is_empty() => Verdict::NothingRun,
        Some(0) => Verdict::Passed,
        // As the test runner ends when a test has failed.
        Some(101) => Verdict::Failed,
        _ => Verdict::Crashed,
    };
    let unexplained = verdict != Verdict::Passed && failure.is_none();
    Ok(Tested {
        test: test.path(),
        package: test.binary.package.clone(),
        file: test.listed.file.clone(),
        line: test.listed.line,
        verdict,
        seconds: took.as_secs_f64(),
        executions: lines.iter().map(|line| line.executions).sum(),
        distinct: lines.iter().map(|line| line.distinct).sum(),
        unseen: lines.iter().map(|line| line.unseen).fold(0.0, f64::max),
        exhausted: !lines.is_empty() && lines.iter().all(|line| line.exhausted),
        executions_per_second: 0.0,
        seed: lines.last().map(|line| line.seed.clone()),
        scheduler: lines.last().and_then(|line| line.scheduler.clone()),
        warnings: lines.iter().flat_map(|line| line.warnings.clone()).collect(),
        failure,
        printed: unexplained.then(|| ended.last_lines(20)),
    })
}

/// A line, or the failure, as soon as it is there.
fn tell(tested: &Tested) {
    for warning in &tested.warnings {
        print::note(&format!("warning: {}: {warning}", tested.test));
    }
    if tested.verdict == Verdict::Passed {
        return;
    }
    print::out(&format!("{} {}", print::coloured("failed:", "31;1"), tested.test));
    match (&tested.failure, &tested.printed) {
        (Some(failure), _) => print::out(&failure.text.lines().map(|line| format!("  {line}\n")).collect::<String>()),
        (None, Some(printed)) => print::out(printed),
        (None, None) => {}
    }
}

fn sum_up(all: &[Tested], not_run: &[String]) {
    let row = |tested: &Tested| {
        let known = tested.executions > 0;
        let or_dash = |text: String| if known { text } else { "-".to_owned() };
        vec![
            tested.test.clone(),
            or_dash(count(tested.executions)),
            or_dash(count(tested.distinct)),
            or_dash(if tested.exhausted { "every".to_owned() } else { format!("{:.3}", tested.unseen) }),
            or_dash(count(tested.executions_per_second as u64)),
            seconds(tested.seconds),
            result(tested),
        ]
    };
    let mut rows: Vec<Vec<String>> = all.iter().map(row).collect();
    rows.extend(not_run.iter().map(|test| {
        let mut row = vec!["-".to_owned(); 7];
        (row[0], row[6]) = (test.clone(), "not run".to_owned());
        row
    }));
    print::out(&table(&["test", "executions", "distinct", "unseen", "per second", "time", "result"], &rows, &[1, 2, 3, 4, 5]));
    let failed = all.iter().filter(|tested| tested.verdict != Verdict::Passed).count();
    let plural = if all.len() == 1 { "" } else { "s" };
    let found = if failed == 0 { "no failure found".to_owned() } else { format!("{failed} failed") };
    print::out(&format!("\n{} test{plural}: {found}", all.len()));
}

fn result(tested: &Tested) -> String {
    match (tested.verdict, &tested.failure) {
        (Verdict::Passed, _) => print::coloured("passed", "32"),
        (Verdict::Failed, Some(failure)) => print::coloured(&format!("{}: {}", failure.kind, failure.schedule), "31"),
        (Verdict::Failed, None) => print::coloured("failed", "31"),
        (Verdict::Crashed, _) => print::coloured("crashed", "31"),
        (Verdict::NothingRun, _) => print::coloured("ran nothing", "33"),
    }
}
