//! `cargo reenact replay` and `cargo reenact shrink`.

use serde::Serialize;

use crate::args::{Format, Replay};
use crate::print;
use crate::process::Run;
use crate::report::{Failed, Line};
use crate::select::{self, Test};
use crate::traced;
use crate::trouble::{Outcome, Result, Trouble};

#[derive(Serialize)]
struct Replayed<'a> {
    version: u32,
    command: &'a str,
    #[serde(flatten)]
    head: &'a traced::Head,
    digest: String,
}

#[derive(Serialize)]
struct Shrunk<'a> {
    version: u32,
    command: &'a str,
    test: String,
    from: String,
    schedule: Option<&'a str>,
    failure: Option<&'a Failed>,
}

fn test(args: &Replay) -> Result<Test> {
    select::one(select::all(&args.build)?, args.test.as_deref())
}

pub(crate) fn replay(args: &Replay, format: Format) -> Result<Outcome> {
    let test = test(args)?;
    if format == Format::Json {
        let replayed = traced::replay(&test, &args.schedule)?;
        let digest = replayed.trace.digest().to_string();
        print::json(&Replayed { version: 1, command: "replay", head: &replayed.head, digest })?;
        return Ok(Outcome::found(replayed.head.failure.is_some()));
    }
    let mut run = Run::new(&test)?;
    let file = run.file("trace.jsonl");
    run.env("REENACT_REPLAY", args.schedule.to_string()).env("REENACT_TRACE", file);
    let ended = run.shown()?;
    let Some(text) = ended.text("trace.jsonl") else {
        return Err(Trouble::new(format!("{} replayed nothing; it ended with {}", test.path(), ended.status)));
    };
    let replayed = traced::parse(&text).map_err(|error| Trouble::new(format!("the trace of {}: {error}", test.path())))?;
    Ok(Outcome::found(replayed.head.failure.is_some()))
}

pub(crate) fn shrink(args: &Replay, format: Format) -> Result<Outcome> {
    let test = test(args)?;
    let mut run = Run::new(&test)?;
    let file = run.file("report.jsonl");
    run.env("REENACT_SHRINK", args.schedule.to_string()).env("REENACT_REPORT", file);
    // What is saved is not added to, whatever comes of it.
    run.env("REENACT_REGRESSIONS", "off");
    let ended = run.watched(|| {})?;
    let text = ended.text("report.jsonl").unwrap_or_default();
    let line = text.lines().last().and_then(|line| serde_json::from_str::<Line<'_>>(line).ok());
    let Some(line) = line else {
        return Err(Trouble::new(format!(
            "{} shrank nothing; it ended with {} after\n{}",
            test.path(),
            ended.status,
            ended.last_lines(20)
        )));
    };
    let failure = line.failure.as_ref();
    if let Some(failure) = failure.filter(|failure| failure.kind == "divergence") {
        return Err(Trouble::new(format!("the schedule is of no execution of {}: {}", test.path(), failure.message)));
    }
    let schedule = failure.map(|failure| failure.schedule.as_str());
    match (format, failure) {
        (Format::Json, _) => {
            let from = args.schedule.to_string();
            print::json(&Shrunk { version: 1, command: "shrink", test: test.path(), from, schedule, failure })?;
        }
        (Format::Text, Some(failure)) => print::out(&format!("{}\n\n{}", failure.schedule, failure.text)),
        (Format::Text, None) => print::out(&format!("{} passes under this schedule: there is nothing to shrink", test.path())),
    }
    Ok(Outcome::found(failure.is_some()))
}
