//! [`TraceText`]: the canonical text of a trace.

use std::fmt;

use reenact_sim::{Execution, Failure, Trace};

use crate::label::Labels;
use crate::row::{Level, Row, tell};

/// What has a trace, and so a text to be compared.
///
/// ```
/// use reenact_sim::Sim;
/// use reenact_snapshots::{Level, TraceSnapshot};
///
/// let execution = Sim::new().run(|| async { reenact_sim::println!("hello") });
/// let text = execution.trace_text().level(Level::Output);
/// assert_eq!(text.to_string(), "0s       main         prints \"hello\"\n");
/// ```
pub trait TraceSnapshot {
    /// Its text: at [`Level::Tasks`], with source lines, in the order in which things happened.
    fn trace_text(&self) -> TraceText;
}

impl TraceSnapshot for Trace {
    fn trace_text(&self) -> TraceText {
        TraceText { trace: self.clone(), level: Level::default(), normal_order: false, sites: true }
    }
}

impl<T> TraceSnapshot for Execution<T> {
    fn trace_text(&self) -> TraceText {
        self.trace.trace_text()
    }
}

impl TraceSnapshot for Failure {
    fn trace_text(&self) -> TraceText {
        self.trace.trace_text()
    }
}

impl TraceSnapshot for TraceText {
    fn trace_text(&self) -> TraceText {
        self.clone()
    }
}

impl<S: TraceSnapshot + ?Sized> TraceSnapshot for &S {
    fn trace_text(&self) -> TraceText {
        (**self).trace_text()
    }
}

/// The text of a trace in which nothing changes unless behaviour does: `Display` writes a line an event, in columns of virtual
/// time, task, and what it did.
///
/// * Tasks have their names; those with the same name are `phase`, `phase#2`, `phase#3`, by their order in the tree of
///   spawns. A task without a name is called by the line that spawned it: `pool.rs:31`.
/// * There are no numbers of tasks, timers or choices, and columns are as wide as they are however long names get. So another
///   task adds its own lines and changes no others.
/// * Source lines are relative to the package.
#[derive(Clone, Debug)]
#[must_use = "a text does nothing until it is displayed or compared"]
pub struct TraceText {
    trace: Trace,
    level: Level,
    normal_order: bool,
    sites: bool,
}

impl TraceText {
    /// How much is told. [`Level::Tasks`] unless this is called.
    pub fn level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Puts steps of one instant that do not depend on each other into the order of the tree of spawns, so that the text does not
    /// change with a schedule that swaps them.
    ///
    /// Steps are compared if their tasks were all ready before the first of them. Two of these depend on each other if both
    /// print, if one writes a resource that the other one accesses, if one cancels the other one's task, and if a panic, a hostile
    /// act or another thread is involved; and so do two steps of one task. Those keep their order. What tasks share without telling
    /// ([`Shared`](reenact_sim::Shared) and [`access`](reenact_sim::access) tell) is not seen here; what follows from it is.
    ///
    /// Lines of a log make no steps depend on each other: each is told with its task, and who of two was first says nothing.
    ///
    /// Who of several was the first to wake a task is no behaviour: wakes are listed after such a group of steps. Nor
    /// is which step was out of turn.
    pub fn normal_order(mut self) -> Self {
        self.normal_order = true;
        self
    }

    /// Leaves source lines out, so that the text does not change when the file does. Tasks without a name are then `task`,
    /// `task#2` and so on, and another one of them does change the numbers of those behind it.
    pub fn without_lines(mut self) -> Self {
        self.sites = false;
        self
    }

    /// The rows of the text.
    pub fn rows(&self) -> Vec<Row> {
        let labels = Labels::of(&self.trace, self.sites);
        let told = tell(&self.trace, &labels, self.sites);
        let told = if self.normal_order { crate::order::normal(&self.trace, &labels, told) } else { told };
        told.into_iter().filter(|told| told.level <= self.level).map(|told| told.row(&labels)).collect()
    }

    /// Whether there are events to tell.
    pub(crate) fn is_recorded(&self) -> bool {
        !self.trace.events().is_empty()
    }
}

impl fmt::Display for TraceText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Row { at, task, what, .. } in self.rows() {
            // Left-aligned, because insta takes away what all lines of an inline snapshot have in front. Of fixed width, because a
            // column that fits what is there changes with it.
            let task = if task.is_empty() { "-" } else { &task };
            writeln!(f, "{at:<8} {task:<12} {what}")?;
        }
        Ok(())
    }
}
