//! [`CancelSweep`]: interrupting a future at every step.

use std::collections::BTreeSet;
use std::panic::Location;
use std::rc::Rc;
use std::time::Duration;

use super::interrupted::{Interrupted, Notes};
use super::judge::{Allowed, leaks};
use super::{Interruption, Invariants, SweepCase, SweepFailure, SweepReport, Swept};
use crate::config::{Limit, PendingAtExit};
use crate::hostility::Hostility;
use crate::kernel;
use crate::scheduler::SchedulerKind;
use crate::seed::Seed;
use crate::simulation::{Execution, Sim};
use crate::task;
use crate::time;

/// Interrupts a future after every one of its polls, and panics if that breaks something: [`CancelSweep`] with its defaults.
///
/// The first closure makes the future, with fresh state each time; the second one says what has to hold afterwards. What they have in
/// common is the *world*: the first closure returns `(world, future)` and the second one gets that world. If the first closure returns
/// just a future, the second one gets a [`Swept`], which says what was done to it. The invariants are `()` after assertions, a `Result`,
/// or a future of one of them, which may await what has to be possible still.
///
/// # Panics
///
/// If an interruption breaks something, with the text of the [`SweepReport`]; inside an execution.
///
/// ```
/// use reenact_sim::{Shared, cancel_sweep, task::yield_now};
///
/// // Debits, asks somebody, credits. Where it is dropped in between, the money is gone.
/// async fn transfer(from: Shared<i32>, to: Shared<i32>) {
///     from.update(|n| n - 10);
///     yield_now().await;
///     to.update(|n| n + 10);
/// }
///
/// let outcome = std::panic::catch_unwind(|| {
///     cancel_sweep(
///         || {
///             let (from, to) = (Shared::new(100), Shared::new(0));
///             ((from.clone(), to.clone()), transfer(from, to))
///         },
///         |(from, to)| assert_eq!(from.get() + to.get(), 100, "money is lost"),
///     )
/// });
/// let text = outcome.unwrap_err().downcast::<String>().unwrap();
/// // In a test, with line tables: "dropped after poll 1, waiting at src/bank.rs:4:17".
/// assert!(text.contains("dropped after poll 1"));
/// assert!(text.contains("money is lost"));
/// ```
#[track_caller]
pub fn cancel_sweep<C, M, R, N>(make: impl Fn() -> C, invariants: impl Fn(C::World) -> R) -> SweepReport
where
    C: SweepCase<M>,
    R: Invariants<N>,
{
    CancelSweep::new().check(make, invariants)
}

/// Interrupts a future after every one of its polls and looks at what is left.
///
/// A first run learns how many polls the future takes; it is not interrupted, and what it leaves is looked at, too. Then there is a
/// run with fresh state for every k below that number and each [`Interruption`]: the future is dropped after its k-th poll; dropped
/// when it has been woken for the next one; or its task is cancelled after the k-th. The rest of the world then goes on until it is quiet, the invariants are
/// checked, and whatever the future has left is reported: tasks that it spawned and that have not ended, and timers that were armed in its task or
/// in theirs and still are. What the first closure spawns or arms itself belongs to the world and is no leak.
///
/// A failure names the await at which the future waited, by file and line, with the awaits of the functions around it; for that its run is repeated once.
///
/// | setting | default |
/// | --- | --- |
/// | scheduler | fifo |
/// | executions | 1: how many schedules each interruption is tried under |
/// | seed | 0 |
/// | settle | 60 s of virtual time: how long the world may take to get quiet |
/// | polls | 1,000: of a future that takes more, the others are not looked at |
/// | steps of one run | 1 million |
/// | leaks allowed | none |
///
/// ```
/// use reenact_sim::{CancelSweep, Interruption, Shared, task};
/// use std::time::Duration;
///
/// let report = CancelSweep::new().run(
///     || {
///         let open = Shared::new(0);
///         let world = open.clone();
///         (world, async move {
///             open.update(|n| n + 1);
///             reenact_sim::time::sleep(Duration::from_secs(1)).await;
///             open.update(|n| n - 1);
///         })
///     },
///     |open| if open.get() == 0 { Ok(()) } else { Err("left open") },
/// );
/// assert_eq!((report.steps, report.drops, report.cancels), (2, 3, 2));
/// let broken: Vec<_> = report.failures.iter().filter_map(|failure| failure.interruption).collect();
/// assert_eq!(broken, [
///     Interruption::Drop { polls: 1 },
///     Interruption::DropWoken { polls: 1 },
///     Interruption::Cancel { polls: 1 },
/// ]);
/// ```
#[derive(Clone, Debug)]
#[must_use = "a CancelSweep does nothing until run or check is called"]
pub struct CancelSweep {
    scheduler: SchedulerKind,
    executions: u64,
    seed: Seed,
    settle: Duration,
    polls: u64,
    steps: Limit<u64>,
    hostility: Hostility,
    only: Option<Interruption>,
    allowed: Allowed,
}

impl CancelSweep {
    /// The documented defaults.
    pub fn new() -> Self {
        Self {
            scheduler: SchedulerKind::Fifo,
            executions: 1,
            seed: Seed::default(),
            settle: Duration::from_secs(60),
            polls: 1_000,
            steps: Limit::Fail(1_000_000),
            hostility: Hostility::NONE,
            only: None,
            allowed: Allowed::default(),
        }
    }

    /// Who answers choice points. Each run is a [`Sim`] of its own, so exhaustive and portfolio are their first execution only.
    pub fn scheduler(mut self, kind: SchedulerKind) -> Self {
        self.scheduler = kind;
        self
    }

    /// Under how many schedules, each with a seed of its own, every interruption is tried.
    ///
    /// # Panics
    ///
    /// If it is 0: that would look at nothing.
    #[track_caller]
    pub fn executions(mut self, executions: u64) -> Self {
        assert!(executions > 0, "executions(0) would sweep nothing: 1 or more does");
        self.executions = executions;
        self
    }

    /// The seed from which those of the runs follow.
    pub fn seed(mut self, seed: impl Into<Seed>) -> Self {
        self.seed = seed.into();
        self
    }

    /// How much virtual time the world may take to get quiet after the interruption: until no timer is armed and nothing changes.
    pub fn settle(mut self, most: Duration) -> Self {
        self.settle = most;
        self
    }

    /// After how many polls to interrupt at most.
    ///
    /// # Panics
    ///
    /// If it is 0: a future that is never polled takes no step.
    #[track_caller]
    pub fn max_polls(mut self, polls: u64) -> Self {
        assert!(polls > 0, "max_polls(0) would sweep nothing: 1 or more does");
        self.polls = polls;
        self
    }

    /// How many steps one run may take.
    pub fn max_steps(mut self, limit: impl Into<Limit<u64>>) -> Self {
        self.steps = limit.into();
        self
    }

    /// What the executor may do that the contract of `Future` allows. The default is nothing.
    pub fn hostile(mut self, hostility: Hostility) -> Self {
        self.hostility = hostility;
        self
    }

    /// Only this interruption, to look at a failure again.
    pub fn only(mut self, interruption: Interruption) -> Self {
        self.only = Some(interruption);
        self
    }

    /// Tasks of this name may be left unfinished, with their timers: background work that is meant to go on. May be called several times.
    pub fn allow_task(mut self, name: impl Into<String>) -> Self {
        self.allowed.tasks.insert(name.into());
        self
    }

    /// Whether timers may be left armed. The default is no.
    pub fn allow_timers(mut self, allow: bool) -> Self {
        self.allowed.timers = allow;
        self
    }

    /// As [`run`](Self::run), and panics if something broke.
    ///
    /// # Panics
    ///
    /// If an interruption breaks something, with the text of the report; inside an execution.
    #[track_caller]
    pub fn check<C, M, R, N>(&self, make: impl Fn() -> C, invariants: impl Fn(C::World) -> R) -> SweepReport
    where
        C: SweepCase<M>,
        R: Invariants<N>,
    {
        let report = self.run(make, invariants);
        assert!(report.failures.is_empty(), "{report}");
        report
    }

    /// Sweeps: see [`cancel_sweep`] for the two closures. Both are called inside an execution, so they may spawn and arm timers.
    ///
    /// # Panics
    ///
    /// Inside an execution.
    #[track_caller]
    pub fn run<C, M, R, N>(&self, make: impl Fn() -> C, invariants: impl Fn(C::World) -> R) -> SweepReport
    where
        C: SweepCase<M>,
        R: Invariants<N>,
    {
        let here = Location::caller();
        let mut report = SweepReport { complete: true, ..SweepReport::default() };
        let mut failed = BTreeSet::new();
        for execution in 0..self.executions {
            let mut run = |interruption| {
                let once = |located| self.once(execution, interruption, located, here, &make, &invariants);
                let seen = once(false);
                if self.judge(interruption, &seen).is_some() && failed.insert(interruption) {
                    let again = once(true);
                    report.failures.extend(self.judge(interruption, &again));
                }
                seen
            };
            let Seen { notes, .. } = run(None);
            let (polls, finished) = (notes.polls.get(), notes.finished.get());
            // A future that is ready at its k-th poll is pending after those before it.
            let last = if finished { polls } else { polls + 1 };
            let (mut drops, mut cancels) = (0, 0);
            for polls in 0..last.min(self.polls) {
                let woken = Interruption::DropWoken { polls };
                for interruption in [Interruption::Drop { polls }, woken, Interruption::Cancel { polls }] {
                    // Before the first poll nothing is woken.
                    if interruption == (Interruption::DropWoken { polls: 0 })
                        || self.only.is_some_and(|only| only != interruption)
                    {
                        continue;
                    }
                    run(Some(interruption));
                    match interruption {
                        Interruption::Cancel { .. } => cancels += 1,
                        _ => drops += 1,
                    }
                }
            }
            if execution == 0 {
                report.steps = polls;
            }
            report.complete &= finished;
            report.drops += drops;
            report.cancels += cancels;
        }
        report
    }

    fn once<C, M, R, N>(
        &self,
        execution: u64,
        interruption: Option<Interruption>,
        located: bool,
        here: &'static Location<'static>,
        make: impl Fn() -> C,
        invariants: impl Fn(C::World) -> R,
    ) -> Seen
    where
        C: SweepCase<M>,
        R: Invariants<N>,
    {
        let notes = Rc::new(Notes::default());
        let sim = Sim::new().seed(self.seed.derive(execution)).scheduler(self.scheduler.clone()).hostile(self.hostility);
        let sim = sim.pending_at_exit(PendingAtExit::Ignore).max_steps(self.steps).await_points(located);
        let execution = sim.run(|| async {
            let (world, future) = make().split(Swept { interruption });
            let future = Interrupted::new(future, interruption, self.polls, notes.clone());
            let swept = task::Builder::new().named_after::<C::Future>().spawned_at(here).spawn(future);
            notes.task.set(Some(swept.id()));
            if interruption == Some(Interruption::Cancel { polls: 0 }) {
                swept.cancel();
            }
            // Cancelled or not: it is over.
            let _ = swept.await;
            settle(self.settle).await;
            notes.leftovers.replace(kernel::with(|kernel| kernel.leftovers()));
            invariants(world).broken().await
        });
        Seen { execution, notes }
    }

    /// What is wrong with a run, if anything.
    fn judge(&self, interruption: Option<Interruption>, seen: &Seen) -> Option<SweepFailure> {
        let Seen { execution, notes } = seen;
        let (broken, failure) = match &execution.outcome {
            Ok(broken) => (broken.clone(), None),
            Err(failure) => (None, Some(Box::new(failure.clone()))),
        };
        let swept = notes.task.get();
        let leaks = swept.map_or_else(Vec::new, |swept| leaks(&execution.trace, swept, &notes.leftovers.borrow(), &self.allowed));
        if broken.is_none() && failure.is_none() && leaks.is_empty() {
            return None;
        }
        Some(SweepFailure {
            interruption,
            await_points: notes.await_points.borrow().clone(),
            broken,
            failure,
            leaks,
            schedule: execution.schedule.clone(),
            seed: self.seed,
        })
    }
}

/// A run that is over.
struct Seen {
    execution: Execution<Option<String>>,
    notes: Rc<Notes>,
}

/// Lets the world go on until no timer is armed and nothing changes any more, for so much virtual time at most.
async fn settle(most: Duration) {
    let end = time::now() + most;
    let mut wait = Duration::from_millis(1);
    let mut before = None;
    loop {
        let census = task::census();
        // Whoever was ready before the clock moved has stepped by now.
        let is_quiet = census.timers == 0 && before == Some(census);
        let left = end - time::now();
        if is_quiet || left.is_zero() {
            return;
        }
        before = Some(census);
        time::sleep(wait.min(left)).await;
        wait *= 2;
    }
}

impl Default for CancelSweep {
    fn default() -> Self {
        Self::new()
    }
}
