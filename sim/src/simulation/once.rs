//! Running the kernel once, and turning what it leaves into values.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::pin;
use std::time::Duration;

use super::Hints;
use super::details::details;
use super::{Execution, Failure, PendingTask, Stats, Warning};
use crate::config::PendingAtExit;
use crate::coverage;
use crate::instant::Instant;
use crate::kernel::{self, FailureKind, Fault, Kernel, Main, MainFuture, Order, Pending};
use crate::scheduler::Chooser;
use crate::seed::Seed;
use crate::surroundings;
use crate::trace::{Digest, recorder};

/// What an exploration needs of an execution that did not fail.
#[derive(Debug)]
pub(crate) struct Brief {
    pub(crate) digest: Digest,
    /// Tasks were unfinished, panics unseen, spawns refused: something to warn about.
    pub(crate) remarkable: bool,
}

/// A program that can be run again and again: a body, and what becomes of its output.
///
/// Explorations take it as a trait object, so that they are compiled once and not for every body.
pub(crate) trait Program {
    /// Makes a main of it, for one execution.
    fn execute(&self, run: &mut dyn FnMut(&mut dyn Main));
    /// Runs it once, on this kernel.
    fn brief(&self, kernel: &Kernel, order: &Order<'_>, scheduler: &mut Option<Chooser>) -> Result<(), Box<Fault>>;
}

/// The only program there is.
pub(crate) struct Closure<B, F, G> {
    body: B,
    finish: G,
    future: PhantomData<fn() -> F>,
}

impl<B, F, G> Closure<B, F, G>
where
    B: Fn() -> F,
    F: Future,
    G: Fn(F::Output),
{
    pub(crate) fn new(body: B, finish: G) -> Self {
        Self { body, finish, future: PhantomData }
    }
}

impl<B, F, G> Program for Closure<B, F, G>
where
    B: Fn() -> F,
    F: Future,
    G: Fn(F::Output),
{
    fn execute(&self, run: &mut dyn FnMut(&mut dyn Main)) {
        with_main(&self.body, &self.finish, |main| run(main));
    }

    fn brief(&self, kernel: &Kernel, order: &Order<'_>, scheduler: &mut Option<Chooser>) -> Result<(), Box<Fault>> {
        with_main(&self.body, &self.finish, |main| kernel.execute(order, scheduler, main))
    }
}

/// The body is called within main's first step, so what it does before its first await is traced like the rest.
pub(crate) fn with_main<F: Future, R>(
    body: impl FnOnce() -> F,
    finish: impl FnMut(F::Output),
    run: impl FnOnce(&mut dyn Main) -> R,
) -> R {
    let future = pin!(Some(async { body().await }));
    run(&mut MainFuture { future, output: None, finish })
}

/// Runs the program once and keeps the digest. What it left is in the kernel until the next one.
pub(crate) fn brief(order: &Order<'_>, scheduler: &mut Option<Chooser>, program: &dyn Program) -> Result<Brief, Box<Fault>> {
    coverage::begin();
    kernel::with(|kernel| {
        program.brief(kernel, order, scheduler)?;
        let warn = kernel.has_pending() && order.settings.pending_at_exit == PendingAtExit::Warn;
        let digest = recorder::with(|recorder| recorder.digest());
        Ok(Brief { digest, remarkable: warn || kernel.has_unseen() })
    })
}

/// Runs main with a full trace. The last part says whether it stopped at a limit that is no failure.
#[track_caller]
pub(crate) fn full(order: &Order<'_>, scheduler: &mut Option<Chooser>, seed: Seed, main: &mut dyn Main) -> (Execution<()>, bool) {
    coverage::begin();
    kernel::with(|kernel| {
        let outcome = kernel.execute(order, scheduler, main);
        let stats = stats(kernel);
        let pending = pending_tasks(kernel.take_pending());
        let mut stopped = false;
        recorder::with(|recorder| {
            let schedule = kernel.schedule();
            let choices = kernel.choices();
            let trace = recorder.trace();
            let warnings = warnings(kernel, order, &pending, &trace, outcome.is_ok());
            let outcome = outcome.map_err(|fault| {
                stopped = fault.stopped;
                let info = fault.task.and_then(|number| trace.tasks().get(number as usize));
                Failure {
                    kind: fault.kind,
                    schedule: schedule.clone(),
                    seed,
                    task: info.map(|info| info.path.clone()),
                    task_name: info.map(|info| info.name.to_string()),
                    trace: trace.clone(),
                    message: fault.message,
                    place: fault.place,
                    at: fault.at,
                    execution: 0,
                    hint: if stopped { None } else { hint(kernel, fault.kind) },
                    details: if stopped { Vec::new() } else { details(&trace, fault.kind) },
                    explanation: None,
                    hints: Hints::default(),
                }
            });
            (Execution { outcome, trace, schedule, choices, stats, pending, warnings }, stopped)
        })
    })
}

/// What around the execution that is just over may have made it fail.
pub(crate) fn hint(kernel: &Kernel, kind: FailureKind) -> Option<String> {
    kernel.evidence().and_then(|evidence| surroundings::hint(evidence, kind == FailureKind::Deadlock))
}

fn stats(kernel: &Kernel) -> Stats {
    let counts = kernel.counts();
    Stats {
        steps: counts.steps,
        choices: counts.choices,
        preemptions: counts.preemptions,
        tasks: counts.tasks,
        elapsed: elapsed(kernel),
    }
}

fn elapsed(kernel: &Kernel) -> Duration {
    kernel.now() - Instant::ZERO
}

fn pending_tasks(pending: Vec<Pending>) -> Vec<PendingTask> {
    let known = pending.into_iter().filter_map(|task| {
        let details = task.details?;
        Some(PendingTask {
            task: task.task,
            path: details.path,
            name: details.name,
            spawned_at: details.spawned_at,
            waits_for: details.waits_for,
            line: details.line,
        })
    });
    known.collect()
}

fn warnings(kernel: &Kernel, order: &Order<'_>, pending: &[PendingTask], trace: &crate::Trace, passed: bool) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if passed && !pending.is_empty() && order.settings.pending_at_exit == PendingAtExit::Warn {
        warnings.push(Warning::PendingAtExit { tasks: pending.to_vec() });
    }
    let (unseen, refused) = kernel.take_unseen();
    for panic in unseen {
        let info = trace.tasks().get(panic.task as usize);
        let task = info.map_or_else(String::new, |info| match *info.name == *info.path.to_string() {
            true => info.path.to_string(),
            false => format!("{} `{}`", info.path, info.name),
        });
        warnings.push(Warning::UnseenPanic { task, message: panic.message, place: panic.place });
    }
    if refused > 0 {
        warnings.push(Warning::RefusedSpawns { count: refused });
    }
    warnings
}
