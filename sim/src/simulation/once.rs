//! Running the kernel once, and turning what it leaves into values.

use std::future::Future;
use std::time::Duration;

use super::failure::Hints;
use super::{Execution, Failure, PendingTask, Stats, Warning};
use crate::config::PendingAtExit;
use crate::instant::Instant;
use crate::kernel::{self, Ended, Fault, Kernel, Order, Pending};
use crate::scheduler::Chooser;
use crate::seed::Seed;
use crate::time::clock;
use crate::trace::{Digest, recorder};

/// What an exploration needs of an execution that did not fail.
#[derive(Debug)]
pub(crate) struct Brief {
    pub(crate) digest: Digest,
    /// Tasks were unfinished, panics unseen, spawns refused: something to warn about.
    pub(crate) remarkable: bool,
}

/// Runs the program once and keeps the digest, and what `finish` makes of its result within the execution. What it left is in
/// the kernel until the next one.
#[inline]
#[allow(clippy::type_complexity, reason = "the scheduler goes in and comes out beside the outcome")]
pub(crate) fn brief<F: Future, R>(
    order: &Order,
    scheduler: Chooser,
    body: impl FnOnce() -> F,
    finish: impl FnOnce(F::Output) -> R,
) -> (Result<(R, Brief), Fault>, Option<Chooser>) {
    kernel::with(|kernel| {
        let Ended { outcome, scheduler, pending } = kernel.execute(order, scheduler, body, finish);
        let outcome = outcome.map(|result| {
            let warn = !pending.is_empty() && order.settings.pending_at_exit == PendingAtExit::Warn;
            let digest = recorder::with(|recorder| recorder.digest());
            (result, Brief { digest, remarkable: warn || kernel.has_unseen() })
        });
        (outcome, scheduler)
    })
}

/// Runs the program once with a full trace. The last part says whether it stopped at a limit that is no failure.
pub(crate) fn full<F: Future, R>(
    order: &Order,
    scheduler: Chooser,
    seed: Seed,
    body: impl FnOnce() -> F,
    finish: impl FnOnce(F::Output) -> R,
) -> (Execution<R>, Option<Chooser>, bool) {
    kernel::with(|kernel| {
        let Ended { outcome, scheduler, pending } = kernel.execute(order, scheduler, body, finish);
        let stats = stats(kernel);
        let pending = pending_tasks(pending);
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
                    hints: Hints::default(),
                }
            });
            (Execution { outcome, trace, schedule, choices, stats, pending, warnings }, scheduler, stopped)
        })
    })
}

fn stats(kernel: &Kernel) -> Stats {
    let counts = kernel.counts();
    Stats {
        steps: counts.steps,
        choices: counts.choices,
        preemptions: counts.preemptions,
        tasks: counts.tasks,
        elapsed: elapsed(),
    }
}

fn elapsed() -> Duration {
    clock::with(|clock| clock.now()) - Instant::ZERO
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

fn warnings(kernel: &Kernel, order: &Order, pending: &[PendingTask], trace: &crate::Trace, passed: bool) -> Vec<Warning> {
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
