//! What the processes say to each other, as lines of text.

use std::fmt;
use std::str::FromStr;

use crate::kernel::FailureKind;
use crate::schedule::{Choice, ChoiceKind, Schedule};

/// What a process is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// Run an execution by its index.
    Run { index: u64 },
    /// Run what a schedule says where it can, and fifo order elsewhere.
    Try { index: u64, schedule: Schedule },
    /// Run a schedule with a full trace, and tell of its failure.
    Tell { index: u64, passed: u64, shrunk: Option<(usize, u64)>, schedule: Schedule },
    /// Replay a saved failure.
    Saved { entry: usize },
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) digest: u64,
    pub(super) stopped: bool,
    /// Kind, place and message of the failure, if it failed.
    pub(super) failure: Option<(FailureKind, String, String)>,
    /// There is something to warn about.
    pub(super) remarkable: bool,
    pub(super) schedule: Schedule,
    pub(super) choices: Vec<Choice>,
    /// The failure as a test prints it.
    pub(super) text: Option<String>,
    /// The same as tools read it, in a line; not where reports cannot be written.
    pub(super) failed: Option<String>,
    pub(super) warnings: Vec<String>,
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run { index } => write!(f, "run {index}"),
            Self::Try { index, schedule } => write!(f, "try {index} {schedule}"),
            Self::Tell { index, passed, shrunk, schedule } => {
                let (from, executions) = shrunk.unwrap_or_default();
                write!(f, "tell {index} {passed} {from} {executions} {schedule}")
            }
            Self::Saved { entry } => write!(f, "saved {entry}"),
        }
    }
}

impl FromStr for Request {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let words: Vec<&str> = text.split(' ').collect();
        let number = |n: usize| words.get(n).and_then(|word| word.parse::<u64>().ok()).ok_or(());
        let schedule = |n: usize| words.get(n).and_then(|word| word.parse().ok()).ok_or(());
        match words[0] {
            "run" => Ok(Self::Run { index: number(1)? }),
            "try" => Ok(Self::Try { index: number(1)?, schedule: schedule(2)? }),
            "tell" => {
                let shrunk = Some((number(3)? as usize, number(4)?)).filter(|shrunk| *shrunk != (0, 0));
                Ok(Self::Tell { index: number(1)?, passed: number(2)?, shrunk, schedule: schedule(5)? })
            }
            "saved" => Ok(Self::Saved { entry: number(1)? as usize }),
            _ => Err(()),
        }
    }
}

const KINDS: [ChoiceKind; 4] = [ChoiceKind::Task, ChoiceKind::Order, ChoiceKind::Data, ChoiceKind::Fault];

impl fmt::Display for Answer {
    /// One line for each part; texts in quotes, with line ends escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "digest {}", self.digest)?;
        writeln!(f, "stopped {}", u8::from(self.stopped))?;
        writeln!(f, "remarkable {}", u8::from(self.remarkable))?;
        writeln!(f, "schedule {}", self.schedule)?;
        let choice = |choice: &Choice| format!("{}:{}:{}", choice.kind.tag(), choice.picked, choice.alternatives);
        writeln!(f, "choices {}", self.choices.iter().map(choice).collect::<Vec<_>>().join(","))?;
        if let Some((kind, place, message)) = &self.failure {
            writeln!(f, "kind {}\nplace {}\nmessage {}", kind, escape(place), escape(message))?;
        }
        if let Some(text) = &self.text {
            writeln!(f, "text {}", escape(text))?;
        }
        if let Some(failed) = &self.failed {
            writeln!(f, "failed {}", escape(failed))?;
        }
        self.warnings.iter().try_for_each(|warning| writeln!(f, "warning {}", escape(warning)))?;
        // Without it the file was not written to its end.
        writeln!(f, "end 1")
    }
}

impl FromStr for Answer {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (mut answer, mut whole) = (Self::default(), false);
        let (mut kind, mut place) = (None, String::new());
        for line in text.lines() {
            let (key, value) = line.split_once(' ').ok_or(())?;
            match key {
                "digest" => answer.digest = value.parse().map_err(drop)?,
                "stopped" => answer.stopped = value == "1",
                "remarkable" => answer.remarkable = value == "1",
                "schedule" => answer.schedule = value.parse().map_err(drop)?,
                "choices" => {
                    let parts = value.split(',').filter(|part| !part.is_empty());
                    answer.choices = parts.map(choice).collect::<Option<_>>().ok_or(())?;
                }
                "kind" => kind = FailureKind::of_name(value),
                "place" => place = unescape(value),
                "message" => answer.failure = Some((kind.ok_or(())?, std::mem::take(&mut place), unescape(value))),
                "failed" => answer.failed = Some(unescape(value)),
                "text" => answer.text = Some(unescape(value)),
                "warning" => answer.warnings.push(unescape(value)),
                "end" => whole = true,
                _ => return Err(()),
            }
        }
        if whole { Ok(answer) } else { Err(()) }
    }
}

fn choice(text: &str) -> Option<Choice> {
    let mut parts = text.split(':').map(str::parse::<u32>);
    let mut next = || parts.next()?.ok();
    Some(Choice { kind: *KINDS.get(next()? as usize)?, picked: next()?, alternatives: next()? })
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r")
}

fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        plain.push(match (c, c == '\\') {
            (_, true) => match rest.next() {
                Some('n') => '\n',
                Some('r') => '\r',
                other => other.unwrap_or('\\'),
            },
            (c, false) => c,
        });
    }
    plain
}

impl Answer {
    /// Whether two executions show the same bug.
    pub(super) fn is_same_bug(&self, other: &Self) -> bool {
        match (&self.failure, &other.failure) {
            (Some((kind, place, message)), Some((other_kind, other_place, other_message))) => {
                // Of these the message says which tasks, and what they wait for.
                let told = matches!(kind, FailureKind::Deadlock | FailureKind::PendingAtExit);
                kind == other_kind && place == other_place && (!told || message == other_message)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_answers_arrive_as_they_were_sent() {
        let schedule: Schedule = "r1:3=1/4@0.2;seed=0x9".parse().unwrap();
        for request in [
            Request::Run { index: 7 },
            Request::Try { index: 7, schedule: schedule.clone() },
            Request::Tell { index: 7, passed: 6, shrunk: Some((9, 30)), schedule: schedule.clone() },
            Request::Tell { index: 7, passed: 6, shrunk: None, schedule: schedule.clone() },
            Request::Saved { entry: 2 },
        ] {
            assert_eq!(request.to_string().parse(), Ok(request));
        }
        let answer = Answer {
            digest: u64::MAX,
            stopped: false,
            failure: Some((FailureKind::PendingAtExit, "src/a.rs:1:2".to_owned(), "two\nlines \\n \r".to_owned())),
            remarkable: true,
            schedule,
            choices: vec![Choice { kind: ChoiceKind::Fault, picked: 1, alternatives: 2 }],
            text: Some("a\nb".to_owned()),
            failed: Some("{\"text\":\"a\\nb\"}".to_owned()),
            warnings: vec!["w".to_owned(), String::new()],
        };
        let text = answer.to_string();
        assert_eq!(text.parse(), Ok(answer));
        let cut = text.strip_suffix("end 1\n").unwrap();
        assert_eq!(cut.parse::<Answer>(), Err(()), "half a file is no answer");
        assert_eq!(Answer::default().to_string().parse(), Ok(Answer::default()));
    }
}
