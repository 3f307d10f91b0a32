//! [`spawn`], [`Builder`], [`current`].

use std::borrow::Cow;
use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

use super::Task;
use crate::kernel;
use crate::outside;
use crate::trace::{Site, TaskId, WaitReason, recorder};

/// Starts a task. Its body does not run inside the call: the task becomes ready and takes its first step when it is picked.
///
/// Nothing has to be `Send`. Dropping the returned handle detaches the task; it runs on.
///
/// # Panics
///
/// Outside an execution.
///
/// ```
/// use reenact_sim::{Sim, task};
///
/// let execution = Sim::new().run(|| async {
///     let task = task::spawn(async { 6 * 7 });
///     task.await
/// });
/// assert_eq!(execution.outcome.unwrap().unwrap(), 42);
/// ```
#[track_caller]
pub fn spawn<F>(future: F) -> Task<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    outside::check("reenact::task::spawn");
    let site = Site::here();
    Task::new(kernel::with(|kernel| kernel.spawn(None, site, future)))
}

/// Starts tasks with settings of their own.
///
/// ```
/// use reenact_sim::{Sim, task};
///
/// Sim::new().run(|| async {
///     let task = task::Builder::new().name("phase 1").spawn(async {});
///     assert_eq!(&*task.name(), "phase 1");
/// }).outcome?;
/// # Ok::<(), reenact_sim::Failure>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until spawn is called"]
pub struct Builder {
    name: Option<Arc<str>>,
    type_name: Option<fn() -> &'static str>,
    site: Option<Site>,
}

impl Builder {
    /// No settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// What people call the task, in traces and failures. Need not be unique; it counts in the digest.
    pub fn name(mut self, name: impl AsRef<str>) -> Self {
        self.name = Some(name.as_ref().into());
        self
    }

    /// The future type after which the task is called if it gets no name: for combinators, which spawn futures wrapped in their own.
    pub fn named_after<F>(mut self) -> Self {
        self.type_name = Some(std::any::type_name::<F>);
        self
    }

    /// Where the task counts as spawned: for combinators, which spawn in the name of their caller.
    pub fn spawned_at(mut self, location: &'static Location<'static>) -> Self {
        self.site = Some(Site::new(location));
        self
    }

    /// Starts the task, as [`spawn`] does.
    ///
    /// # Panics
    ///
    /// Outside an execution.
    #[track_caller]
    pub fn spawn<F>(self, future: F) -> Task<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        outside::check("reenact::task::Builder::spawn");
        // Not through unwrap_or_else, in which the caller would be std.
        let site = match self.site {
            Some(site) => site,
            None => Site::here(),
        };
        let type_name = self.type_name.unwrap_or(std::any::type_name::<F>);
        Task::new(kernel::with(|kernel| kernel.spawn_as(type_name, self.name, site, future)))
    }
}

/// The running task.
///
/// # Panics
///
/// Outside the step of a task.
#[track_caller]
pub fn current() -> Current {
    outside::check("reenact::task::current");
    let found = kernel::with(|kernel| {
        let word = kernel.current_word()?;
        Some(Current { id: TaskId::new(kernel.numbers(word)?.0), name: kernel.display_name(word)? })
    });
    found.unwrap_or_else(|| panic!("reenact::task::current was called outside the step of a task"))
}

/// What is known of the running task; made by [`current`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Current {
    id: TaskId,
    name: Arc<str>,
}

impl Current {
    /// Its identity in this execution.
    pub fn id(&self) -> TaskId {
        self.id
    }

    /// Its name: its own, its async function's, or its path.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Says what the running task waits for: a future that is about to return `Pending` calls it, and a deadlock report shows it.
///
/// The last word of a step counts. Costs next to nothing where no report is being made.
///
/// # Panics
///
/// Outside an execution.
///
/// ```
/// use reenact_sim::{Sim, task};
///
/// let execution = Sim::new().run(|| std::future::poll_fn(|_| {
///     task::waiting_for("a reply from the leader");
///     std::task::Poll::<()>::Pending
/// }));
/// assert!(execution.outcome.unwrap_err().message.contains("waits for a reply from the leader"));
/// ```
#[track_caller]
pub fn waiting_for(what: impl Into<Cow<'static, str>>) {
    outside::check("reenact::task::waiting_for");
    recorder::with(|recorder| recorder.waits(|| WaitReason::Label(what.into())));
}
