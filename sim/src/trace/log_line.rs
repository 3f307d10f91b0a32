//! [`LogLine`]: what a program said to its log.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::tag;
use crate::hash::{mix, mix_bytes};

/// A line of a program's log, as [`log`](fn@crate::log) takes it. `Display` writes it like
/// `INFO request{id=7}: pool: connected attempt=2`: level, spans from the outermost one in, target, message, fields.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogLine {
    /// How important it is.
    pub level: LogLevel,
    /// The part of the program that says it, by default its module. No part of the digest.
    pub target: Cow<'static, str>,
    /// The message; may be empty.
    pub message: String,
    /// Further values, with their names.
    pub fields: Vec<(Cow<'static, str>, String)>,
    /// The spans in which it was said, the outermost first.
    pub spans: Vec<Arc<LogSpan>>,
}

/// A span of a program's log: something that takes time, and in which lines are said.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogSpan {
    /// What it is called.
    pub name: Cow<'static, str>,
    /// Its values, with their names.
    pub fields: Vec<(Cow<'static, str>, String)>,
}

/// How important a line is, the most important first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogLevel {
    /// Something went wrong.
    Error,
    /// Something may go wrong.
    Warn,
    /// What is useful to know.
    Info,
    /// What helps to find bugs.
    Debug,
    /// Everything else.
    Trace,
}

impl LogLine {
    /// A line without values, outside of spans.
    pub fn new(level: LogLevel, target: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Self { level, target: target.into(), message: message.into(), fields: Vec::new(), spans: Vec::new() }
    }

    /// Adds the line to a running hash. Not its target: by default that is the module in which the line is written.
    pub(super) fn digest(&self, state: u64) -> u64 {
        let fields = |state: u64, fields: &[(Cow<'static, str>, String)]| {
            let text = |state, text: &str| mix_bytes(state, text.as_bytes());
            fields.iter().fold(mix(state, fields.len() as u64), |state, (name, value)| text(text(state, name), value))
        };
        let state = mix(mix(state, tag::LOGGED ^ self.level as u64), self.spans.len() as u64);
        let span = |state, span: &Arc<LogSpan>| fields(mix_bytes(state, span.name.as_bytes()), &span.fields);
        let state = self.spans.iter().fold(state, span);
        fields(mix_bytes(state, self.message.as_bytes()), &self.fields)
    }

    /// The line without its target, which changes when a module is renamed.
    pub fn without_target(&self) -> impl fmt::Display {
        Shown { line: self, target: "" }
    }
}

impl LogSpan {
    /// A span without values.
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), fields: Vec::new() }
    }
}

struct Shown<'a> {
    line: &'a LogLine,
    target: &'a str,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let LogLine { level, message, fields, spans, .. } = self.line;
        write!(f, "{level}")?;
        for (n, span) in spans.iter().enumerate() {
            write!(f, "{}{span}", if n == 0 { " " } else { ":" })?;
        }
        if !spans.is_empty() {
            f.write_str(":")?;
        }
        if !self.target.is_empty() {
            write!(f, " {}:", self.target)?;
        }
        if !message.is_empty() {
            write!(f, " {}", OneLine(message))?;
        }
        fields.iter().try_for_each(|(name, value)| write!(f, " {name}={}", OneLine(value)))
    }
}

/// A text in one line, which changes no terminal.
struct OneLine<'a>(&'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| if c.is_control() { write!(f, "{}", c.escape_debug()) } else { write!(f, "{c}") })
    }
}

impl fmt::Display for LogLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Shown { line: self, target: &self.target }.fmt(f)
    }
}

impl fmt::Display for LogSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        for (n, (name, value)) in self.fields.iter().enumerate() {
            write!(f, "{}{name}={}", if n == 0 { "{" } else { " " }, OneLine(value))?;
        }
        f.write_str(if self.fields.is_empty() { "" } else { "}" })
    }
}

impl fmt::Display for LogLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Error => "ERROR",
            Self::Warn => "WARN",
            Self::Info => "INFO",
            Self::Debug => "DEBUG",
            Self::Trace => "TRACE",
        })
    }
}
