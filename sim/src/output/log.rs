//! [`log`](fn@log): a line of a log becomes an event of the trace.

use super::echo;
use crate::outside;
use crate::time;
use crate::trace::{LogLine, TaskId, recorder};

/// Records a line of the program's log in the trace of the running execution.
///
/// Log crates are connected by it: `reenact::tracing` is a layer for `tracing` that calls it. What a program wants to say itself it
/// says with [`println!`](crate::println).
///
/// The line is an event of the trace ([`TraceEvent::Logged`](crate::TraceEvent::Logged)) and counts in the digest, at every trace level, but for its
/// target, which is a place in the source. It reaches the terminal, with virtual time and task, only when a single execution is
/// replayed (`REENACT_REPLAY`). Nothing that differs from run to run may be in it: no address, no thread, no wall clock.
///
/// # Panics
///
/// Outside an execution; [`try_now`](crate::time::try_now) says whether there is one.
///
/// ```
/// use reenact_sim::{LogLevel, LogLine, Sim};
///
/// let execution = Sim::new().run(|| async {
///     let mut line = LogLine::new(LogLevel::Info, "pool", "connected");
///     line.fields.push(("attempt".into(), "2".to_owned()));
///     reenact_sim::log(line);
/// });
/// let lines: Vec<_> = execution.trace.log().map(ToString::to_string).collect();
/// assert_eq!(lines, ["INFO pool: connected attempt=2"]);
/// ```
#[track_caller]
pub fn log(line: LogLine) {
    outside::check("reenact::log");
    if echo::is_on() {
        let (task, named) = recorder::with(|recorder| (recorder.current(), recorder.known(recorder.current())));
        let who = match named {
            Some((name, _)) => format!("{} `{name}`", TaskId::new(task)),
            // Between steps, as where main is done and everything is dropped.
            None => "-".to_owned(),
        };
        echo::say(format_args!("{:>8}  {who}  {line}", time::now()));
    }
    recorder::with(|recorder| recorder.logged(line));
}
