//! How tasks come to be, become ready, and are told to the scheduler.

use std::future::Future;
use std::sync::Arc;

use super::body::{Body, TaskBody};
use super::fault::{FailureKind, Fault};
use super::spare::Kind;
use super::table::NONE;
use super::waker::{MAX_TASKS, TaskWord};
use super::{Core, Kernel, Phase, View, panics};
use crate::config::Limit;
use crate::trace::recorder::{self, MAIN_PATH_HASH, NOBODY, Recorder, child_path_hash};
use crate::trace::{Site, TaskId};

impl Kernel {
    /// Main, which has no body here and no parent.
    #[inline]
    pub(super) fn insert_main(&self, core: &mut Core, recorder: &Recorder) {
        let type_name = || "::main::{{closure}}";
        if core.has_room()
            && let Some(number) = recorder.spawned_plainly(NOBODY, 0, MAIN_PATH_HASH)
        {
            core.insert_plainly(number, MAIN_PATH_HASH, type_name, Kind::NONE, None);
            return;
        }
        let main = New { parent: NOBODY, child: 0, path_hash: MAIN_PATH_HASH, type_name, kind: Kind::NONE, site: None };
        self.insert(core, &main, None, true, None, recorder);
    }

    /// A new task, ready. [`TaskWord::NONE`] if the execution is ending and takes no more tasks; its future is dropped.
    #[inline]
    pub(crate) fn spawn<F>(&self, name: Option<Arc<str>>, site: Site, future: F) -> TaskWord
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        self.spawn_as(std::any::type_name::<F>, name, site, future)
    }

    /// The same, with the type after which the task is called if it has no name.
    #[inline]
    pub(crate) fn spawn_as<F>(&self, type_name: fn() -> &'static str, name: Option<Arc<str>>, site: Site, future: F) -> TaskWord
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        if self.phase.get() == Phase::Dropping {
            self.extras().refused_spawns += 1;
            return TaskWord::NONE;
        }
        let kind = Kind::of::<F>();
        let spare = self.core.borrow_mut().spares.take(kind);
        let body = body_of(spare, future);
        if name.is_some() {
            self.adopt(type_name, kind, site, name, body)
        } else {
            self.adopt_plainly(type_name, kind, site, body)
        }
    }

    /// A new task of the running one, whatever its type. In the common case nobody looks, and there is room for it, so that no call is
    /// made and no register has to be saved.
    fn adopt_plainly(&self, type_name: fn() -> &'static str, kind: Kind, site: Site, body: Body) -> TaskWord {
        let mut borrowed = self.core.borrow_mut();
        let core = &mut *borrowed;
        // Between steps there is none.
        if core.has_room()
            && let Some(parent) = core.view.table.get_at(self.current_slot.get())
        {
            let path_hash = child_path_hash(parent.path_hash, parent.children);
            let spawned = recorder::with(|recorder| recorder.spawned_plainly(parent.number, parent.children, path_hash));
            if let Some(number) = spawned {
                parent.children += 1;
                return core.insert_plainly(number, path_hash, type_name, kind, Some(body));
            }
        }
        drop(borrowed);
        self.adopt(type_name, kind, site, None, body)
    }

    /// A new task of the running one, whatever its type.
    #[cold]
    fn adopt(&self, type_name: fn() -> &'static str, kind: Kind, site: Site, name: Option<Arc<str>>, body: Body) -> TaskWord {
        let mut borrowed = self.core.borrow_mut();
        let core = &mut *borrowed;
        if core.view.table.next_slot() as usize >= MAX_TASKS {
            drop(borrowed);
            return self.no_slot();
        }
        let slot = self.current_slot.get();
        // Between steps only destructors run that a timer's wake has set off: what they spawn is main's.
        let entry = core.view.table.at(if slot == NONE { 0 } else { slot });
        let (parent, child) = (entry.number, entry.children);
        entry.children += 1;
        let path_hash = child_path_hash(entry.path_hash, child);
        let new = New { parent, child, path_hash, type_name, kind, site: Some(site) };
        let queued = self.phase.get() == Phase::Running;
        let word = recorder::with(|recorder| self.insert(core, &new, Some(body), queued, name.as_ref(), recorder));
        drop(borrowed);
        if name.is_some() || self.observed.get() {
            self.spawned(parent, name);
        }
        word
    }

    /// Puts a task into the table, which has a slot for it, and into the queue if it is to be ready.
    #[inline(never)]
    fn insert(
        &self,
        core: &mut Core,
        new: &New,
        body: Option<Body>,
        queued: bool,
        name: Option<&Arc<str>>,
        recorder: &Recorder,
    ) -> TaskWord {
        let number = recorder.spawned(new.parent, new.child, new.path_hash, name);
        if recorder.is_full() {
            let name = name.cloned().unwrap_or_else(|| default_name(number, (new.type_name)()));
            recorder.describe(name, new.site);
        }
        let View { table, ready, .. } = &mut core.view;
        core.counts.tasks += 1;
        let slot = table.next_slot();
        let word = TaskWord::new(core.serials.next(), slot);
        if queued && ready.is_full() {
            ready.make_room(|slot, place| table.at(slot).place = place);
        }
        let entry = table.take_slot(slot);
        entry.begin(word, number, new.path_hash, new.type_name);
        entry.kind = new.kind;
        entry.put(body);
        if queued {
            entry.place = ready.push(slot);
            entry.busy = true;
        }
        if table.live > core.most_tasks {
            let limit = self.settings.get().limits.tasks;
            let current = self.current_slot.get();
            let current = (current != NONE).then(|| table.peek(current).number);
            self.too_many_tasks(limit, current);
        }
        word
    }

    /// Every slot is taken, by tasks or by results that nobody has taken.
    #[cold]
    fn no_slot(&self) -> TaskWord {
        let current = self.current_slot.get();
        let current = (current != NONE).then(|| self.table().peek(current).number);
        self.too_many_tasks(Limit::Unlimited, current);
        TaskWord::NONE
    }

    /// What only some executions need at a spawn.
    #[cold]
    fn spawned(&self, parent: u32, name: Option<Arc<str>>) {
        let child = (self.core.borrow().counts.tasks - 1) as u32;
        if let Some(name) = name {
            self.extras().names.insert(child, name);
        }
        if self.observed.get()
            && let Some(scheduler) = self.core.borrow_mut().scheduler.get()
        {
            scheduler.spawned(TaskId::new(parent), TaskId::new(child));
            if self.phase.get() == Phase::Running {
                scheduler.ready(TaskId::new(child));
            }
        }
    }

    #[cold]
    fn too_many_tasks(&self, limit: Limit<u64>, current: Option<u32>) {
        let most = limit.value().unwrap_or(MAX_TASKS as u64).min(MAX_TASKS as u64);
        self.fault_with(Fault {
            kind: FailureKind::TaskLimit,
            task: current,
            message: format!("more than {most} tasks were unfinished at a time (max_tasks)"),
            place: None,
            at: self.now(),
            stopped: matches!(limit, Limit::Stop(_)),
        });
        if !std::thread::panicking() && self.current_slot.get() != NONE {
            panics::leave();
        }
    }

    /// Makes the task of a waker ready, in the common case. `false` if it is another one.
    #[inline(always)]
    pub(super) fn wake_plainly(&self, word: TaskWord) -> bool {
        self.core.borrow_mut().wake_plainly(word)
    }

    /// Makes the task of a waker ready. `false` if the word is not of this kernel's execution.
    pub(super) fn wake(&self, word: TaskWord) -> bool {
        self.wake_plainly(word) || self.make_ready(word)
    }

    /// What is rare about a wake: somebody is looking, the executor is hostile, or what [`make_ready`](Self::make_ready) knows.
    #[cold]
    pub(super) fn wake_seldom(&self, word: TaskWord) -> bool {
        if self.outer.is_looking() && self.current_word() == Some(word) {
            self.outer.look();
        }
        // A task that wakes itself waits for nothing but its turn.
        self.note_registration(word);
        if self.is_hostile.get() {
            return self.wake_hostile(word);
        }
        self.make_ready(word)
    }

    /// Makes a task ready where that takes more: the queue has to make room first, somebody wants to know of it, it comes too late.
    #[cold]
    pub(super) fn make_ready(&self, word: TaskWord) -> bool {
        let core = &mut *self.core.borrow_mut();
        let View { table, ready, .. } = &mut core.view;
        if ready.is_full() {
            ready.make_room(|slot, place| table.at(slot).place = place);
        }
        let Some(entry) = table.get(word) else {
            return core.serials.is_recent(word);
        };
        if entry.busy || self.phase.get() != Phase::Running {
            return true;
        }
        entry.busy = true;
        entry.place = ready.push(word.slot());
        recorder::with(|recorder| recorder.woken(entry.path_hash));
        if self.watched.get() {
            let number = entry.number;
            recorder::with(|recorder| recorder.keep_woken(number));
            self.tell_ready(core, number);
        }
        true
    }

    /// A task became ready, for a scheduler that wants to know.
    #[cold]
    pub(super) fn tell_ready(&self, core: &mut Core, number: u32) {
        if self.observed.get()
            && let Some(scheduler) = core.scheduler.get()
        {
            scheduler.ready(TaskId::new(number));
        }
    }

    #[cold]
    pub(super) fn tell_stepped(&self, number: u32) {
        let mut accesses = self.accesses.borrow_mut();
        if let Some(scheduler) = self.core.borrow_mut().scheduler.get() {
            scheduler.stepped(TaskId::new(number), &accesses);
        }
        accesses.clear();
    }

    #[cold]
    pub(super) fn tell_finished(&self, number: u32) {
        if let Some(scheduler) = self.core.borrow_mut().scheduler.get() {
            scheduler.finished(TaskId::new(number));
        }
    }
}

/// A body for a future: the spare one if it is of the right type.
#[inline]
fn body_of<F>(spare: Option<Body>, future: F) -> Body
where
    F: Future + 'static,
    F::Output: 'static,
{
    let Some(mut spare) = spare else { return Box::pin(TaskBody::new(future)) };
    let mut future = Some(future);
    if spare.as_mut().refill(&mut future) {
        return spare;
    }
    match future {
        Some(future) => Box::pin(TaskBody::new(future)),
        None => unreachable!("a body takes a future only if it is of its type"),
    }
}

impl Core {
    /// Whether the next task is within the limit and needs no more memory than there is, and nobody looks, for whom the queue is closed.
    #[inline(always)]
    fn has_room(&self) -> bool {
        self.view.ready.is_open() && self.view.table.has_room(self.most_tasks) && self.serials.has_next()
    }

    /// Puts a task into the table and the queue, where there is [room](Self::has_room).
    #[inline(always)]
    fn insert_plainly(
        &mut self,
        number: u32,
        path_hash: u64,
        type_name: fn() -> &'static str,
        kind: Kind,
        body: Option<Body>,
    ) -> TaskWord {
        let View { table, ready, .. } = &mut self.view;
        self.counts.tasks += 1;
        let slot = table.next_slot();
        let word = TaskWord::new(self.serials.next_at_hand(), slot);
        let entry = table.take_slot_at_hand(slot);
        entry.begin(word, number, path_hash, type_name);
        entry.kind = kind;
        entry.put(body);
        entry.place = ready.push(slot);
        entry.busy = true;
        word
    }

    /// Makes a task ready, in the common case. `false` if it is another one.
    #[inline(always)]
    pub(super) fn wake_plainly(&mut self, word: TaskWord) -> bool {
        let View { table, ready, .. } = &mut self.view;
        // No call from here on, so that no register has to be saved.
        if ready.is_open()
            && let Some(entry) = table.get(word)
        {
            if !entry.busy {
                entry.busy = true;
                entry.place = ready.push(word.slot());
                recorder::with(|recorder| recorder.woken(entry.path_hash));
            }
            return true;
        }
        false
    }

    /// Puts a waiting task into the queue. Returns its number.
    pub(super) fn push_ready(&mut self, slot: u32) -> u32 {
        let View { table, ready, .. } = &mut self.view;
        if ready.is_full() {
            ready.make_room(|slot, place| table.at(slot).place = place);
        }
        let entry = table.at(slot);
        entry.busy = true;
        entry.place = ready.push(slot);
        entry.number
    }
}

/// Who a task to be is.
struct New {
    parent: u32,
    child: u32,
    path_hash: u64,
    type_name: fn() -> &'static str,
    kind: Kind,
    site: Option<Site>,
}

/// What a task without a name is called: like its async function, or like its path if it is an async block.
pub(super) fn default_name(number: u32, type_name: &str) -> Arc<str> {
    match function_name(type_name) {
        Some(name) => name.into(),
        None => TaskId::new(number).to_string().into(),
    }
}

/// The function's own name in the type name of its future: `phase` of `pool::phase<u32>::{{closure}}`. `None` for blocks
/// inside async functions, for closures, and for types that are written out.
fn function_name(type_name: &str) -> Option<&str> {
    let function = type_name.strip_suffix("::{{closure}}")?;
    let bare = function.split('<').next()?;
    let name = bare.rsplit("::").next()?;
    (!name.is_empty() && !name.contains(['{', '}', ' ', '(', '&'])).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::function_name;

    #[test]
    fn tasks_are_called_like_their_async_function() {
        assert_eq!(function_name("pool::tests::phase::{{closure}}"), Some("phase"));
        assert_eq!(function_name("pool::phase<alloc::string::String>::{{closure}}"), Some("phase"));
        assert_eq!(function_name("pool::main::{{closure}}::{{closure}}"), None);
        assert_eq!(function_name("core::pin::Pin<alloc::boxed::Box<dyn Future>>"), None);
    }
}
