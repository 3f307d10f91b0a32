//! Shared state whose accesses are recorded: [`Shared`], [`Resource`] and [`access`].

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use crate::coverage;
use crate::kernel;
use crate::outside;
pub use crate::resource::{Access, AccessKind, ResourceId};
use crate::trace::{WaitReason, recorder};

/// Something that tasks share, known by name in traces: a lock, a table, a file of your own.
///
/// Create it inside the execution: its identity is the task that creates it, and which of its resources it is.
#[derive(Clone, Debug)]
pub struct Resource {
    id: ResourceId,
    name: Arc<str>,
}

impl Resource {
    /// A resource of the running task.
    ///
    /// # Panics
    ///
    /// Outside the step of a task.
    #[track_caller]
    pub fn new(name: &str) -> Self {
        let id = or_refuse("Resource::new", kernel::with(|kernel| kernel.new_resource()));
        Self { id, name: name.into() }
    }

    /// The running task holds it as long as the returned value lives: for locks, permits, whatever one task has and others wait for. A
    /// deadlock report says who holds what a task [waits for](Self::waiting), and if they wait in a circle.
    ///
    /// Is no access, and costs next to nothing where no report is being made.
    ///
    /// # Panics
    ///
    /// Outside an execution.
    ///
    /// ```
    /// use reenact_sim::{Resource, Sim, task};
    ///
    /// let execution = Sim::new().run(|| async {
    ///     let door = Resource::new("door");
    ///     let _held = door.hold();
    ///     let other = task::Builder::new().name("visitor").spawn(std::future::poll_fn(move |_| {
    ///         door.waiting();
    ///         std::task::Poll::<()>::Pending
    ///     }));
    ///     other.await
    /// });
    /// let message = execution.outcome.unwrap_err().message;
    /// assert!(message.contains("waits for door, held by 0 `main`"), "{message}");
    /// assert!(message.ends_with("a cycle: 0 `main` waits for task 0.0 `visitor`; 0.0 `visitor` waits for door, held by 0 `main`"));
    /// ```
    #[track_caller]
    pub fn hold(&self) -> Held {
        outside::check("Resource::hold");
        Held { hold: recorder::with(|recorder| recorder.hold(self.id)) }
    }

    /// Says that the running task waits for it: a future that is about to return `Pending` calls it. See
    /// [`waiting_for`](crate::task::waiting_for).
    ///
    /// # Panics
    ///
    /// Outside an execution.
    #[track_caller]
    pub fn waiting(&self) {
        outside::check("Resource::waiting");
        recorder::with(|recorder| recorder.waits(|| WaitReason::Resource { name: self.name.clone(), id: self.id }));
    }

    /// Its identity.
    pub fn id(&self) -> ResourceId {
        self.id
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// A resource is held by a task. See [`Resource::hold`].
#[derive(Debug)]
#[must_use = "what is not kept is let go at once"]
pub struct Held {
    hold: u64,
}

impl Drop for Held {
    fn drop(&mut self) {
        recorder::with(|recorder| recorder.let_go(self.hold));
    }
}

#[track_caller]
fn or_refuse<T>(function: &str, new: Option<T>) -> T {
    match new {
        Some(new) => new,
        None => panic!(
            "{function} was called outside the step of a task: create what tasks share inside the body of the simulation; \
             a value made outside carries state from one execution into the next"
        ),
    }
}

/// Records that the running step reads or writes a resource. Suspends nothing.
///
/// # Panics
///
/// Outside an execution.
///
/// ```
/// use reenact_sim::{AccessKind, Resource, Sim, access};
///
/// let execution = Sim::new().run(|| async {
///     let file = Resource::new("journal");
///     access(&file, AccessKind::Write);
/// });
/// assert!(execution.trace.to_string().contains("writes journal"));
/// ```
#[track_caller]
pub fn access(resource: &Resource, kind: AccessKind) {
    outside::check("reenact::access");
    kernel::with(|kernel| kernel.access(resource.id, &resource.name, kind));
    coverage::accessed(resource.id, kind);
}

/// A value that tasks share, and of which every read and write is recorded.
///
/// A clone is the same value. No method suspends: to let other tasks in between a read and a write, await something
/// between them. After its execution a value can still be read and written, and nothing is recorded.
///
/// ```
/// use reenact_sim::{Explorer, Shared, task};
///
/// // Two tasks that read, and write one more: an update is lost if both read first.
/// let report = Explorer::new().executions(100).run(|| async {
///     let count = Shared::new(0);
///     let add = |count: Shared<i32>| async move {
///         let seen = count.get();
///         task::yield_now().await;
///         count.set(seen + 1);
///     };
///     let (one, two) = (task::spawn(add(count.clone())), task::spawn(add(count.clone())));
///     let _ = (one.await, two.await);
///     assert_eq!(count.get(), 2);
/// });
/// assert!(report.failure.is_some());
/// ```
pub struct Shared<T> {
    resource: Resource,
    value: Rc<RefCell<T>>,
}

impl<T> Shared<T> {
    /// A value called by the path of the task that creates it and a number: `0.1#0`.
    ///
    /// # Panics
    ///
    /// Outside the step of a task.
    #[track_caller]
    pub fn new(value: T) -> Self {
        let (id, name) = or_refuse("Shared::new", kernel::with(|kernel| kernel.new_unnamed_resource()));
        Self { resource: Resource { id, name }, value: Rc::new(RefCell::new(value)) }
    }

    /// A value with a name of its own.
    ///
    /// # Panics
    ///
    /// Outside the step of a task.
    #[track_caller]
    pub fn named(name: &str, value: T) -> Self {
        let id = or_refuse("Shared::named", kernel::with(|kernel| kernel.new_resource()));
        Self { resource: Resource { id, name: name.into() }, value: Rc::new(RefCell::new(value)) }
    }

    /// A copy of the value: one read.
    #[track_caller]
    pub fn get(&self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// Replaces the value: one write.
    #[track_caller]
    pub fn set(&self, value: T) {
        self.record(AccessKind::Write);
        let former = self.value.replace(value);
        drop(former);
    }

    /// Replaces the value by what `change` makes of it, and returns the new one: one write, in one step.
    #[track_caller]
    pub fn update(&self, change: impl FnOnce(T) -> T) -> T
    where
        T: Clone,
    {
        self.record(AccessKind::Write);
        let seen = self.value.borrow().clone();
        let new = change(seen);
        let former = self.value.replace(new.clone());
        drop(former);
        new
    }

    /// Looks at the value: one read.
    ///
    /// # Panics
    ///
    /// Inside [`with_mut`](Self::with_mut) of the same value.
    #[track_caller]
    pub fn with<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        self.record(AccessKind::Read);
        look(&self.value.borrow())
    }

    /// Changes the value in place: one write.
    ///
    /// # Panics
    ///
    /// Inside [`with`](Self::with) or `with_mut` of the same value.
    #[track_caller]
    pub fn with_mut<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        self.record(AccessKind::Write);
        change(&mut self.value.borrow_mut())
    }

    /// What the accesses are recorded under.
    pub fn resource(&self) -> &Resource {
        &self.resource
    }

    fn record(&self, kind: AccessKind) {
        if recorder::with(|recorder| recorder.is_running()) {
            kernel::with(|kernel| kernel.access(self.resource.id, &self.resource.name, kind));
            coverage::accessed(self.resource.id, kind);
        }
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self { resource: self.resource.clone(), value: self.value.clone() }
    }
}

impl<T: fmt::Debug> fmt::Debug for Shared<T> {
    /// Shows the value without recording a read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("name", &self.resource.name).field("value", &self.value).finish()
    }
}
