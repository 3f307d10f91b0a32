//! Watches: how combinators learn that tasks end, in which order, without waking before their condition holds.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::Waker;

use super::Kernel;
use super::table::{NONE, flag};
use super::waker::TaskWord;

pub(super) type WatchId = u32;

#[derive(Debug)]
pub(super) struct Watches {
    nodes: Vec<Option<Node>>,
    free: Vec<WatchId>,
}

/// One task watched by one group.
#[derive(Debug)]
struct Node {
    group: Rc<Group>,
    /// What the group calls the task.
    key: usize,
    /// Whether a result counts as a failure.
    is_failure: Option<fn(&dyn Any) -> bool>,
    /// The next watch of the same task.
    next: WatchId,
}

/// Tasks watched together.
#[derive(Debug, Default)]
pub(crate) struct Group {
    /// Keys of the tasks that have ended, in the order in which they did.
    pub(crate) finished: RefCell<Vec<usize>>,
    /// Whether one of them failed.
    pub(crate) failed: Cell<bool>,
    /// When to wake: at this many ended tasks ..
    pub(crate) target: Cell<usize>,
    /// .. or at the first failure.
    pub(crate) at_failure: Cell<bool>,
    pub(crate) waker: RefCell<Option<Waker>>,
}

impl Group {
    pub(crate) fn is_due(&self) -> bool {
        self.finished.borrow().len() >= self.target.get() || (self.at_failure.get() && self.failed.get())
    }

    fn add(&self, key: usize, failed: bool) -> Option<Waker> {
        self.finished.borrow_mut().push(key);
        self.failed.set(self.failed.get() | failed);
        if self.is_due() { self.waker.take() } else { None }
    }
}

impl Watches {
    pub(super) const fn new() -> Self {
        Self { nodes: Vec::new(), free: Vec::new() }
    }

    pub(super) fn begin(&mut self) -> Vec<Rc<Group>> {
        self.free.clear();
        self.nodes.drain(..).flatten().map(|node| node.group).collect()
    }

    /// Whether there has been none since the last [`begin`](Self::begin).
    pub(super) fn is_new(&self) -> bool {
        self.nodes.is_empty()
    }

    /// How many watches exist.
    pub(super) fn live(&self) -> usize {
        self.nodes.len() - self.free.len()
    }

    fn take(&mut self, id: WatchId) -> Option<Node> {
        let node = self.nodes.get_mut(id as usize)?.take()?;
        self.free.push(id);
        Some(node)
    }
}

impl Kernel {
    /// Watches a task for a group. A task that has ended already is added to the group at once, by its completion; the
    /// return value tells a live watch from that.
    pub(crate) fn watch(
        &self,
        task: TaskWord,
        group: &Rc<Group>,
        key: usize,
        is_failure: Option<fn(&dyn Any) -> bool>,
    ) -> Result<WatchId, u32> {
        let mut table = self.table_mut();
        let Some(entry) = table.get(task) else { return Err(0) };
        if entry.flags & flag::FINISHED != 0 {
            let failed = failed(entry.flags, entry.body.as_deref(), is_failure);
            group.failed.set(group.failed.get() | failed);
            return Err(entry.completion);
        }
        let mut watches = self.watches.borrow_mut();
        let node = Node { group: group.clone(), key, is_failure, next: entry.watches };
        let id = match watches.free.pop() {
            Some(id) => {
                watches.nodes[id as usize] = Some(node);
                id
            }
            None => {
                watches.nodes.push(Some(node));
                watches.nodes.len() as WatchId - 1
            }
        };
        entry.watches = id;
        Ok(id)
    }

    /// Takes a watch back, if its task has not ended yet.
    pub(crate) fn unwatch(&self, task: TaskWord, id: WatchId) {
        let node = {
            let mut table = self.table_mut();
            let Some(entry) = table.get(task) else { return };
            let mut watches = self.watches.borrow_mut();
            let next = watches.nodes.get(id as usize).and_then(Option::as_ref).map_or(NONE, |node| node.next);
            let mut at = entry.watches;
            if at == id {
                entry.watches = next;
            }
            while at != NONE && at != id {
                let Some(node) = watches.nodes[at as usize].as_mut() else { return };
                if node.next == id {
                    node.next = next;
                    at = id;
                } else {
                    at = node.next;
                }
            }
            if at == id { watches.take(id) } else { None }
        };
        drop(node);
    }

    /// Tells all groups that watch an ended task. `head` is its list of watches.
    #[cold]
    pub(super) fn notify_watches(&self, slot: u32, head: WatchId) {
        let mut nodes = Vec::new();
        {
            let table = self.table();
            let mut watches = self.watches.borrow_mut();
            let entry = table.peek(slot);
            let mut at = head;
            while let Some(node) = watches.take(at) {
                at = node.next;
                let failed = failed(entry.flags, entry.body.as_deref(), node.is_failure);
                nodes.push((node, failed));
            }
        }
        // The list has the youngest first; groups hear of it in the order in which they began to watch.
        for (node, failed) in nodes.into_iter().rev() {
            if let Some(waker) = node.group.add(node.key, failed) {
                waker.wake();
            }
        }
    }
}

fn failed(flags: u16, body: Option<&dyn super::body::AnyBody>, is_failure: Option<fn(&dyn Any) -> bool>) -> bool {
    let output = body.and_then(|body| body.output());
    flags & flag::PANICKED != 0 || is_failure.zip(output).is_some_and(|(is_failure, output)| is_failure(output))
}
