//! [`Pictures`]: a trace as something to look at.

mod html;
mod lanes;
mod perfetto;
mod steps;

use reenact_sim::Trace;

/// Pictures of a trace.
///
/// All of them are made of the trace alone: the same trace gives the same picture, byte for byte. Tasks are called as in a
/// [`TraceText`](crate::TraceText).
pub trait Pictures {
    /// Swimlanes for a terminal, at most 80 columns wide: a column for each task, a row for each step, by virtual time.
    ///
    /// Tasks have letters, which the first lines explain. `o` is a step, `?` in front of it that a choice picked it, as the
    /// default does, and `>` that the choice picked it although another task had been ready for longer. `:` is ready, `|` waits,
    /// `x` is the last step of a task. Beyond 8 tasks the eighth column is folded: it stands for all others, and the text names them.
    ///
    /// ```
    /// use reenact_sim::{Sim, task, time};
    /// use reenact_snapshots::Pictures;
    /// use std::time::Duration;
    ///
    /// let tick = |n: u64| task::Builder::new().name(format!("tick {n}")).spawn(time::sleep(Duration::from_secs(n)));
    /// let execution = Sim::new().run(|| async {
    ///     let ticks = [tick(1), tick(2)];
    ///     for tick in ticks {
    ///         tick.await.unwrap();
    ///     }
    /// });
    /// assert_eq!(execution.trace.lanes(), "\
    /// a main   b tick 1   c tick 2
    ///
    ///           a  b  c
    ///       0s  o        main: spawns tick 1, spawns tick 2
    ///           | ?o  :  tick 1: sleeps until 1s
    ///           |  |  o  tick 2: sleeps until 2s
    ///       1s  |  x  |  tick 1: ends, wakes main
    ///           o     |  main
    ///       2s  |     x  tick 2: ends, wakes main
    ///           x        main: ends
    /// ");
    /// ```
    fn lanes(&self) -> String;

    /// Chrome trace-event JSON, which <https://ui.perfetto.dev> and `chrome://tracing` open: a track for each task, with its steps, when it
    /// was ready and when it waited, arrows from a step to those it wakes or spawns, and marks where a choice did not pick the default.
    ///
    /// Time is virtual. A step takes none, and what takes no time cannot be seen; so each is drawn as a microsecond, or less where
    /// the next instant is near. Nothing is drawn later than the next instant.
    ///
    /// ```
    /// use reenact_sim::Sim;
    /// use reenact_snapshots::Pictures;
    ///
    /// let trace = Sim::new().run(|| async { reenact_sim::println!("hello") }).trace;
    /// let json: serde_json::Value = serde_json::from_str(&trace.to_perfetto())?;
    /// assert_eq!(json["traceEvents"][3]["name"], "step 1: prints \"hello\", ends");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    fn to_perfetto(&self) -> String;

    /// A page of HTML that shows the trace in a browser: lanes over virtual time or over the order of steps, with zoom, wakes as
    /// arrows, choice points, search, and what happened in a step under the pointer. It is one file and loads nothing from anywhere.
    ///
    /// ```
    /// use reenact_sim::Sim;
    /// use reenact_snapshots::Pictures;
    ///
    /// let page = Sim::new().run(|| async {}).trace.to_html();
    /// assert!(page.starts_with("<!DOCTYPE html>"));
    /// ```
    fn to_html(&self) -> String;

    /// The same for two traces, one above the other, with the step at which they part: a failing execution and a passing one,
    /// say. They scroll and zoom together.
    fn to_html_beside(&self, other: &Self) -> String;
}

impl Pictures for Trace {
    fn lanes(&self) -> String {
        lanes::draw(self)
    }

    fn to_perfetto(&self) -> String {
        perfetto::write(self)
    }

    fn to_html(&self) -> String {
        html::write(self, None)
    }

    fn to_html_beside(&self, other: &Self) -> String {
        html::write(self, Some(other))
    }
}
