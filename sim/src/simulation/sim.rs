//! [`Sim`]: one execution.

use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::{Execution, once};
use crate::config::{Limit, PendingAtExit, Settings, TaskPanics};
use crate::hostility::Hostility;
use crate::kernel::{Order, Scheduler};
use crate::schedule::{Data, Schedule};
use crate::scheduler::{Bytes, Chooser, Replay, SchedulerKind};
use crate::seed::Seed;

/// Runs one execution and shows all of it.
///
/// The default is fifo order, seed 0, and a full trace. For many executions see [`Explorer`](crate::Explorer).
///
/// ```
/// use reenact_sim::{Sim, task, time};
/// use std::time::Duration;
///
/// let execution = Sim::new().run(|| async {
///     let task = task::spawn(async {
///         time::sleep(Duration::from_secs(2)).await;
///         42
///     });
///     task.await.unwrap()
/// });
/// assert_eq!(execution.stats.elapsed, Duration::from_secs(2));
/// assert_eq!(execution.outcome?, 42);
/// # Ok::<(), reenact_sim::Failure>(())
/// ```
#[must_use = "a Sim does nothing until run is called"]
pub struct Sim {
    settings: Settings,
    seed: Seed,
    data: Option<Data>,
    scheduler: RefCell<Chooser>,
    kind: Option<SchedulerKind>,
    /// What a call here said.
    hostility: Option<Hostility>,
    /// That of the schedule to replay.
    replayed: Option<Hostility>,
}

impl Sim {
    /// Fifo order, seed 0, full trace.
    pub fn new() -> Self {
        Self {
            settings: Settings::DEFAULT,
            seed: Seed::default(),
            data: None,
            scheduler: RefCell::new(SchedulerKind::Fifo.build(Seed::default())),
            kind: Some(SchedulerKind::Fifo),
            hostility: None,
            replayed: None,
        }
    }

    /// The seed of the scheduler and of the data.
    pub fn seed(mut self, seed: impl Into<Seed>) -> Self {
        self.seed = seed.into();
        if let Some(kind) = &self.kind {
            self.scheduler = RefCell::new(kind.build(self.seed));
        }
        self
    }

    /// Whether to find out where in the source tasks wait, which makes each registration of a waker a hundred times as expensive.
    /// A deadlock and [`Execution::pending`] then say it. The default is no.
    pub fn await_points(mut self, find: bool) -> Self {
        self.settings.await_points = find;
        self
    }

    /// Who answers choice points.
    pub fn scheduler(mut self, kind: SchedulerKind) -> Self {
        self.scheduler = RefCell::new(kind.build(self.seed));
        self.kind = Some(kind);
        self.replayed = None;
        self
    }

    /// The same, with a scheduler of your own.
    pub fn scheduler_with(mut self, scheduler: Box<dyn Scheduler>) -> Self {
        self.scheduler = RefCell::new(scheduler.into());
        self.kind = None;
        self.replayed = None;
        self
    }

    /// Answers choice points from a schedule. Where the program does not come to the choice points that the schedule names,
    /// with the alternatives and tasks that it names, the execution fails as a
    /// [`Divergence`](crate::FailureKind::Divergence). What a hostile executor might do is taken from the schedule; if
    /// [`hostile`](Self::hostile) says something else that is a divergence, too.
    pub fn replay(mut self, schedule: &Schedule) -> Self {
        self.data = schedule.data().cloned();
        let replayed = Some(schedule.hostility());
        Self { replayed, ..self.scheduler_with(Box::new(Replay::new(schedule))) }
    }

    /// Answers choice points from bytes, as a fuzzer makes them up, and draws data as they say. Any bytes are an execution: where they
    /// end, fifo order begins. What they mean never changes; docs/FUZZING.md has the layout.
    ///
    /// The execution's [`schedule`](Execution::schedule) is the same as text; [`Execution::to_bytes`] is the way back.
    ///
    /// ```
    /// use reenact_sim::{Sim, task};
    ///
    /// let body = || async {
    ///     let tasks = ["a", "b", "c"].map(|name| task::spawn(async move { reenact_sim::println!("{name}") }));
    ///     for task in tasks {
    ///         task.await.unwrap();
    ///     }
    /// };
    /// // No data, then alternative 5 % 3 of the first choice, alternative 1 of the second.
    /// let execution = Sim::new().bytes(&[0, 5, 1]).run(body);
    /// assert_eq!(execution.trace.output(), ["c", "b", "a"]);
    /// assert_eq!(execution.schedule.to_string(), "r1:0=2/3@0.2,1=1/2@0.1");
    /// let again = Sim::new().replay(&execution.schedule).run(body);
    /// assert_eq!(again.to_bytes(), [0, 2, 1]);
    /// ```
    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        let (data, scheduler) = Bytes::new(bytes);
        self.data = Some(data);
        self.scheduler_with(Box::new(scheduler))
    }

    /// What the executor may do that the contract of `Future` allows. The default is nothing.
    pub fn hostile(mut self, hostility: Hostility) -> Self {
        self.hostility = Some(hostility);
        self
    }

    /// What unfinished tasks mean when main is done. The default is a warning.
    pub fn pending_at_exit(mut self, pending_at_exit: PendingAtExit) -> Self {
        self.settings.pending_at_exit = pending_at_exit;
        self
    }

    /// What a panic in a task does. The default is that it fails the execution.
    pub fn task_panics(mut self, task_panics: TaskPanics) -> Self {
        self.settings.task_panics = task_panics;
        self
    }

    /// How many steps the execution may take. The default is 100 million.
    pub fn max_steps(mut self, limit: impl Into<Limit<u64>>) -> Self {
        self.settings.limits.steps = limit.into();
        self
    }

    /// How many steps may be taken without the clock moving (a livelock). The default is 100 million.
    pub fn max_steps_per_instant(mut self, limit: impl Into<Limit<u64>>) -> Self {
        self.settings.limits.steps_per_instant = limit.into();
        self
    }

    /// How much virtual time may pass. The default is no limit.
    pub fn max_virtual_time(mut self, limit: impl Into<Limit<Duration>>) -> Self {
        self.settings.limits.virtual_time = limit.into();
        self
    }

    /// How many tasks may be unfinished at a time. The default is 16 million, which is also the most.
    pub fn max_tasks(mut self, limit: impl Into<Limit<u64>>) -> Self {
        self.settings.limits.tasks = limit.into();
        self
    }

    /// How many events a full trace keeps: of longer ones the middle is left out, and digest and schedule are of the whole.
    /// The default is 1 million. At least 8 are kept.
    pub fn max_trace_events(mut self, events: usize) -> Self {
        self.settings.limits.trace_events = events;
        self
    }

    /// Runs the program.
    ///
    /// `body` is called within the first step of the main task. It is polled from the stack: neither the future nor its
    /// result has to be `'static` or `Send`.
    ///
    /// # Panics
    ///
    /// Inside an execution. A panic of the program does not come out: it is in the outcome.
    #[track_caller]
    pub fn run<F: Future>(&self, body: impl FnOnce() -> F) -> Execution<F::Output> {
        let idle = SchedulerKind::Fifo.build(self.seed);
        let mut scheduler = self.scheduler.replace(idle);
        let model = crate::kernel::Model::default();
        scheduler.begin(0, &model);
        let hostility = self.hostility.or(self.replayed).unwrap_or_default();
        let settings = Arc::new(Settings { hostility, ..self.settings });
        let order = Order {
            settings: &settings,
            data: self.data.clone().unwrap_or_else(|| Data::of_execution(self.seed, 0)),
            full: true,
        };
        let (mut result, mut ended, mut scheduler) = (None, None, Some(scheduler));
        once::with_main(
            body,
            |output| result = Some(output),
            |main| {
                ended = Some(once::full(&order, &mut scheduler, self.seed, main));
            },
        );
        let Some((execution, _)) = ended else { unreachable!("a program makes one main") };
        if let Some(scheduler) = scheduler {
            self.scheduler.replace(scheduler);
        }
        execution.with(|| result.unwrap_or_else(|| unreachable!("an execution that has not failed has a result")))
    }
}

impl Default for Sim {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Sim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind.as_ref().map(ToString::to_string);
        f.debug_struct("Sim").field("seed", &self.seed).field("scheduler", &kind).finish_non_exhaustive()
    }
}
