//! [`Failure`]: why an execution failed, as a value.

use std::fmt;

use super::Explanation;
use crate::instant::Instant;
use crate::kernel::FailureKind;
use crate::schedule::{Schedule, TaskPath};
use crate::seed::Seed;
use crate::trace::Trace;

/// Why an execution failed: what, where, when, and how to get it again.
///
/// `Display` is the text that a failing test prints. Tests that look at failures compare fields, never the text.
#[derive(Clone)]
#[non_exhaustive]
pub struct Failure {
    /// What went wrong.
    pub kind: FailureKind,
    /// What it takes to get this execution again.
    pub schedule: Schedule,
    /// The seed of the exploration that found it, or of the simulation.
    pub seed: Seed,
    /// What happened, up to the failure.
    pub trace: Trace,
    /// The panic's message, the error, or what the kernel saw; may have several lines.
    pub message: String,
    /// The task in whose step it happened, if it was one.
    pub task: Option<TaskPath>,
    /// The name of that task.
    pub task_name: Option<String>,
    /// Where in the source, if known: file relative to the package, line and column.
    pub place: Option<String>,
    /// The virtual time at which it happened.
    pub at: Instant,
    /// Which execution of the exploration it was, counted from 0.
    pub execution: u64,
    /// What around the simulation is the likely cause, where there is evidence for it: that it runs inside a task of a tokio
    /// runtime. Says what to do about it.
    pub hint: Option<String>,
    /// What else is known, in lines: of a livelock who took the last steps, of a deadlock at which awaits the tasks wait.
    pub details: Vec<String>,
    /// Why it fails, if an exploration found it: which choices it takes, and how it goes on without the last of them.
    pub explanation: Option<Explanation>,
    pub(crate) hints: Hints,
}

/// What a failure needs to print lines that can be pasted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hints {
    /// The command that runs just this test, without variables in front.
    pub(crate) command: Option<String>,
    /// The variables and values that explore in the same way again.
    pub(crate) explore: Vec<(&'static str, String)>,
    /// A command that does, where variables are not enough.
    pub(crate) explore_by: Option<String>,
    /// How many executions had no failure before it.
    pub(crate) passed: Option<u64>,
    /// The failure was met in a replay: there is nothing to explore.
    pub(crate) replayed: bool,
    /// Each execution had a process of its own.
    pub(crate) isolated: bool,
    /// The file of saved failures that it was added to, and the one that it was replayed from.
    pub(crate) saved_in: Option<String>,
    pub(crate) replayed_from: Option<String>,
    /// How many deviations the schedule had that was found, and how many executions it took to shrink it.
    pub(crate) shrunk: Option<(usize, u64)>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {} of virtual time", self.kind, self.at)?;
        if let Some(task) = &self.task {
            write!(f, " in task {task}")?;
            match &self.task_name {
                Some(name) if *name != task.to_string() => write!(f, " `{name}`")?,
                _ => {}
            }
        }
        writeln!(f)?;
        for line in self.message.lines() {
            writeln!(f, "  {line}")?;
        }
        if let Some(place) = &self.place {
            writeln!(f, "  at {place}")?;
        }
        for line in &self.details {
            writeln!(f, "  {line}")?;
        }
        let choices = self.schedule.deviations().len();
        let deviates = match choices {
            0 => "fifo order".to_owned(),
            1 => "1 choice differs from fifo order".to_owned(),
            n => format!("{n} choices differ from fifo order"),
        };
        let deviates = match self.hints.shrunk {
            Some((from, executions)) => format!(
                "{deviates} (shrunk from {from} in {executions} executions{})",
                if self.hints.isolated { ", each in its own process" } else { "" }
            ),
            None => deviates,
        };
        match (self.hints.passed, &self.hints.replayed_from) {
            (Some(passed), _) => {
                writeln!(f, "  execution {} (seed {}, {passed} passed before it); {deviates}", self.execution, self.seed)?
            }
            (None, Some(file)) => writeln!(f, "  replayed from {file}; {deviates}")?,
            (None, None) => writeln!(f, "  schedule {}; {deviates}", self.schedule)?,
        }
        if let Some(explanation) = &self.explanation {
            fmt::Display::fmt(explanation, f)?;
        }
        self.write_notes(f)
    }
}

impl Failure {
    fn write_notes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(hint) = &self.hint {
            writeln!(f, "note: likely cause:    {hint}")?;
        }
        let command = match &self.hints.command {
            Some(command) => command.clone(),
            None => return write!(f, "note: to replay it: Sim::new().replay(&\"{}\".parse()?)", self.schedule),
        };
        write!(f, "note: replay exactly:  REENACT_REPLAY='{}' {command}", self.schedule)?;
        if self.hints.replayed {
            return Ok(());
        }
        // Executions that a fuzzer made up are made up again by the fuzzer only: then there is neither.
        if let Some(command) = &self.hints.explore_by {
            write!(f, "\nnote: explore again:   {command}")?;
        } else if !self.hints.explore.is_empty() {
            let variables: Vec<String> = self.hints.explore.iter().map(|(name, value)| format!("{name}={value}")).collect();
            write!(f, "\nnote: explore again:   {} {command}", variables.join(" "))?;
        }
        match &self.hints.saved_in {
            Some(file) => write!(f, "\nnote: saved in:        {file}, and replayed first from now on"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Failure {
    /// The text, so that `unwrap` on an outcome says what a test would.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Failure {}
