//! [`FuzzTarget`]: what a fuzzer of bytes drives.

use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;

use super::batch::{Batch, Found, What};
use super::explorer::{Explorer, warn};
use super::plan::Plan;
use super::work::{Tested, run_one};
use super::{Verdict, note};
use crate::coverage::{self, Guiding};
use crate::kernel::{FailureKind, Model, Order};
use crate::scheduler::{Bytes, Chooser};
use crate::simulation::Failure;
use crate::simulation::once::Closure;

/// Runs executions that somebody else makes up, as bytes: for fuzzers such as libFuzzer.
///
/// It keeps what an [`Explorer`] would do with a failure: the execution is run once more with everything recorded, shrunk, explained and
/// saved. Some executions are run twice, so that a program that something besides its input decides about is found out. What bytes mean
/// is told at [`Sim::bytes`](crate::Sim::bytes).
///
/// The explorer's scheduler, seed and number of executions mean nothing here, since the fuzzer decides about them. `REENACT_REPLAY` wins
/// as everywhere: then its execution is run and shown, whatever the bytes.
///
/// As long as it lives, executions of its thread note what they show, which costs some time.
///
/// ```
/// use reenact_sim::{Explorer, FuzzTarget};
///
/// let body = || async {
///     let picked = reenact_sim::choose(4);
///     reenact_sim::cover!("picked", picked);
///     assert_ne!(picked, 3);
/// };
/// let mut target = FuzzTarget::new(Explorer::new());
/// assert!(target.run(&[0, 2], body).is_none());
/// let mut features = 0;
/// target.each_feature(|_, count| features += count);
/// assert_eq!(features, 1);
/// let failure = target.run(&[0, 7], body).unwrap();
/// assert_eq!(failure.schedule.to_string(), "r1:0=3/4");
/// ```
pub struct FuzzTarget {
    explorer: Explorer,
    plan: Plan,
    /// Executions so far.
    runs: u64,
    batch: Batch,
    _listens: Guiding,
    /// It listens on its thread.
    thread: PhantomData<*const ()>,
}

impl FuzzTarget {
    /// With the name, the limits and the hostility of an explorer.
    ///
    /// # Panics
    ///
    /// If a `REENACT_` variable holds a value that means nothing.
    #[track_caller]
    pub fn new(explorer: Explorer) -> Self {
        let plan = explorer.plan_or_panic();
        Self { explorer, plan, runs: 0, batch: Batch::default(), _listens: Guiding::new(), thread: PhantomData }
    }

    /// The command that runs it, which stands at the end of the lines to paste. The default is the one of the test of its name.
    pub fn command(mut self, command: impl Into<String>) -> Self {
        self.explorer.command = Some(command.into());
        self
    }

    /// What `REENACT_LIBFUZZER` says to libFuzzer, which is separated by blanks. `None` if it is not set, and if an execution is to be
    /// replayed, which always wins.
    pub fn libfuzzer(&self) -> Option<Vec<String>> {
        let arguments = self.plan.libfuzzer.as_deref().filter(|_| self.plan.replay.is_none());
        arguments.map(|arguments| arguments.split_whitespace().map(str::to_owned).collect())
    }

    /// Explores instead, as [`Explorer::check`] does.
    ///
    /// # Panics
    ///
    /// If an execution fails; inside an execution.
    #[track_caller]
    pub fn check<F>(self, body: impl Fn() -> F)
    where
        F: Future,
        F::Output: Verdict,
    {
        let Self { explorer, _listens: listens, .. } = self;
        drop(listens);
        explorer.check(body);
    }

    /// Runs the execution that the bytes stand for. If it fails, that is the simplest failure of that kind that was found from it.
    ///
    /// # Panics
    ///
    /// Inside an execution.
    #[track_caller]
    pub fn run<F>(&mut self, bytes: &[u8], body: impl Fn() -> F) -> Option<Failure>
    where
        F: Future,
        F::Output: Verdict,
    {
        let error = RefCell::new(None);
        let program = Closure::new(body, |output: F::Output| drop(error.replace(output.error())));
        let tested = Tested { program: &program, error: &error };
        if self.plan.replay.is_some() {
            return self.explorer.explore(&self.plan, &tested).failure;
        }
        let (data, scheduler) = Bytes::new(bytes);
        let mut scheduler = Chooser::Any(Box::new(scheduler));
        scheduler.begin(self.runs, &Model::default());
        let order = Order { settings: &self.plan.settings, data, full: false };
        self.batch.clear();
        run_one(self.runs, &mut Some(scheduler), &order, &tested, &mut self.batch);
        self.runs += 1;
        let found = self.batch.found.take()?;
        Some(self.look_at(&found, &tested))
    }

    #[track_caller]
    fn look_at(&self, found: &Found, body: &Tested<'_>) -> Failure {
        let Self { explorer, plan, .. } = self;
        let mut failure = match &found.what {
            What::Failure(kind, message) => explorer.look_closer(plan, &found.met, (*kind, message), body),
            What::Differs(what) => explorer.differs(plan, &found.met, what, body),
        };
        explorer.hint(plan, &mut failure, found.met.index, found.met.index);
        // It came from bytes: no seed explores it again, and its number says nothing.
        failure.hints.explore.clear();
        failure.hints.passed = None;
        let lasting = !matches!(failure.kind, FailureKind::Divergence | FailureKind::Nondeterminism);
        if let Some(saved) = explorer.saved_or_panic(plan).filter(|_| lasting) {
            match saved.add(&failure) {
                Ok(_) => failure.hints.saved_in = Some(saved.label()),
                Err(error) => warn(&format!("the failure could not be saved in {}: {error}", saved.label())),
            }
        }
        failure
    }

    /// What a failing test would say of a failure, with the notes of [`note_failures`](crate::note_failures).
    pub fn text(&self, failure: &Failure) -> String {
        note::text(failure, self.explorer.name.as_deref())
    }

    /// What the last execution has shown by [`cover!`](crate::cover), [`sometimes!`](crate::sometimes), [`reachable!`](crate::reachable) and
    /// its reads of what others wrote: a hash for each, the same on every machine, and how often it was shown.
    pub fn each_feature(&self, mut take: impl FnMut(u64, u32)) {
        coverage::each_feature(|feature| take(feature.id, feature.count));
    }
}

impl fmt::Debug for FuzzTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FuzzTarget").field("explorer", &self.explorer).field("runs", &self.runs).finish_non_exhaustive()
    }
}
