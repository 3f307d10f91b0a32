//! Who looks for a bug: a scheduler of one of the two crates.

use std::fs::OpenOptions;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use reenact::{Explorer, Regressions, SchedulerKind};
use shuttle::scheduler::{PctScheduler, RandomScheduler};
use shuttle::{Config, FailurePersistence, Runner};

use crate::programs::Program;
use crate::watch::{self, Guard, Time};

/// A scheduler of one of the two crates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contender {
    /// By its name.
    Reenact(&'static str),
    ShuttleRandom,
    ShuttlePct,
}

/// In the order of the table's columns.
pub(crate) const CONTENDERS: [Contender; 5] = [
    Contender::Reenact("portfolio"),
    Contender::Reenact("random"),
    Contender::Reenact("pct:3"),
    Contender::ShuttleRandom,
    Contender::ShuttlePct,
];

/// The depth of both PCTs.
const DEPTH: usize = 3;

/// What an exploration has come to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    /// Up to the first that failed, that one included; `None` if none did.
    pub(crate) executions: Option<u64>,
    /// Up to that one's failure.
    pub(crate) failed: Time,
    /// Up to what a user gets: for reenact the text of a failure that was shrunk and explained, for shuttle the panic.
    pub(crate) reported: Time,
}

impl Contender {
    /// Looks for the bug with one seed.
    pub(crate) fn look(self, program: &Program, seed: u64, most: u64) -> Found {
        watch::take();
        let start = Time::now();
        let executions = match self {
            Self::Reenact(scheduler) => reenact(program, scheduler, seed, most),
            Self::ShuttleRandom => shuttle(program, most, |most| RandomScheduler::new_from_seed(seed, most)),
            Self::ShuttlePct => shuttle(program, most, |most| PctScheduler::new_from_seed(seed, DEPTH, most)),
        };
        let reported = Time::now() - start;
        let failed = watch::take().map_or(reported, |failed| failed - start);
        Found { executions, failed, reported }
    }
}

impl Contender {
    /// How many seconds so many executions take, whatever they come to; `None` if one hangs.
    pub(crate) fn pass(self, program: &Program, seed: u64, executions: u64) -> Option<f64> {
        let start = Time::now();
        let done = match self {
            Self::Reenact(scheduler) => {
                let explorer = Explorer::new().scheduler(scheduler.parse().ok()?).seed(seed).executions(executions);
                let program = program.reenact;
                explorer
                    .regressions(Regressions::Off)
                    .run(|| async move {
                        program().await;
                    })
                    .failure
                    .is_none()
            }
            Self::ShuttleRandom => ignoring(program, executions, |most| RandomScheduler::new_from_seed(seed, most)),
            Self::ShuttlePct => ignoring(program, executions, |most| PctScheduler::new_from_seed(seed, DEPTH, most)),
        };
        done.then(|| (Time::now() - start).wall.as_secs_f64())
    }
}

fn ignoring<S>(program: &Program, executions: u64, scheduler: impl Fn(usize) -> S) -> bool
where
    S: shuttle::scheduler::Scheduler + 'static,
{
    let program = program.shuttle;
    let runner = Runner::new(scheduler(usize::try_from(executions).unwrap_or(usize::MAX)), config());
    let run = move || {
        let _ = shuttle::future::block_on(program());
    };
    panic::catch_unwind(AssertUnwindSafe(|| runner.run(run))).is_ok()
}

fn config() -> Config {
    let mut config = Config::new();
    config.failure_persistence = FailurePersistence::None;
    config
}

fn reenact(program: &Program, scheduler: &str, seed: u64, most: u64) -> Option<u64> {
    let program = program.reenact;
    let kind: SchedulerKind = scheduler.parse().ok()?;
    let explorer = Explorer::new().scheduler(kind).seed(seed).executions(most).regressions(Regressions::Off);
    let report = explorer.run(|| async move {
        let guard = Guard::new();
        assert!(!program().await, "the planted bug");
        guard.passed();
    });
    let text = report.failure.map(|failure| failure.to_string());
    std::hint::black_box(&text);
    text.map(|_| report.executions)
}

fn shuttle<S>(program: &Program, most: u64, scheduler: impl Fn(usize) -> S) -> Option<u64>
where
    S: shuttle::scheduler::Scheduler + 'static,
{
    let program = program.shuttle;
    let begun = Arc::new(AtomicU64::new(0));
    let counted = begun.clone();
    let runner = Runner::new(scheduler(usize::try_from(most).unwrap_or(usize::MAX)), config());
    let ended = panic::catch_unwind(AssertUnwindSafe(|| {
        runner.run(move || {
            counted.fetch_add(1, Ordering::Relaxed);
            assert!(!shuttle::future::block_on(program()), "the planted bug");
        })
    }));
    ended.is_err().then(|| begun.load(Ordering::Relaxed))
}

/// What shuttle says of a failure goes to a place where writing costs next to nothing, and the panic says when it happened. What this
/// program itself has to say goes to standard output.
pub(crate) fn be_quiet() -> std::io::Result<()> {
    let nowhere = OpenOptions::new().write(true).open("/dev/null")?;
    rustix::stdio::dup2_stderr(&nowhere)?;
    panic::set_hook(Box::new(|_| watch::failed()));
    Ok(())
}
