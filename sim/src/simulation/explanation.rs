//! [`Explanation`]: why an execution fails, as facts about its order, and next to one that passes.

use std::fmt;

use crate::instant::Instant;
use crate::trace::{Step, StepOf, Trace, What};

/// Why an execution fails: where it differs from fifo order, and how it goes on otherwise.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Explanation {
    /// What did not go by the default, in order.
    pub facts: Vec<Fact>,
    /// The failing execution next to the one without the last fact that it takes to fail, if that passes.
    pub lanes: Option<Lanes>,
    /// The trace of that other execution.
    pub passing: Option<Trace>,
}

/// One choice that was not the default, in the names of the tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fact {
    /// Which choice of the execution, counted from 0.
    pub choice: u64,
    /// When it happened, in virtual time.
    pub at: Instant,
    /// What happened: "`a` step 2 ran before `b` step 3".
    pub text: String,
    /// Without it the same failure does not come. `None` if that was not tried.
    pub necessary: Option<bool>,
    what: What,
    /// What stands in front of the step of the text, and behind it.
    words: (String, String),
}

/// Two executions side by side, from a little before they part.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lanes {
    /// Steps at the beginning that are the same in both and are not shown.
    pub alike: usize,
    /// The rows, in order.
    pub rows: Vec<Row>,
}

/// A step of each execution.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Row {
    /// Both did this.
    Both(String),
    /// Here they part.
    Parting(String, String),
    /// After that; empty where one of them has ended.
    Apart(String, String),
    /// So many steps of each are not shown.
    LeftOut(usize, usize),
}

/// Rows before the executions part, and after that, and at the end.
const BEFORE: usize = 3;
const AFTER: usize = 8;
const END: usize = 2;

impl Fact {
    /// Whether the other fact says the same of the task's next step.
    fn goes_on(&self, other: &Self) -> bool {
        match (self.what, other.what) {
            (What::Step { picked, instead_of }, What::Step { picked: next, instead_of: then }) => {
                let next_step = picked.task == next.task && picked.step + 1 == next.step;
                next_step && instead_of == then && (self.at, self.necessary) == (other.at, other.necessary)
            }
            _ => false,
        }
    }

    /// The facts of an execution. `None` if its trace is not whole.
    pub(crate) fn all(trace: &Trace) -> Option<Vec<Self>> {
        let facts = trace.turns()?.into_iter().map(|turn| {
            let (text, words) = match turn.what {
                _ if turn.fault.is_some() => (trace.fault(turn.fault).unwrap_or_default(), Default::default()),
                What::Step { picked, instead_of } => {
                    let before = |other: StepOf| format!(" before {} step {}", trace.called(other.task), other.step);
                    let words = (trace.called(picked.task), format!(" ran{}", instead_of.map_or_else(String::new, before)));
                    (format!("{} step {}{}", words.0, picked.step, words.1), words)
                }
                What::Draw { by, nth } => {
                    let who = by.map_or_else(|| "the execution".to_owned(), |task| trace.called(task));
                    let (picked, alternatives, kind) = (turn.choice.picked, turn.choice.alternatives, turn.choice.kind);
                    (format!("{who} drew {picked} of 0 to {} as its {kind} choice {nth}", alternatives - 1), Default::default())
                }
            };
            Self { choice: turn.index, at: turn.at, text, necessary: None, what: turn.what, words }
        });
        Some(facts.collect())
    }
}

impl Lanes {
    pub(crate) fn of(failing: &Trace, passing: &Trace) -> Option<Self> {
        let (left, right) = (failing.steps(), passing.steps());
        let mut pairs = left.iter().zip(&right);
        let parting = pairs.position(|(left, right)| !failing.is_same_step(left, passing, right))?;
        let text = |trace: &Trace, steps: &[Step], at: usize| {
            steps.get(at).map_or_else(String::new, |step| {
                let told = trace.told(step);
                let colon = if told.is_empty() { "" } else { ": " };
                format!("{}  {} step {}{colon}{told}", step.at, trace.called(step.task), step.number)
            })
        };
        let both = |at: usize| (text(failing, &left, at), text(passing, &right, at));
        let alike = parting.saturating_sub(BEFORE);
        let mut rows: Vec<Row> = (alike..parting).map(|at| Row::Both(both(at).0)).collect();
        let (one, other) = both(parting);
        rows.push(Row::Parting(one, other));
        let apart = |(one, other)| Row::Apart(one, other);
        let until = parting + 1 + AFTER;
        let length = left.len().max(right.len());
        if length <= until + END {
            rows.extend((parting + 1..length).map(|at| apart(both(at))));
            return Some(Self { alike, rows });
        }
        rows.extend((parting + 1..until).map(|at| apart(both(at))));
        // Then how each of them ended.
        let ends = |steps: &[Step]| steps.len().saturating_sub(END).max(until.min(steps.len()));
        let (ends, theirs) = (ends(&left), ends(&right));
        rows.push(Row::LeftOut(ends.saturating_sub(until), theirs.saturating_sub(until)));
        rows.extend((0..END).map(|n| Row::Apart(text(failing, &left, ends + n), text(passing, &right, theirs + n))));
        Some(Self { alike, rows })
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let necessary = self.facts.iter().filter(|fact| fact.necessary == Some(true)).count();
        if !self.facts.is_empty() {
            let all =
                if necessary == self.facts.len() { "each of these is necessary" } else { "where it differs from fifo order" };
            writeln!(f, "  {}:", if self.facts.len() == 1 && necessary == 1 { "it fails because" } else { all })?;
            for facts in self.facts.chunk_by(Fact::goes_on) {
                let (first, last) = (&facts[0], &facts[facts.len() - 1]);
                let text = match last.what {
                    What::Step { picked, .. } if facts.len() > 1 => {
                        let (task, rest) = &first.words;
                        format!("{task} steps {} to {}{rest}", picked.step + 1 - facts.len() as u32, picked.step)
                    }
                    _ => first.text.clone(),
                };
                let unneeded = necessary < self.facts.len() && first.necessary == Some(false);
                writeln!(f, "    {:>8}  {text}{}", first.at.to_string(), if unneeded { " (fails without it, too)" } else { "" })?;
            }
        }
        self.lanes.as_ref().map_or(Ok(()), |lanes| fmt::Display::fmt(lanes, f))
    }
}

/// Columns of the left lane at most.
const WIDTH: usize = 56;

impl fmt::Display for Lanes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let left = self.rows.iter().map(|row| match row {
            Row::Parting(left, _) | Row::Apart(left, _) => left.chars().count(),
            _ => 0,
        });
        let width = left.max().unwrap_or(0).clamp(8, WIDTH);
        let cut = |text: &str| match text.chars().count() {
            long if long > width => text.chars().take(width - 2).chain("..".chars()).collect(),
            _ => text.to_owned(),
        };
        writeln!(f, "    {:<width$} | without the last of these it passes", "failing")?;
        if self.alike > 0 {
            writeln!(f, "    .. {} step{} alike ..", self.alike, if self.alike == 1 { "" } else { "s" })?;
        }
        for row in &self.rows {
            match row {
                Row::Both(text) => writeln!(f, "    {text}")?,
                Row::Parting(left, right) => writeln!(f, "  > {:<width$} | {right}", cut(left))?,
                Row::Apart(left, right) => writeln!(f, "    {:<width$} | {right}", cut(left))?,
                Row::LeftOut(left, right) => {
                    let steps = |n: &usize| if *n == 0 { String::new() } else { format!(".. {n} more ..") };
                    writeln!(f, "    {:<width$} | {}", steps(left), steps(right))?;
                }
            }
        }
        Ok(())
    }
}
