//! A trace as lines of JSON, for tools: written by a process that replays, read by one that shows.
//!
//! The first line is `{"type":"trace","version":1,"digest":".."}`; then a line for each task in the order in which they were spawned, then one
//! for each event. docs/CLI.md has the fields. What a line has beyond them is ignored, so that fields can be added.

use std::sync::Arc;

use miniserde::json::{self, Number, Object, Value};

use super::json_log;
use super::{AccessKind, Digest, Ending, HostileAct, Site, TaskId, TaskInfo, Trace, TraceEvent, WokenBy};
use crate::error::Error;
use crate::instant::Instant;
use crate::schedule::{Choice, ChoiceKind};

/// Of the lines; another one is refused.
const VERSION: u64 = 1;

impl Trace {
    /// The trace as lines of JSON, which [`from_json_lines`](Self::from_json_lines) reads (feature `report`).
    ///
    /// ```
    /// use reenact_sim::{Sim, Trace};
    ///
    /// let trace = Sim::new().run(|| async { reenact_sim::println!("hello") }).trace;
    /// let read = Trace::from_json_lines(&trace.to_json_lines())?;
    /// assert_eq!((read.digest(), read.to_string()), (trace.digest(), trace.to_string()));
    /// # Ok::<(), reenact_sim::Error>(())
    /// ```
    pub fn to_json_lines(&self) -> String {
        let mut text = String::new();
        let mut add = |line: Line| {
            text.push_str(&json::to_string(&line.0));
            text.push('\n');
        };
        add(Line::new("trace").number("version", VERSION).text("digest", &self.digest().to_string()));
        for task in self.tasks() {
            let line = Line::new("task").text("path", &task.path.to_string()).text("name", &task.name);
            add(match task.spawned_at {
                // As it prints, so that a file does not tell of the machine on which it was made.
                Some(site) => line
                    .text("file", &Site::relative(site.file()))
                    .number("line", site.line().into())
                    .number("column", site.column().into()),
                None => line,
            });
        }
        self.events().iter().for_each(|event| add(written(event)));
        text
    }

    /// The trace that lines of JSON tell of. Lines in front of it that are of another type are left out.
    ///
    /// # Errors
    ///
    /// If the text is not what [`to_json_lines`](Self::to_json_lines) writes ([`Error::is_trace`]): the message names the line.
    pub fn from_json_lines(text: &str) -> Result<Self, Error> {
        let (mut digest, mut tasks, mut events) = (None, Vec::new(), Vec::new());
        for (n, line) in (1..).zip(text.lines()) {
            let at = |what: String| Error::trace(format!("line {n}: {what}"));
            let line = Fields(json::from_str(line).map_err(|_| at(format!("`{line:.80}` is no JSON object")))?);
            match (line.text("type").map_err(at)?, digest) {
                ("trace", None) => digest = Some(line.digest().map_err(at)?),
                (_, None) => {}
                ("task", _) => tasks.push(line.task().map_err(at)?),
                (kind, _) => events.push(line.event(kind, tasks.len()).map_err(at)?),
            }
        }
        let digest = digest.ok_or_else(|| Error::trace("the text is no trace: it has no line of type `trace`"))?;
        Ok(Self::new(events, tasks, digest))
    }
}

/// A line that is being written.
struct Line(Object);

impl Line {
    fn new(kind: &str) -> Self {
        Self(Object::new()).text("type", kind)
    }

    fn text(mut self, name: &str, text: &str) -> Self {
        self.0.insert(name.to_owned(), Value::String(text.to_owned()));
        self
    }

    fn number(mut self, name: &str, number: u64) -> Self {
        self.0.insert(name.to_owned(), Value::Number(Number::U64(number)));
        self
    }

    fn task(self, task: TaskId) -> Self {
        self.number("task", task.number().into())
    }
}

fn written(event: &TraceEvent) -> Line {
    use TraceEvent as E;
    match event {
        E::Spawned { task, parent: Some(parent) } => Line::new("spawned").task(*task).number("parent", parent.number().into()),
        E::Spawned { task, parent: None } => Line::new("spawned").task(*task),
        E::Choice { index, choice, task } => {
            let line = Line::new("choice").number("index", *index).text("kind", &choice.kind.to_string());
            let line = line.number("picked", choice.picked.into()).number("alternatives", choice.alternatives.into());
            task.map_or_else(Vec::new, |task| vec![task]).into_iter().fold(line, Line::task)
        }
        E::Stepped { task } => Line::new("stepped").task(*task),
        E::Woken { task, by } => match by {
            WokenBy::Task(by) => Line::new("woken").task(*task).number("by_task", by.number().into()),
            WokenBy::Timer => Line::new("woken").task(*task),
            WokenBy::Thread(name) => Line::new("woken").task(*task).text("by_thread", name),
        },
        E::TimerArmed { timer, deadline } => {
            Line::new("timer_armed").number("timer", *timer).number("deadline_ns", deadline.as_nanos())
        }
        E::TimerFired { timer } => Line::new("timer_fired").number("timer", *timer),
        E::TimerDropped { timer } => Line::new("timer_dropped").number("timer", *timer),
        E::ClockMoved { to } => Line::new("clock_moved").number("to_ns", to.as_nanos()),
        E::Output { text } => Line::new("output").text("text", text),
        E::Logged { line } => {
            let mut written = Line::new("logged");
            json_log::write(&mut written.0, line);
            written
        }
        E::Accessed { resource, kind } => Line::new("accessed").text("resource", resource).text("kind", &kind.to_string()),
        E::CancelRequested { task } => Line::new("cancel_requested").task(*task),
        E::CancelDelivered { task, scopes } => Line::new("cancel_delivered").task(*task).number("scopes", (*scopes).into()),
        E::ScopeCancelled { task, scopes } => Line::new("scope_cancelled").task(*task).number("scopes", (*scopes).into()),
        E::Panicked { task, message } => Line::new("panicked").task(*task).text("message", message),
        E::Finished { task, ending } => Line::new("finished").task(*task).text("ending", &ending.to_string()),
        E::Hostile { task, act } => Line::new("hostile").task(*task).text("act", act_name(*act)),
        E::LeftOut { events, until } => Line::new("left_out").number("events", *events).number("until_ns", until.as_nanos()),
        E::PendingAtExit { task } => Line::new("pending_at_exit").task(*task),
    }
}

const ACTS: [HostileAct; 4] =
    [HostileAct::SpuriousPoll, HostileAct::FreshWakers, HostileAct::LateWake, HostileAct::LateWakeArrives];

fn act_name(act: HostileAct) -> &'static str {
    match act {
        HostileAct::SpuriousPoll => "spurious_poll",
        HostileAct::FreshWakers => "fresh_wakers",
        HostileAct::LateWake => "late_wake",
        HostileAct::LateWakeArrives => "late_wake_arrives",
    }
}

/// A line that is being read.
struct Fields(Object);

impl Fields {
    fn text(&self, name: &str) -> Result<&str, String> {
        match self.0.get(name) {
            Some(Value::String(text)) => Ok(text),
            _ => Err(format!("`{name}` is missing, or no text")),
        }
    }

    fn number(&self, name: &str) -> Result<u64, String> {
        match self.0.get(name) {
            Some(Value::Number(Number::U64(number))) => Ok(*number),
            // Small numbers may come as either.
            Some(Value::Number(Number::I64(number))) if *number >= 0 => Ok(number.unsigned_abs()),
            _ => Err(format!("`{name}` is missing, or no number from 0")),
        }
    }

    fn small(&self, name: &str) -> Result<u32, String> {
        self.number(name)?.try_into().map_err(|_| format!("`{name}` is too large: at most {} is", u32::MAX))
    }

    fn shared(&self, name: &str) -> Result<Arc<str>, String> {
        self.text(name).map(Arc::from)
    }

    fn instant(&self, name: &str) -> Result<Instant, String> {
        self.number(name).map(Instant::from_nanos)
    }

    /// One of several values by the text it has.
    fn one_of<T: Copy>(&self, name: &str, all: &[T], text_of: impl Fn(T) -> String) -> Result<T, String> {
        let text = self.text(name)?;
        let found = all.iter().copied().find(|value| text_of(*value) == text);
        found.ok_or_else(|| {
            let known: Vec<String> = all.iter().map(|value| text_of(*value)).collect();
            format!("`{name}` is `{text}`, and can be {}", known.join(", "))
        })
    }

    fn digest(&self) -> Result<Digest, String> {
        let version = self.number("version")?;
        if version != VERSION {
            return Err(format!("version {version} of traces is not known: {VERSION} is"));
        }
        let text = self.text("digest")?;
        u64::from_str_radix(text, 16).map(Digest::new).map_err(|_| format!("`{text}` is no digest: 16 hexadecimal digits are"))
    }

    fn task(&self) -> Result<TaskInfo, String> {
        let path = self.text("path")?.parse().map_err(|error: Error| error.to_string())?;
        let site = match self.0.contains_key("file") {
            true => Some(Site::read(self.text("file")?, self.small("line")?, self.small("column")?)),
            false => None,
        };
        Ok(TaskInfo::new(path, self.shared("name")?, site))
    }

    /// A task by its number, of as many as there are.
    fn task_id(&self, name: &str, tasks: usize) -> Result<TaskId, String> {
        let number = self.small(name)?;
        match number as usize {
            known if known < tasks => Ok(TaskId::new(number)),
            _ => Err(format!("`{name}` is {number}, and there are {tasks} tasks, counted from 0")),
        }
    }

    fn event(&self, kind: &str, tasks: usize) -> Result<TraceEvent, String> {
        use TraceEvent as E;
        let task = || self.task_id("task", tasks);
        let maybe = |name: &str| self.0.contains_key(name).then(|| self.task_id(name, tasks)).transpose();
        Ok(match kind {
            "spawned" => E::Spawned { task: task()?, parent: maybe("parent")? },
            "choice" => {
                let kinds = [ChoiceKind::Task, ChoiceKind::Order, ChoiceKind::Data, ChoiceKind::Fault];
                let kind = self.one_of("kind", &kinds, |kind| kind.to_string())?;
                let choice = Choice { kind, picked: self.small("picked")?, alternatives: self.small("alternatives")? };
                E::Choice { index: self.number("index")?, choice, task: maybe("task")? }
            }
            "stepped" => E::Stepped { task: task()? },
            "woken" => {
                let by = match maybe("by_task")? {
                    Some(by) => WokenBy::Task(by),
                    None if self.0.contains_key("by_thread") => WokenBy::Thread(self.shared("by_thread")?),
                    None => WokenBy::Timer,
                };
                E::Woken { task: task()?, by }
            }
            "timer_armed" => E::TimerArmed { timer: self.number("timer")?, deadline: self.instant("deadline_ns")? },
            "timer_fired" => E::TimerFired { timer: self.number("timer")? },
            "timer_dropped" => E::TimerDropped { timer: self.number("timer")? },
            "clock_moved" => E::ClockMoved { to: self.instant("to_ns")? },
            "output" => E::Output { text: self.shared("text")? },
            "logged" => E::Logged { line: Arc::new(json_log::read(&self.0)?) },
            "accessed" => {
                let kind = self.one_of("kind", &[AccessKind::Read, AccessKind::Write], |kind| kind.to_string())?;
                E::Accessed { resource: self.shared("resource")?, kind }
            }
            "cancel_requested" => E::CancelRequested { task: task()? },
            "cancel_delivered" => E::CancelDelivered { task: task()?, scopes: self.small("scopes")? },
            "scope_cancelled" => E::ScopeCancelled { task: task()?, scopes: self.small("scopes")? },
            "panicked" => E::Panicked { task: task()?, message: self.shared("message")? },
            "finished" => {
                let endings = [Ending::Returned, Ending::Cancelled, Ending::Panicked];
                E::Finished { task: task()?, ending: self.one_of("ending", &endings, |ending| ending.to_string())? }
            }
            "hostile" => {
                let act = self.one_of("act", &ACTS, |act| act_name(act).to_owned())?;
                E::Hostile { task: task()?, act }
            }
            "left_out" => E::LeftOut { events: self.number("events")?, until: self.instant("until_ns")? },
            "pending_at_exit" => E::PendingAtExit { task: task()? },
            _ => return Err(format!("`{kind}` is no type of line that version {VERSION} of traces has")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{LogLevel, LogLine, LogSpan};
    use super::*;
    use crate::hash::{finish, mix};

    /// One of each kind, so that a kind that is added and not read shows.
    fn each_kind() -> Vec<TraceEvent> {
        use TraceEvent as E;
        let (a, b, at) = (TaskId::new(0), TaskId::new(1), Instant::from_nanos(u64::MAX));
        let mut events = vec![
            E::Spawned { task: a, parent: None },
            E::Spawned { task: b, parent: Some(a) },
            E::Stepped { task: a },
            E::Woken { task: a, by: WokenBy::Task(b) },
            E::Woken { task: a, by: WokenBy::Timer },
            E::Woken { task: a, by: WokenBy::Thread("tokio \"1\"".into()) },
            E::TimerArmed { timer: 3, deadline: at },
            E::TimerFired { timer: 3 },
            E::TimerDropped { timer: 4 },
            E::ClockMoved { to: at },
            E::Output { text: "two\nlines, \u{1f980}\u{0}".into() },
            E::Logged { line: Arc::new(logged()) },
            E::CancelRequested { task: b },
            E::CancelDelivered { task: b, scopes: 2 },
            E::ScopeCancelled { task: b, scopes: 0 },
            E::Panicked { task: b, message: "boom".into() },
            E::LeftOut { events: 7, until: at },
            E::PendingAtExit { task: b },
        ];
        let kinds = [ChoiceKind::Task, ChoiceKind::Order, ChoiceKind::Data, ChoiceKind::Fault];
        events.extend(kinds.map(|kind| {
            let choice = Choice { kind, picked: 1, alternatives: 3 };
            E::Choice { index: 9, choice, task: (kind == ChoiceKind::Task).then_some(b) }
        }));
        events.extend([AccessKind::Read, AccessKind::Write].map(|kind| E::Accessed { resource: "count".into(), kind }));
        let endings = [Ending::Returned, Ending::Cancelled, Ending::Panicked];
        events.extend(endings.map(|ending| E::Finished { task: b, ending }));
        events.extend(ACTS.map(|act| E::Hostile { task: b, act }));
        events
    }

    fn logged() -> LogLine {
        let mut line = LogLine::new(LogLevel::Debug, "pool::worker", "full");
        line.fields.push(("size".into(), "\"3\"".into()));
        let mut span = LogSpan::new("request");
        span.fields.push(("id".into(), "7".into()));
        line.spans = vec![Arc::new(span), Arc::new(LogSpan::new("retry"))];
        line
    }

    fn trace() -> Trace {
        let task = |path: &str, name: &str, site| TaskInfo::new(path.parse().unwrap(), name.into(), site);
        let tasks = vec![task("0", "main", None), task("0.0", "wor`ker", Some(Site::here()))];
        Trace::new(each_kind(), tasks, Digest::new(finish(mix(1, 2))))
    }

    #[test]
    fn what_is_written_is_read() {
        let trace = trace();
        let read = Trace::from_json_lines(&trace.to_json_lines()).unwrap();
        assert_eq!(read.events(), trace.events());
        assert_eq!((read.digest(), read.to_string()), (trace.digest(), trace.to_string()));
        assert_eq!(read.to_json_lines(), trace.to_json_lines());
    }

    #[test]
    fn what_is_no_trace_is_refused_by_its_line() {
        let whole = trace().to_json_lines();
        for (text, error) in [
            (String::new(), "no line of type `trace`"),
            ("{\"type\":\"execution\"}".into(), "no line of type `trace`"),
            ("nonsense".into(), "line 1: `nonsense` is no JSON object"),
            (whole.replacen("\"version\":1", "\"version\":2", 1), "line 1: version 2 of traces is not known: 1 is"),
            (whole.replacen("stepped", "leapt", 1), "`leapt` is no type of line"),
            (whole.replacen("\"ending\":\"returned\"", "\"ending\":\"lost\"", 1), "can be returned, cancelled, panicked"),
            (whole.replacen("DEBUG", "LOUD", 1), "`level` is `LOUD`, and can be ERROR"),
            (whole.replacen("[\"id\",\"7\"]", "7", 1), "`fields` holds something that is no pair of texts"),
            (whole.replacen("\"parent\":0", "\"parent\":2", 1), "`parent` is 2, and there are 2 tasks"),
            (whole.replacen("\"timer\":3", "\"timer\":-3", 1), "`timer` is missing, or no number from 0"),
        ] {
            let refused = Trace::from_json_lines(&text).unwrap_err();
            assert!(refused.is_trace() && refused.to_string().contains(error), "{refused}");
        }
    }
}
