//! [`Explorer`]: settings of an exploration.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use super::Report;
use super::environment::Environment;
use super::plan::{Budget, Plan};
use super::regressions::{Regressions, Saved};
use super::shard::Shard;
use super::test::TestTarget;
use crate::config::{Limit, PendingAtExit, Settings, TaskPanics};
use crate::error::Error;
use crate::hostility::Hostility;
use crate::kernel::Scheduler;
use crate::scheduler::SchedulerKind;
use crate::seed::Seed;

/// Executions of an exploration that nobody said a number for.
const EXECUTIONS: u64 = 1_000;

/// Runs a program under many schedules, up to the first failure.
///
/// | setting | default |
/// | --- | --- |
/// | executions | 1,000; with the exhaustive scheduler, all there are |
/// | scheduler | portfolio |
/// | seed | derived from the name; 0 without a name |
/// | time limit | none |
/// | hostility | none |
/// | unfinished tasks at exit | a warning |
/// | panics in tasks | fail |
/// | steps | 100 million |
/// | steps without the clock moving | 100 million |
/// | virtual time | unlimited |
/// | unfinished tasks | 16 million |
/// | events of a full trace | 1 million, from both ends |
///
/// The environment (`REENACT_EXECUTIONS`, `REENACT_SCHEDULER`, `REENACT_SEED`, `REENACT_TIME_LIMIT`, `REENACT_SHARD`,
/// `REENACT_HOSTILE`) overrides the defaults,
/// an explicit call here overrides the environment, and `REENACT_REPLAY` always wins.
///
/// ```
/// use reenact_sim::{Explorer, FailureKind, SchedulerKind, Shared, task};
///
/// let report = Explorer::new().scheduler("exhaustive".parse()?).run(|| async {
///     let first = Shared::new(None);
///     let a = task::spawn({ let first = first.clone(); async move { first.update(|f| f.or(Some('a'))); } });
///     let b = task::spawn({ let first = first.clone(); async move { first.update(|f| f.or(Some('b'))); } });
///     let _ = (a.await, b.await);
///     assert_eq!(first.get(), Some('a'));
/// });
/// let failure = report.failure.unwrap();
/// assert_eq!(failure.kind, FailureKind::Panic);
/// assert_eq!(failure.schedule.to_string(), "r1:0=1/2@0.1");
/// # Ok::<(), reenact_sim::Error>(())
/// ```
#[must_use = "an Explorer does nothing until run, visit or check is called"]
pub struct Explorer {
    pub(super) name: Option<String>,
    /// The command that runs just this test, if somebody said one.
    pub(super) command: Option<String>,
    /// The test, from which follows the command otherwise. Only a failure tells it.
    pub(super) target: Option<TestTarget>,
    /// Where its package was when it was compiled.
    pub(super) manifest: Option<&'static str>,
    pub(super) settings: Settings,
    /// What calls here said.
    pub(super) explicit: Budget,
    /// What the attribute said, which the environment overrides.
    pub(super) attribute: Budget,
    pub(super) factory: Option<Factory>,
}

/// Makes a scheduler of the user's own.
pub(super) type Factory = Box<dyn Fn() -> Box<dyn Scheduler>>;

impl Explorer {
    /// The documented defaults.
    pub fn new() -> Self {
        Self {
            name: None,
            command: None,
            target: None,
            manifest: None,
            settings: Settings::DEFAULT,
            explicit: Budget::default(),
            attribute: Budget::default(),
            factory: None,
        }
    }

    /// What the exploration is called, usually the path of its test. Gives the default seed, the test's name in lines
    /// to paste, and the name of the file in which failures are [saved](Self::regressions).
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// How many executions to run at most.
    pub fn executions(mut self, executions: u64) -> Self {
        self.explicit.executions = Some(executions);
        self
    }

    /// The seed from which the scheduler and the data draw.
    pub fn seed(mut self, seed: impl Into<Seed>) -> Self {
        self.explicit.seed = Some(seed.into());
        self
    }

    /// What the executor may do that the contract of `Future` allows.
    pub fn hostile(mut self, hostility: Hostility) -> Self {
        self.explicit.hostility = Some(hostility);
        self
    }

    /// Who answers choice points.
    pub fn scheduler(mut self, kind: SchedulerKind) -> Self {
        self.explicit.scheduler = Some(kind);
        self.factory = None;
        self
    }

    /// The same, with schedulers of your own.
    pub fn scheduler_with(mut self, factory: impl Fn() -> Box<dyn Scheduler> + 'static) -> Self {
        self.explicit.scheduler = None;
        self.factory = Some(Box::new(factory));
        self
    }

    /// How long to explore at most, in wall time. It is looked at between executions.
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.explicit.time_limit = Some(limit);
        self
    }

    /// Which part of the exploration to do.
    ///
    /// All parts together run what one process would run. Where executions follow from their index, a failure has the index it has in
    /// the whole; where every schedule is tried, the parts are subtrees, and executions are counted in each part.
    pub fn shard(mut self, shard: Shard) -> Self {
        self.explicit.shard = Some(shard);
        self
    }

    /// Where failures are saved and replayed from. An exploration without a [name](Self::name) has nothing saved.
    ///
    /// A file holds, for each failure, its schedule, the same told by the names and steps of its tasks, and the seed. What is saved is
    /// replayed before anything new is explored, and reported if it still fails. Where the program has changed so that the schedule is of
    /// another execution, it is tried by names; what cannot be replayed any more is a warning, and passes only with that.
    pub fn regressions(mut self, regressions: Regressions) -> Self {
        self.explicit.regressions = Some(regressions);
        self
    }

    /// Where a [guided](SchedulerKind::Guided) exploration keeps the schedules that it goes on from, to go on from them the next time:
    /// below this folder in one of its [name](Self::name), one schedule in each file.
    ///
    /// What is there is run first and counts as executions. Several processes may explore with one folder: each looks about once a
    /// second for what the others have found. So which executions are run depends on the folder; without one they depend on the seed
    /// alone. A file that is no schedule is put aside, with a warning.
    pub fn corpus(mut self, folder: impl Into<std::path::PathBuf>) -> Self {
        self.explicit.corpus = Some(folder.into());
        self
    }

    /// What unfinished tasks mean when main is done.
    pub fn pending_at_exit(mut self, pending_at_exit: PendingAtExit) -> Self {
        self.settings.pending_at_exit = pending_at_exit;
        self
    }

    /// What a panic in a task does.
    pub fn task_panics(mut self, task_panics: TaskPanics) -> Self {
        self.settings.task_panics = task_panics;
        self
    }

    /// How many steps an execution may take.
    pub fn max_steps(mut self, limit: impl Into<Limit<u64>>) -> Self {
        self.settings.limits.steps = limit.into();
        self
    }

    /// How many steps may be taken without the clock moving (a livelock).
    pub fn max_steps_per_instant(mut self, limit: impl Into<Limit<u64>>) -> Self {
        self.settings.limits.steps_per_instant = limit.into();
        self
    }

    /// How much virtual time may pass in an execution.
    pub fn max_virtual_time(mut self, limit: impl Into<Limit<Duration>>) -> Self {
        self.settings.limits.virtual_time = limit.into();
        self
    }

    /// How many tasks may be unfinished at a time.
    pub fn max_tasks(mut self, limit: impl Into<Limit<u64>>) -> Self {
        self.settings.limits.tasks = limit.into();
        self
    }

    /// How many events a full trace keeps: of longer ones the middle is left out, and digest and schedule are of the whole.
    /// At least 8 are kept.
    pub fn max_trace_events(mut self, events: usize) -> Self {
        self.settings.limits.trace_events = events;
        self
    }

    #[track_caller]
    pub(super) fn plan_or_panic(&self) -> Plan {
        match self.plan() {
            Ok(plan) => plan,
            Err(error) => panic!("{error}"),
        }
    }

    /// Writes down what an exploration came to, if somebody wants that.
    pub(super) fn written_down(&self, plan: &Plan, report: Report) -> Report {
        #[cfg(feature = "report")]
        if plan.replay.is_none() || plan.shrink {
            self.append(plan, &report, || super::record::Told::of(&report));
        }
        #[cfg(not(feature = "report"))]
        debug_assert!(plan.report.is_none(), "the environment refuses it");
        report
    }

    /// The same for an exploration whose failure is known as its line only; see [`Failed`](super::failed::Failed).
    pub(super) fn written_down_as(&self, plan: &Plan, report: &Report, warnings: Vec<String>, failed: Option<&str>) {
        #[cfg(feature = "report")]
        self.append(plan, report, || {
            let failure = failed.and_then(super::failed::Failed::from_line);
            super::record::Told { warnings, failure }
        });
        #[cfg(not(feature = "report"))]
        let _ = (plan, report, warnings, failed);
    }

    #[cfg(feature = "report")]
    fn append(&self, plan: &Plan, report: &Report, told: impl FnOnce() -> super::record::Told) {
        if let Some(file) = &plan.report
            && let Err(error) = super::record::append(file, self.name.as_deref(), plan, report, told())
        {
            warn(&error);
        }
    }

    /// What is saved of this exploration.
    #[track_caller]
    pub(super) fn saved_or_panic(&self, plan: &Plan) -> Option<Saved> {
        match Saved::read(&plan.regressions, self.name.as_deref(), self.manifest) {
            Ok(saved) => saved,
            Err(error) => panic!("{error}"),
        }
    }

    /// Explicit calls before the environment before the attribute before the defaults.
    fn plan(&self) -> Result<Plan, Error> {
        let environment = Environment::read()?;
        environment.warnings.iter().for_each(|warning| warn(warning));
        let said = [&self.explicit, &environment.budget, &self.attribute];
        let of_name = || self.name.as_deref().map_or_else(Seed::default, Seed::of_text);
        let scheduler = said.iter().find_map(|budget| budget.scheduler.clone()).unwrap_or(SchedulerKind::Portfolio);
        let all = self.factory.is_none() && matches!(scheduler, SchedulerKind::Exhaustive { .. });
        let executions = said.iter().find_map(|budget| budget.executions);
        let hostility = said.iter().find_map(|budget| budget.hostility);
        let corpus = said.iter().find_map(|budget| budget.corpus.clone());
        let guided = self.factory.is_none() && matches!(scheduler, SchedulerKind::Guided);
        if environment.minimise && (corpus.is_none() || !guided) {
            return Err(Error::environment(
                "REENACT_CORPUS_MINIMISE: only a guided exploration with a corpus has something to minimise: \
                 set REENACT_SCHEDULER=guided and REENACT_CORPUS, or leave it out",
            ));
        }
        let (replay, shrink) = (environment.replay.or(environment.shrink.clone()), environment.shrink.is_some());
        let replayed = replay.as_ref().map(|schedule| schedule.hostility());
        Ok(Plan {
            settings: Arc::new(Settings { hostility: hostility.or(replayed).unwrap_or_default(), ..self.settings }),
            executions: executions.unwrap_or(if all { u64::MAX } else { EXECUTIONS }),
            seed: said.iter().find_map(|budget| budget.seed).unwrap_or_else(of_name),
            scheduler: if self.factory.is_some() { None } else { Some(scheduler) },
            // What a limit leaves out would be taken away unseen.
            time_limit: said.iter().find_map(|budget| budget.time_limit).filter(|_| !environment.minimise),
            replay,
            shrink,
            report: environment.report,
            digests: environment.digests,
            progress: environment.progress,
            trace: environment.trace,
            libfuzzer: environment.libfuzzer,
            shard: said.iter().find_map(|budget| budget.shard),
            jobs: said.iter().find_map(|budget| budget.jobs).unwrap_or(NonZeroU32::MIN),
            regressions: said.iter().find_map(|budget| budget.regressions.clone()).unwrap_or_default(),
            corpus,
            minimise: environment.minimise,
            isolate: said.iter().find_map(|budget| budget.isolate).unwrap_or(false),
        })
    }
}

#[allow(clippy::print_stderr, reason = "a warning that a test passes with has no other place to go")]
pub(super) fn warn(text: &str) {
    eprintln!("warning: {text}");
}

impl Default for Explorer {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Explorer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explorer").field("name", &self.name).field("explicit", &self.explicit).finish_non_exhaustive()
    }
}
