//! What few executions need: names, data streams, panics handed over, things to warn about.

use std::any::Any;
use std::cell::RefMut;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::panics::Caught;
use super::resources::Resources;
use super::{Kernel, Pending};
use crate::resource::{Access, ResourceId};
use crate::rng::Stream;
use crate::schedule::{Data, TaskPath};
use crate::trace::{AccessKind, TaskId, recorder};

#[derive(Debug)]
pub(super) struct Extras {
    /// Explicit names, by task number.
    pub(super) names: BTreeMap<u32, Arc<str>>,
    /// Panics that nobody has taken yet, by task number.
    pub(super) panics: BTreeMap<u32, Panicked>,
    /// Panics that nobody can take any more.
    pub(super) unseen: Vec<Unseen>,
    /// Sites of spawns that came too late.
    pub(super) refused_spawns: u32,
    data: Data,
    /// The tasks that drew from another stream than 0, with its number.
    other_streams: Vec<(TaskPath, u64)>,
    /// Data streams that were drawn from, by task number.
    streams: BTreeMap<u32, Stream>,
    pub(super) resources: Resources,
}

/// The panic of a task, to be handed to whoever awaits it.
pub(crate) struct Panicked {
    pub(super) task: TaskId,
    pub(super) caught: Caught,
    pub(super) payload: Option<Box<dyn Any + Send>>,
}

impl std::fmt::Debug for Panicked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Panicked").field("task", &self.task).field("caught", &self.caught).finish_non_exhaustive()
    }
}

impl Panicked {
    /// Message and payload.
    pub(crate) fn into_parts(self) -> (String, Box<dyn Any + Send>) {
        (self.caught.message, self.payload.unwrap_or_else(|| Box::new(())))
    }
}

/// A panic that nobody looked at.
#[derive(Debug)]
pub(crate) struct Unseen {
    pub(crate) task: u32,
    pub(crate) message: String,
    pub(crate) place: Option<String>,
}

impl Extras {
    pub(super) const fn new() -> Self {
        Self {
            names: BTreeMap::new(),
            panics: BTreeMap::new(),
            unseen: Vec::new(),
            refused_spawns: 0,
            data: Data::NONE,
            other_streams: Vec::new(),
            streams: BTreeMap::new(),
            resources: Resources::new(),
        }
    }

    pub(super) fn begin(&mut self, data: &Data) {
        self.data.clone_from(data);
        self.other_streams.clear();
        self.refused_spawns = 0;
        self.unseen.clear();
        // To clear a map that is empty is a dozen instructions, and few executions use any of them.
        if !self.names.is_empty() {
            self.names.clear();
        }
        if !self.panics.is_empty() {
            self.panics.clear();
        }
        if !self.streams.is_empty() {
            self.streams.clear();
        }
        self.resources.begin();
    }

    /// A task whose panic nobody has taken.
    pub(super) fn first_panicked(&self) -> Option<u32> {
        self.panics.keys().next().copied()
    }

    fn has_unseen(&self) -> bool {
        !self.unseen.is_empty() || self.refused_spawns > 0
    }

    /// Nobody will ask for the panic of this task any more. Its payload comes back to be dropped where nothing is borrowed.
    pub(super) fn give_up_panic(&mut self, task: u32) -> Option<Box<dyn Any + Send>> {
        let panicked = self.panics.remove(&task)?;
        let Caught { message, place } = panicked.caught;
        self.unseen.push(Unseen { task, message, place });
        panicked.payload
    }
}

impl Kernel {
    /// An execution begins. Few need anything of the extras, so those that do say so.
    #[inline]
    pub(super) fn begin_extras(&self, data: &Data) {
        self.data_source.set(data.source());
        let streams = data.has_streams();
        if self.has_extras.replace(streams) || streams {
            self.extras.borrow_mut().begin(data);
        }
        if self.has_pending.replace(false) {
            self.pending.borrow_mut().clear();
        }
    }

    /// The extras, of which something is about to be used.
    pub(super) fn extras(&self) -> RefMut<'_, Extras> {
        self.has_extras.set(true);
        self.extras.borrow_mut()
    }

    /// Draws from a data stream of a task.
    pub(crate) fn draw<R>(&self, task: u32, path_hash: u64, draw: impl FnOnce(&mut Stream) -> R) -> R {
        let extras = &mut *self.extras();
        let Extras { data, streams, other_streams, .. } = extras;
        let seed = self.data_source.get().seed();
        draw(streams.entry(task).or_insert_with(|| {
            let mut number = 0;
            if !data.streams().is_empty()
                && let Some(path) = recorder::with(|recorder| recorder.path_of(task))
            {
                number = data.stream_of(&path);
                other_streams.push((path, number));
            }
            Stream::of_task(seed, path_hash, number)
        }))
    }

    /// Where the data come from, if any were drawn.
    pub(crate) fn drawn_data(&self) -> Option<Data> {
        let extras = self.extras.borrow();
        (!extras.streams.is_empty()).then(|| Data::new(self.data_source.get().seed(), extras.other_streams.iter().cloned()))
    }

    /// The tasks that drew data.
    pub(crate) fn drawers(&self) -> Vec<TaskPath> {
        let extras = self.extras.borrow();
        recorder::with(|recorder| extras.streams.keys().map(|task| recorder.any_path(*task)).collect())
    }

    /// The running step touches a resource.
    pub(crate) fn access(&self, resource: ResourceId, name: &Arc<str>, kind: AccessKind) {
        recorder::with(|recorder| recorder.accessed(name, kind));
        if self.observed.get() && self.current_slot.get() != super::table::NONE {
            self.accesses.borrow_mut().push(Access::new(resource, kind));
        }
    }

    /// Whether there is anything for [`take_unseen`](Self::take_unseen).
    #[inline]
    pub(crate) fn has_unseen(&self) -> bool {
        self.has_extras.get() && self.extras.borrow().has_unseen()
    }

    /// Whether the end of main has left tasks unfinished.
    #[inline]
    pub(crate) fn has_pending(&self) -> bool {
        self.has_pending.get()
    }

    /// Those tasks.
    pub(crate) fn take_pending(&self) -> Vec<Pending> {
        self.has_pending.set(false);
        self.pending.take()
    }

    /// Panics that nobody looked at, spawns that were refused.
    pub(crate) fn take_unseen(&self) -> (Vec<Unseen>, u32) {
        let mut extras = self.extras.borrow_mut();
        (std::mem::take(&mut extras.unseen), extras.refused_spawns)
    }
}
