//! The tree of `catch_cancel` scopes, through which a cancel request is delivered.
//!
//! A scope is alive from its first poll until its future is done or dropped. Its parent is the scope in whose poll it was
//! last polled, its task the one in whose step. A request for a task goes to every leaf of the task's tree: each leaf
//! is marked, and the waker it was last polled with is woken, so that joins, `FuturesUnordered` and select branches
//! poll it. A marked scope drops its inner future instead of polling it and yields `Err(Cancelled)`.

use std::task::Waker;

use super::Kernel;
use super::table::{NONE, flag};
use super::waker::TaskWord;
use crate::trace::recorder;

#[derive(Debug)]
pub(super) struct Scopes {
    slots: Vec<Scope>,
    free: Vec<u32>,
    next_generation: u64,
}

#[derive(Debug)]
struct Scope {
    /// Tells this scope from former ones in the same place; 0 where vacant.
    generation: u64,
    task: TaskWord,
    /// The next scope of the same task.
    next: u32,
    /// Place and generation of the scope in whose poll it was last polled; 0 is no generation.
    parent: (u32, u64),
    mark: Option<Request>,
    waker: Option<Waker>,
}

/// A cancel request on its way: whom it was addressed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) task: TaskWord,
}

/// A scope of one execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ScopeKey {
    at: u32,
    generation: u64,
    epoch: u64,
}

impl Scopes {
    pub(super) const fn new() -> Self {
        Self { slots: Vec::new(), free: Vec::new(), next_generation: 1 }
    }

    /// Forgets all scopes. The wakers come back to be dropped where nothing is borrowed.
    pub(super) fn begin(&mut self) -> Vec<Waker> {
        if self.slots.is_empty() {
            return Vec::new();
        }
        let wakers = self.slots.iter_mut().filter_map(|scope| scope.waker.take()).collect();
        self.slots.clear();
        self.free.clear();
        wakers
    }

    /// How many scopes are alive.
    pub(super) fn live(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    fn get(&mut self, at: u32, generation: u64) -> Option<&mut Scope> {
        self.slots.get_mut(at as usize).filter(|scope| scope.generation == generation)
    }

    fn insert(&mut self, scope: Scope) -> u32 {
        match self.free.pop() {
            Some(at) => {
                self.slots[at as usize] = scope;
                at
            }
            None => {
                self.slots.push(scope);
                self.slots.len() as u32 - 1
            }
        }
    }
}

impl Kernel {
    /// A scope is being polled by the running task: enters it into the tree, or moves it to where it is now.
    ///
    /// # Panics
    ///
    /// Outside a step.
    pub(crate) fn poll_scope(&self, key: Option<ScopeKey>) -> ScopeKey {
        let slot = self.current_slot.get();
        assert!(slot != NONE, "catch_cancel was polled outside the step of a task: poll it in the task that is to catch");
        let parent = self.current_scope.get();
        let parent = match self.scopes.borrow().slots.get(parent as usize) {
            Some(scope) => (parent, scope.generation),
            None => (NONE, 0),
        };
        let task = self.table().peek(slot).word;
        let known = key.filter(|key| key.epoch == self.epoch.get());
        if let Some(key) = known {
            let moved = {
                let mut scopes = self.scopes.borrow_mut();
                let scope = scopes.get(key.at, key.generation).expect("a scope that is polled is alive");
                scope.parent = parent;
                if scope.task != task {
                    // A request for the task that it comes from is none for this one.
                    scope.mark = None;
                }
                scope.task != task
            };
            if moved {
                self.unlink_scope(key);
                self.link_scope(key, task);
            }
            return key;
        }
        let mut scopes = self.scopes.borrow_mut();
        let generation = scopes.next_generation;
        scopes.next_generation += 1;
        let at = scopes.insert(Scope { generation, task, next: NONE, parent, mark: None, waker: None });
        drop(scopes);
        let key = ScopeKey { at, generation, epoch: self.epoch.get() };
        self.link_scope(key, task);
        key
    }

    /// Runs `poll` as the inside of a scope.
    pub(crate) fn inside_scope<R>(&self, key: ScopeKey, poll: impl FnOnce() -> R) -> R {
        /// Also when `poll` panics: the program may catch that and go on.
        struct Restore<'a>(&'a Kernel, u32);
        impl Drop for Restore<'_> {
            fn drop(&mut self) {
                self.0.current_scope.set(self.1);
            }
        }
        let _restore = Restore(self, self.current_scope.replace(key.at));
        poll()
    }

    /// Takes the request that a scope was marked with: it was delivered here.
    pub(crate) fn take_mark(&self, key: ScopeKey) -> Option<Request> {
        let request = self.scopes.borrow_mut().get(key.at, key.generation)?.mark.take();
        if request.is_some() {
            self.delivery_taken.set(true);
        }
        request
    }

    /// The scope's future is pending: whom to wake when a request is delivered.
    pub(crate) fn keep_scope_waker(&self, key: ScopeKey, waker: &Waker) {
        let mut waker = Some(waker.clone());
        if let Some(scope) = self.scopes.borrow_mut().get(key.at, key.generation) {
            std::mem::swap(&mut scope.waker, &mut waker);
        }
        drop(waker);
    }

    /// The scope's future is done or dropped.
    pub(crate) fn leave_scope(&self, key: ScopeKey) {
        if key.epoch != self.epoch.get() || self.scopes.borrow_mut().get(key.at, key.generation).is_none() {
            return;
        }
        self.unlink_scope(key);
        let waker = {
            let mut scopes = self.scopes.borrow_mut();
            scopes.free.push(key.at);
            let scope = &mut scopes.slots[key.at as usize];
            scope.generation = 0;
            scope.waker.take()
        };
        drop(waker);
    }

    /// Passes a request on to the innermost scope around the future that is being polled, or to the task itself.
    pub(crate) fn resume_request(&self, request: Request) {
        let at = self.current_scope.get();
        if at == NONE {
            self.task_resumed.set(true);
        } else {
            self.scopes.borrow_mut().slots[at as usize].mark = Some(request);
        }
    }

    /// Delivers the request of a task at its step. Returns how many scopes were marked.
    #[cold]
    pub(super) fn deliver_cancel(&self, slot: u32) -> u32 {
        let (word, number, path_hash, head) = {
            let mut table = self.table_mut();
            let entry = table.at(slot);
            entry.flags &= !flag::CANCEL;
            (entry.word, entry.number, entry.path_hash, entry.scopes)
        };
        let mut wakers = Vec::new();
        let mut marked = 0;
        {
            let mut scopes = self.scopes.borrow_mut();
            let mut all = Vec::new();
            let mut at = head;
            while at != NONE {
                all.push(at);
                at = scopes.slots[at as usize].next;
            }
            let parents: Vec<(u32, u64)> = all.iter().map(|&at| scopes.slots[at as usize].parent).collect();
            for at in all {
                let scope = &mut scopes.slots[at as usize];
                if parents.contains(&(at, scope.generation)) {
                    continue;
                }
                scope.mark = Some(Request { task: word });
                wakers.extend(scope.waker.clone());
                marked += 1;
            }
        }
        recorder::with(|recorder| recorder.cancel_delivered(number, path_hash, marked));
        wakers.into_iter().for_each(Waker::wake);
        marked
    }

    fn link_scope(&self, key: ScopeKey, task: TaskWord) {
        let mut table = self.table_mut();
        let Some(entry) = table.get(task) else { return };
        let scope = &mut self.scopes.borrow_mut().slots[key.at as usize];
        scope.task = task;
        scope.next = entry.scopes;
        entry.scopes = key.at;
    }

    fn unlink_scope(&self, key: ScopeKey) {
        let mut table = self.table_mut();
        let mut scopes = self.scopes.borrow_mut();
        let Scope { task, next, .. } = scopes.slots[key.at as usize];
        let Some(entry) = table.get(task) else { return };
        if entry.scopes == key.at {
            entry.scopes = next;
            return;
        }
        let mut at = entry.scopes;
        while at != NONE {
            let scope = &mut scopes.slots[at as usize];
            if scope.next == key.at {
                scope.next = next;
                return;
            }
            at = scope.next;
        }
    }
}
