//! The main job: the four programs of "Composing Coroutines with Control Structures", explored over every schedule.
//!
//! For each: how many executions that takes, how many transcripts there are, the schedule under which the program prints what
//! the document shows, the guarantee that was checked under every schedule, and executions per second.

mod programs;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use programs::{PROGRAMS, Program};
use reenact::{Explorer, SchedulerKind};

fn main() -> ExitCode {
    let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let mut out = std::io::stdout().lock();
    match PROGRAMS.iter().try_fold(true, |all, program| std::io::Result::Ok(show(&mut out, program, colour)? && all)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        // Nobody reads any more: `| head`.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "cannot write: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Explores one program and says what was found. `false` if something is not as it should be.
fn show(out: &mut impl Write, program: &Program, colour: bool) -> std::io::Result<bool> {
    let (bold, dim, red, plain) = if colour { ("\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[0m") } else { ("", "", "", "") };
    let explored = program.every_schedule();
    let broken: Vec<_> = explored.transcripts.iter().filter(|(text, _)| !program.guarantee_holds(text)).collect();
    let found = explored.schedule_of(program.transcript);
    writeln!(out, "{bold}{}{plain}", program.name)?;
    writeln!(
        out,
        "  every schedule      {} executions, {} distinct transcripts",
        explored.report.executions,
        explored.transcripts.len()
    )?;
    writeln!(out, "  guarantee           {}", program.guarantee)?;
    match broken.first() {
        None => writeln!(out, "                      holds under every schedule")?,
        Some((text, (schedule, _))) => writeln!(out, "                      {red}broken{plain} under {schedule}:\n{text}")?,
    }
    match found {
        Some(schedule) => {
            writeln!(out, "  the document's run  {bold}{schedule}{plain}")?;
            for line in program.transcript.lines() {
                writeln!(out, "    {dim}|{plain} {line}")?;
            }
        }
        None => writeln!(out, "  the document's run  {red}not among them{plain}")?,
    }
    writeln!(out, "  speed               {} executions/s, random schedules, one core\n", thousands(speed(program)))?;
    Ok(found.is_some() && broken.is_empty() && explored.report.exhausted)
}

/// Executions per second of a short random exploration, as a test does it.
#[allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "speed is wall time")]
fn speed(program: &Program) -> u64 {
    let explorer = Explorer::new().scheduler(SchedulerKind::Random).executions(u64::MAX).time_limit(Duration::from_millis(400));
    let start = std::time::Instant::now();
    let report = program.explore(&explorer);
    (report.executions as f64 / start.elapsed().as_secs_f64()) as u64
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}
