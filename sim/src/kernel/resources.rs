//! [`Resources`]: what the tasks of an execution have created to share.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Kernel;
use crate::hash::mix;
use crate::resource::ResourceId;
use crate::trace::recorder;

/// Names that are kept at most.
const MOST: usize = 1024;

/// How many resources each task has created, and what they are called if they have no names of their own.
#[derive(Debug)]
pub(super) struct Resources {
    /// By task number.
    counts: Vec<u32>,
    /// From one execution to the next, because it is always the same tasks that create something, and to write a name takes longer than
    /// most steps. Which name a resource has follows from its identity, so nothing but how long it takes depends on what is here.
    names: BTreeMap<u64, Arc<str>>,
}

impl Resources {
    pub(super) const fn new() -> Self {
        Self { counts: Vec::new(), names: BTreeMap::new() }
    }

    pub(super) fn begin(&mut self) {
        self.counts.clear();
    }

    /// How many the task has created before.
    fn count(&mut self, task: u32) -> u32 {
        let task = task as usize;
        if task >= self.counts.len() {
            self.counts.resize(task + 1, 0);
        }
        let count = self.counts[task];
        self.counts[task] += 1;
        count
    }

    fn name(&mut self, id: u64, make: impl FnOnce() -> Option<Arc<str>>) -> Option<Arc<str>> {
        if let Some(name) = self.names.get(&id) {
            return Some(name.clone());
        }
        let name = make()?;
        if self.names.len() >= MOST {
            self.names.clear();
        }
        self.names.insert(id, name.clone());
        Some(name)
    }
}

impl Kernel {
    /// A new resource of the running task, which has a name of its own.
    pub(crate) fn new_resource(&self) -> Option<ResourceId> {
        self.new_numbered().map(|(id, ..)| ResourceId::new(id))
    }

    /// A new resource of the running task, called by the path of the task and its number.
    pub(crate) fn new_unnamed_resource(&self) -> Option<(ResourceId, Arc<str>)> {
        let (id, task, count) = self.new_numbered()?;
        let path = || recorder::with(|recorder| recorder.path_of(task));
        let name = self.extras().resources.name(id, || Some(format!("{}#{count}", path()?).into()))?;
        Some((ResourceId::new(id), name))
    }

    /// Its identity, who creates it, and how many the task has created before.
    fn new_numbered(&self) -> Option<(u64, u32, u32)> {
        let (task, path_hash) = self.current_numbers()?;
        let count = self.extras().resources.count(task);
        Some((mix(path_hash, u64::from(count) + 1), task, count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_of_an_execution_and_names_are_kept() {
        let mut resources = Resources::new();
        assert_eq!([7, 0, 7, 7].map(|task| resources.count(task)), [0, 0, 1, 2]);
        assert_eq!(resources.name(1, || Some("first".into())).as_deref(), Some("first"));
        resources.begin();
        assert_eq!([7, 0].map(|task| resources.count(task)), [0, 0]);
        assert_eq!(resources.name(1, || None).as_deref(), Some("first"));
        assert_eq!(resources.name(2, || None), None);
        for id in 0..3 * MOST as u64 {
            assert_eq!(resources.name(id + 10, || Some(id.to_string().into())), Some(id.to_string().into()));
            assert!(resources.names.len() <= MOST);
        }
    }
}
