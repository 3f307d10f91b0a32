//! The tree of scopes, through which cancel requests are delivered.
//!
//! A scope is alive from its first poll until its future is done or dropped. Its parent is the scope in whose poll it was
//! last polled, its task the one in whose step. `catch_cancel` scopes catch requests; cancel scopes can be addressed by
//! one, and let those of others pass. Delivery itself is in [`delivery`](super::delivery).

use std::task::Waker;

use super::Kernel;
use super::table::NONE;
use super::waker::TaskWord;

#[derive(Debug)]
pub(super) struct Scopes {
    pub(super) slots: Vec<Scope>,
    free: Vec<u32>,
    next_generation: u64,
}

#[derive(Debug)]
pub(super) struct Scope {
    /// Tells this scope from former ones in the same place; 0 where vacant.
    pub(super) generation: u64,
    pub(super) kind: ScopeKind,
    pub(super) task: TaskWord,
    /// The next scope of the same task.
    pub(super) next: u32,
    /// The scope in whose poll it was last polled.
    pub(super) parent: Place,
    /// The request that was delivered here, until it is taken.
    pub(super) mark: Option<Request>,
    /// Of a cancel scope: whether a scope below has taken the request that is being delivered.
    pub(super) taken_below: bool,
    /// Of a cancel scope: its request is to be delivered once more.
    pub(super) again: bool,
    pub(super) waker: Option<Waker>,
}

/// What a scope does with requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScopeKind {
    /// Catches them, whoever they are addressed to.
    Catch,
    /// Can be addressed; a request for somebody further out passes.
    Target,
}

/// Where a scope is in the table, and its generation: 0 is none.
pub(super) type Place = (u32, u64);

/// No scope.
pub(super) const NOWHERE: Place = (NONE, 0);

/// A cancel request on its way: whom it was addressed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) task: TaskWord,
    /// A cancel scope of the task, or [`NOWHERE`] if it was addressed to the task itself.
    pub(super) target: Place,
}

/// A scope of one execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ScopeKey {
    pub(super) at: u32,
    pub(super) generation: u64,
    pub(super) epoch: u64,
}

impl ScopeKey {
    pub(super) fn place(self) -> Place {
        (self.at, self.generation)
    }
}

impl Scopes {
    pub(super) const fn new() -> Self {
        Self { slots: Vec::new(), free: Vec::new(), next_generation: 1 }
    }

    /// Forgets all scopes. The wakers come back to be dropped where nothing is borrowed.
    pub(super) fn begin(&mut self) -> Vec<Waker> {
        let wakers = self.slots.iter_mut().filter_map(|scope| scope.waker.take()).collect();
        self.slots.clear();
        self.free.clear();
        wakers
    }

    /// Whether there has been none since the last [`begin`](Self::begin).
    pub(super) fn is_new(&self) -> bool {
        self.slots.is_empty()
    }

    /// How many scopes are alive.
    pub(super) fn live(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// The scope at a place, if it is alive.
    pub(super) fn find(&self, (at, generation): Place) -> Option<&Scope> {
        self.slots.get(at as usize).filter(|scope| scope.generation == generation)
    }

    pub(super) fn get(&mut self, at: u32, generation: u64) -> Option<&mut Scope> {
        self.slots.get_mut(at as usize).filter(|scope| scope.generation == generation)
    }

    /// The scopes around a place, innermost first.
    pub(super) fn around(&self, place: Place) -> impl Iterator<Item = Place> {
        let mut next = self.find(place).map(|scope| scope.parent);
        std::iter::from_fn(move || {
            let place = next?;
            next = self.find(place).map(|scope| scope.parent);
            next.map(|_| place)
        })
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
    pub(crate) fn poll_scope(&self, key: Option<ScopeKey>, kind: ScopeKind) -> ScopeKey {
        let slot = self.current_slot.get();
        let function = if kind == ScopeKind::Catch { "catch_cancel" } else { "a cancel scope" };
        assert!(slot != NONE, "{function} was polled outside the step of a task: poll it in the task that is to be cancelled");
        let parent = self.current_scope.get();
        let parent = match self.scopes.borrow().slots.get(parent as usize) {
            Some(scope) => (parent, scope.generation),
            None => NOWHERE,
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
        let at = scopes.insert(Scope {
            generation,
            kind,
            task,
            next: NONE,
            parent,
            mark: None,
            taken_below: false,
            again: false,
            waker: None,
        });
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
