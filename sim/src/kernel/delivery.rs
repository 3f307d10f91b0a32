//! Delivering cancel requests through the tree of scopes, so that none is lost.
//!
//! A request is addressed to a task, or to a cancel scope inside it. It goes to every leaf below: each `catch_cancel` scope with
//! none further in is marked, and the waker it was last polled with is woken, so that joins, `FuturesUnordered` and select
//! branches poll it. A marked scope drops its inner future instead of polling it, and yields `Err(Cancelled)`. Of two requests
//! the one that is addressed further out counts: to end the outer one ends the inner one, too.

use std::task::Waker;

use super::Kernel;
use super::scopes::{NOWHERE, Place, Request, ScopeKey, ScopeKind, Scopes};
use super::table::{NONE, flag};
use super::waker::TaskWord;
use crate::trace::recorder;

impl Scopes {
    /// The one of two requests that is addressed further out, as seen from a place. One whose address is not around that place, any
    /// more, does not count.
    fn outer(&self, from: Place, one: Request, other: Option<Request>) -> Request {
        let Some(other) = other.filter(|other| other.task == one.task) else { return one };
        if one.target == NOWHERE || other.target == NOWHERE {
            return Request { task: one.task, target: NOWHERE };
        }
        self.around(from)
            .filter(|&place| place == one.target || place == other.target)
            .last()
            .map_or(one, |target| Request { task: one.task, target })
    }

    /// Whether a request is addressed to something around a place.
    fn comes_from_outside(&self, place: Place, request: Request) -> bool {
        request.target == NOWHERE || self.around(place).any(|around| around == request.target)
    }

    /// The `catch_cancel` scopes of a task, below `target` or anywhere, that have none further in. `head` is the task's list.
    fn leaves(&self, head: u32, target: Place) -> Vec<Place> {
        let mut catching = Vec::new();
        let mut at = head;
        while at != NONE {
            let scope = &self.slots[at as usize];
            if scope.kind == ScopeKind::Catch {
                catching.push((at, scope.generation));
            }
            at = scope.next;
        }
        let mut inner: Vec<Place> = catching.iter().flat_map(|&place| self.around(place)).collect();
        inner.sort_unstable();
        let below = |&place: &Place| target == NOWHERE || self.around(place).any(|around| around == target);
        catching.into_iter().filter(|place| inner.binary_search(place).is_err()).filter(below).collect()
    }

    /// Marks scopes. The wakers to wake come back.
    fn mark(&mut self, leaves: &[Place], request: Request) -> Vec<Waker> {
        let mut wakers = Vec::new();
        for &place in leaves {
            let mark = self.outer(place, request, self.find(place).and_then(|scope| scope.mark));
            if mark != request && request.target != NOWHERE {
                // Merged with the other request: whoever takes that one takes both.
                self.slots[request.target.0 as usize].taken_below = true;
            }
            let scope = &mut self.slots[place.0 as usize];
            scope.mark = Some(mark);
            wakers.extend(scope.waker.clone());
        }
        wakers
    }
}

impl Kernel {
    /// Delivers the request of a task at its step. Returns how many scopes were marked.
    #[cold]
    pub(super) fn deliver_cancel(&self, slot: u32) -> usize {
        let (word, number, path_hash, head) = {
            let mut table = self.table_mut();
            let entry = table.at(slot);
            entry.flags &= !flag::CANCEL;
            (entry.word, entry.number, entry.path_hash, entry.scopes)
        };
        let request = Request { task: word, target: NOWHERE };
        let marked = self.mark_leaves(head, request);
        recorder::with(|recorder| recorder.cancel_delivered(number, path_hash, marked.0 as u32));
        self.wake_quietly(slot, marked.1);
        marked.0
    }

    /// Delivers a request to a cancel scope, which is being polled, before its future is. Returns how many scopes below it
    /// were marked.
    pub(crate) fn deliver_to_scope(&self, key: ScopeKey) -> usize {
        let slot = self.current_slot.get();
        let (word, number, path_hash, head) = {
            let table = self.table();
            let entry = table.peek(slot);
            (entry.word, entry.number, entry.path_hash, entry.scopes)
        };
        if let Some(scope) = self.scopes.borrow_mut().get(key.at, key.generation) {
            scope.taken_below = false;
        }
        let marked = self.mark_leaves(head, Request { task: word, target: key.place() });
        recorder::with(|recorder| recorder.scope_cancelled(number, path_hash, marked.0 as u32));
        self.wake_quietly(slot, marked.1);
        marked.0
    }

    fn mark_leaves(&self, head: u32, request: Request) -> (usize, Vec<Waker>) {
        let mut scopes = self.scopes.borrow_mut();
        let leaves = scopes.leaves(head, request.target);
        let wakers = scopes.mark(&leaves, request);
        (leaves.len(), wakers)
    }

    /// Wakes the scopes of a task that is being stepped. As long as they are woken it counts as queued: it is about to poll
    /// them anyway, and its own waker is no reason for a further step.
    fn wake_quietly(&self, slot: u32, wakers: Vec<Waker>) {
        let queued = std::mem::replace(&mut self.table_mut().at(slot).busy, true);
        wakers.into_iter().for_each(Waker::wake);
        self.table_mut().at(slot).busy = queued;
    }

    /// Takes the request that a scope was marked with: it was delivered here.
    pub(crate) fn take_mark(&self, key: ScopeKey) -> Option<Request> {
        let mut scopes = self.scopes.borrow_mut();
        let request = scopes.get(key.at, key.generation)?.mark.take()?;
        if request.target == NOWHERE {
            self.delivery_taken.set(true);
        } else if let Some(target) = scopes.get(request.target.0, request.target.1) {
            target.taken_below = true;
        }
        Some(request)
    }

    /// Whether a scope below has taken the request that was last delivered to this one.
    pub(crate) fn taken_below(&self, key: ScopeKey) -> bool {
        self.scopes.borrow().find(key.place()).is_some_and(|scope| scope.taken_below)
    }

    /// Passes a request on to the innermost `catch_cancel` scope around the future that is being polled, or to whoever it was
    /// addressed to.
    ///
    /// # Panics
    ///
    /// If that is a cancel scope around somewhere else.
    #[track_caller]
    pub(crate) fn resume_request(&self, request: Request) {
        let mut scopes = self.scopes.borrow_mut();
        let at = self.current_scope.get();
        let mut place = scopes.slots.get(at as usize).map_or(NOWHERE, |scope| (at, scope.generation));
        loop {
            let Some(scope) = scopes.find(place) else {
                drop(scopes);
                assert!(
                    request.target == NOWHERE,
                    "resume_cancel was awaited outside the cancel scope that was cancelled: a Cancelled belongs to its scope"
                );
                self.task_resumed.set(true);
                return;
            };
            if scope.kind == ScopeKind::Catch || place == request.target {
                break;
            }
            place = scope.parent;
        }
        let mark = scopes.outer(place, request, scopes.find(place).and_then(|scope| scope.mark));
        scopes.slots[place.0 as usize].mark = Some(mark);
    }

    /// Drops the inside of a scope because a request was delivered there, and returns the request that counts: a caught one of
    /// somebody further out, which was still being cleaned up after inside, is not lost.
    pub(crate) fn drop_inside(&self, key: ScopeKey, request: Option<Request>, drop: impl FnOnce()) -> Option<Request> {
        /// Also when `drop` panics: the program may catch that and go on.
        struct Restore<'a>(&'a Kernel, Option<Unhandled>);
        impl Drop for Restore<'_> {
            fn drop(&mut self) {
                self.0.unhandled.set(self.1);
            }
        }
        let restore = Restore(self, self.unhandled.replace(Some(Unhandled::default())));
        self.inside_scope(key, drop);
        let unhandled = self.unhandled.get().and_then(|unhandled| unhandled.0);
        std::mem::drop(restore);
        let task = self.current_word();
        let unhandled = unhandled.filter(|unhandled| Some(unhandled.task) == task);
        let scopes = self.scopes.borrow();
        let unhandled = unhandled.filter(|unhandled| scopes.comes_from_outside(key.place(), *unhandled));
        match (request, unhandled) {
            (Some(request), unhandled) => Some(scopes.outer(key.place(), request, unhandled)),
            (None, unhandled) => unhandled,
        }
    }

    /// A caught request is dropped. That is the end of it, unless what was handling it is being dropped itself.
    pub(crate) fn request_dropped(&self, request: Request) {
        if let Some(Unhandled(seen)) = self.unhandled.get() {
            let at = self.current_scope.get();
            let scopes = self.scopes.borrow();
            let from = scopes.slots.get(at as usize).map_or(NOWHERE, |scope| (at, scope.generation));
            self.unhandled.set(Some(Unhandled(Some(scopes.outer(from, request, seen)))));
        }
    }

    /// Makes a caught request once more, to be delivered when the task or the scope is polled next.
    pub(crate) fn request_again(&self, request: Request) {
        if request.target == NOWHERE {
            let mut table = self.table_mut();
            let Some(entry) = table.get(request.task).filter(|entry| entry.flags & flag::FINISHED == 0) else { return };
            entry.flags |= flag::CANCEL;
        } else if let Some(scope) = self.scopes.borrow_mut().get(request.target.0, request.target.1) {
            scope.again = true;
            // Its own poll is going on further up, and looks at this when it is done.
            return;
        }
        self.wake(request.task);
    }

    pub(crate) fn is_requested_again(&self, key: ScopeKey) -> bool {
        self.scopes.borrow().find(key.place()).is_some_and(|scope| scope.again)
    }

    pub(crate) fn take_requested_again(&self, key: ScopeKey) -> bool {
        self.scopes.borrow_mut().get(key.at, key.generation).is_some_and(|scope| std::mem::take(&mut scope.again))
    }

    /// The one of two requests that is addressed further out, as seen from what is being polled.
    pub(crate) fn outer_request(&self, one: Request, other: Request) -> Request {
        let at = self.current_scope.get();
        let scopes = self.scopes.borrow();
        let from = scopes.slots.get(at as usize).map_or(NOWHERE, |scope| (at, scope.generation));
        let is_target = from != NOWHERE && (from == one.target || from == other.target);
        match scopes.outer(from, one, Some(other)) {
            // The innermost scope around is not around itself.
            _ if is_target && from == one.target => other,
            _ if is_target => one,
            outer => outer,
        }
    }

    /// Whether a request was addressed to the running task, or to a scope of it.
    pub(crate) fn is_of_current(&self, request: Request) -> bool {
        self.current_word() == Some(request.task)
    }
}

/// While the inside of a scope is dropped: the outermost caught request that was dropped with it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Unhandled(Option<Request>);

/// Cancel requests that were made to a task and not taken back.
impl Kernel {
    pub(crate) fn cancelling(&self, word: TaskWord) -> u32 {
        self.table().find(word).map_or(0, |entry| entry.requests.into())
    }

    /// Takes one request back. The last one takes back a request that is not delivered yet.
    pub(crate) fn uncancel(&self, word: TaskWord) -> u32 {
        let mut table = self.table_mut();
        let Some(entry) = table.get(word) else { return 0 };
        entry.requests = entry.requests.saturating_sub(1);
        if entry.requests == 0 {
            entry.flags &= !flag::CANCEL;
        }
        entry.requests.into()
    }
}
