//! The recorder: where every event of the running execution arrives.
//!
//! One per thread, reused from one execution to the next. It always keeps the digest and the paths of the tasks; it
//! keeps the events themselves only when a full trace is asked for. The digest is fed from the same call as the
//! events, before the trace level is looked at, so it cannot depend on the level.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::sync::Arc;

use super::log::{Known, Log};
use super::paths::path;
pub(crate) use super::paths::{MAIN_PATH_HASH, child_path_hash};
use super::tag;
use super::{AccessKind, Digest, Ending, HostileAct, LogLine, Site, TaskId, TaskInfo, Trace, TraceEvent, WokenBy};
use crate::hash::{finish, mix, mix_bytes};
use crate::instant::Instant;
use crate::schedule::{Answer, Choice, TaskPath};

/// No task: between steps.
pub(crate) const NOBODY: u32 = u32::MAX;

thread_local! {
    // Without a destructor, so that it can be reached while the thread ends; the kernel frees what it owns.
    static RECORDER: ManuallyDrop<Recorder> = const { ManuallyDrop::new(Recorder::new()) };
}

/// The recorder of this thread.
#[inline]
pub(crate) fn with<R>(body: impl FnOnce(&Recorder) -> R) -> R {
    RECORDER.with(|recorder| body(recorder))
}

#[derive(Debug)]
pub(crate) struct Recorder {
    digest: Cell<u64>,
    /// Whether events are kept. Set at the start of an execution, never in it.
    pub(super) full: Cell<bool>,
    /// Whether an execution is running on this thread.
    running: Cell<bool>,
    /// Number of the task being stepped, or [`NOBODY`]. Known when the trace is full or the scheduler observes.
    pub(super) current: Cell<u32>,
    /// Parent and position of every task, by number.
    pub(super) paths: RefCell<Vec<(u32, u32)>>,
    /// So many of them are of this execution.
    tasks: Cell<u32>,
    /// Empty unless `full`.
    pub(super) log: RefCell<Log>,
}

/// A point in the record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    digest: u64,
    events: u64,
}

impl Recorder {
    const fn new() -> Self {
        Self {
            digest: Cell::new(0),
            full: Cell::new(false),
            running: Cell::new(false),
            current: Cell::new(NOBODY),
            paths: RefCell::new(Vec::new()),
            tasks: Cell::new(0),
            log: RefCell::new(Log::new()),
        }
    }

    /// Starts the record of a new execution: with up to `full` events, or none.
    #[inline]
    pub(crate) fn begin(&self, full: Option<usize>) {
        self.digest.set(0x7265_656e_6163_7431);
        self.running.set(true);
        self.current.set(NOBODY);
        self.tasks.set(0);
        // Between executions that keep no events there is nothing to clear.
        if self.full.replace(full.is_some()) || full.is_some() {
            self.log.borrow_mut().begin(full.unwrap_or_default());
        }
    }

    /// The execution is over; what was recorded stays until the next one.
    pub(crate) fn end(&self) {
        self.running.set(false);
        self.current.set(NOBODY);
    }

    /// Gives the memory back.
    pub(crate) fn free(&self) {
        self.paths.take();
        self.tasks.set(0);
        self.log.replace(Log::new());
    }

    /// Where the record stands now.
    pub(crate) fn mark(&self) -> Mark {
        Mark { digest: self.digest.get(), events: self.log.borrow().total }
    }

    /// Forgets what came after the mark.
    pub(crate) fn rewind(&self, mark: Mark) {
        self.digest.set(mark.digest);
        self.log.borrow_mut().rewind(mark.events);
    }

    #[inline]
    pub(crate) fn is_running(&self) -> bool {
        self.running.get()
    }

    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.full.get()
    }

    #[inline]
    pub(crate) fn current(&self) -> u32 {
        self.current.get()
    }

    pub(crate) fn digest(&self) -> Digest {
        Digest::new(finish(self.digest.get()))
    }

    #[inline]
    fn hash(&self, word: u64) {
        self.digest.set(mix(self.digest.get(), word));
    }

    fn hash_text(&self, text: &str) {
        self.digest.set(mix_bytes(self.digest.get(), text.as_bytes()));
    }

    #[inline]
    fn keep(&self, event: impl FnOnce() -> TraceEvent) {
        if self.full.get() {
            self.push(event());
        }
    }

    #[cold]
    fn push(&self, event: TraceEvent) {
        self.log.borrow_mut().push(event);
    }

    /// The next task of the execution: its number is the return value.
    #[inline]
    pub(crate) fn spawned(&self, parent: u32, child: u32, path_hash: u64, name: Option<&Arc<str>>) -> u32 {
        let number = self.tasks.get();
        self.tasks.set(number + 1);
        {
            let mut paths = self.paths.borrow_mut();
            match paths.get_mut(number as usize) {
                Some(path) => *path = (parent, child),
                None => paths.push((parent, child)),
            }
        }
        self.hash(tag::SPAWNED ^ path_hash);
        if let Some(name) = name {
            self.hash_text(name);
        }
        self.keep(|| TraceEvent::Spawned { task: TaskId::new(number), parent: (parent != NOBODY).then(|| TaskId::new(parent)) });
        number
    }

    /// The same of a task without a name, where no events are kept. `None` if there is no memory at hand for its path.
    #[inline(always)]
    pub(crate) fn spawned_plainly(&self, parent: u32, child: u32, path_hash: u64) -> Option<u32> {
        let number = self.tasks.get();
        *self.paths.borrow_mut().get_mut(number as usize)? = (parent, child);
        self.tasks.set(number + 1);
        self.hash(tag::SPAWNED ^ path_hash);
        Some(number)
    }

    /// What a full trace says of a task; called after [`spawned`](Self::spawned) when the trace is full.
    pub(crate) fn describe(&self, name: Arc<str>, spawned_at: Option<Site>) {
        self.log.borrow_mut().tasks.push(Known { name, spawned_at, waits_for: None });
    }

    /// A choice that is not between tasks.
    pub(crate) fn choice(&self, index: usize, choice: Choice) {
        let kind = tag::CHOICE ^ choice.kind.tag() << 48;
        self.hash(kind ^ (u64::from(choice.alternatives) << 32 | u64::from(choice.picked)).rotate_left(7));
        self.keep(|| TraceEvent::Choice { index: index as u64, choice, task: None });
    }

    /// A task is stepped: the only one that is ready, or the one that the choice has picked. Choice and task go
    /// into the digest as one word, because after the same events the same choice picks the same task. It needs no tag: no
    /// other word is a path hash with a number of alternatives in its upper half.
    #[inline]
    pub(crate) fn stepped(&self, choice: Option<Answer>, path_hash: u64) {
        self.hash(choice.map_or(tag::STEPPED, Answer::word) ^ path_hash);
    }

    /// Who is stepped, for whoever asks.
    #[inline]
    pub(crate) fn step_of(&self, task: u32) {
        self.current.set(task);
    }

    /// The events of a step, for a full trace, and who is stepped.
    #[cold]
    pub(crate) fn step_begins(&self, choice: Option<(usize, Choice)>, task: u32) {
        self.step_of(task);
        if let Some((index, choice)) = choice {
            if choice.picked > 0 && self.full.get() {
                self.log.borrow_mut().picked.push((index as u64, task));
            }
            let task = TaskId::new(task);
            self.keep(|| TraceEvent::Choice { index: index as u64, choice, task: Some(task) });
        }
        self.keep(|| TraceEvent::Stepped { task: TaskId::new(task) });
    }

    #[inline]
    pub(crate) fn woken(&self, path_hash: u64) {
        self.hash(tag::WOKEN ^ path_hash);
    }

    /// The event of a wake, for a full trace.
    #[cold]
    pub(crate) fn keep_woken(&self, task: u32) {
        let by = self.current.get();
        self.keep(|| TraceEvent::Woken {
            task: TaskId::new(task),
            by: if by == NOBODY { WokenBy::Timer } else { WokenBy::Task(TaskId::new(by)) },
        });
    }

    pub(crate) fn woken_by_thread(&self, task: u32, path_hash: u64, thread: &str) {
        self.hash(tag::WOKEN ^ path_hash);
        self.keep(|| TraceEvent::Woken { task: TaskId::new(task), by: WokenBy::Thread(thread.into()) });
    }

    #[inline]
    pub(crate) fn timer_armed(&self, timer: u64, deadline: Instant) {
        self.hash(tag::ARMED ^ deadline.as_nanos());
        self.keep(|| TraceEvent::TimerArmed { timer, deadline });
    }

    /// The same where no events are kept.
    #[inline(always)]
    pub(crate) fn timer_armed_plainly(&self, deadline: Instant) {
        self.hash(tag::ARMED ^ deadline.as_nanos());
    }

    #[inline]
    pub(crate) fn timer_fired(&self, timer: u64) {
        self.hash(tag::FIRED ^ timer);
        self.keep(|| TraceEvent::TimerFired { timer });
    }

    /// The same where no events are kept.
    #[inline(always)]
    pub(crate) fn timer_fired_plainly(&self, timer: u64) {
        self.hash(tag::FIRED ^ timer);
    }

    pub(crate) fn timer_dropped(&self, timer: u64) {
        self.hash(tag::DROPPED ^ timer);
        self.keep(|| TraceEvent::TimerDropped { timer });
    }

    #[inline]
    pub(crate) fn clock_moved(&self, to: Instant) {
        self.hash(tag::CLOCK ^ to.as_nanos());
        self.keep(|| TraceEvent::ClockMoved { to });
    }

    /// The same where no events are kept.
    #[inline(always)]
    pub(crate) fn clock_moved_plainly(&self, to: Instant) {
        self.hash(tag::CLOCK ^ to.as_nanos());
    }

    pub(crate) fn output(&self, text: &str) {
        self.hash(tag::OUTPUT);
        self.hash_text(text);
        self.keep(|| TraceEvent::Output { text: text.into() });
    }

    pub(crate) fn logged(&self, line: LogLine) {
        self.digest.set(line.digest(self.digest.get()));
        self.keep(|| TraceEvent::Logged { line: Arc::new(line) });
    }

    pub(crate) fn accessed(&self, resource: &Arc<str>, kind: AccessKind) {
        self.hash(tag::ACCESSED ^ (kind == AccessKind::Write) as u64);
        self.hash_text(resource);
        self.keep(|| TraceEvent::Accessed { resource: resource.clone(), kind });
    }

    pub(crate) fn cancel_requested(&self, task: u32, path_hash: u64) {
        self.hash(tag::CANCEL_REQUESTED ^ path_hash);
        self.keep(|| TraceEvent::CancelRequested { task: TaskId::new(task) });
    }

    pub(crate) fn cancel_delivered(&self, task: u32, path_hash: u64, scopes: u32) {
        self.hash(tag::CANCEL_DELIVERED ^ path_hash);
        self.hash(scopes.into());
        self.keep(|| TraceEvent::CancelDelivered { task: TaskId::new(task), scopes });
    }

    pub(crate) fn scope_cancelled(&self, task: u32, path_hash: u64, scopes: u32) {
        self.hash(tag::SCOPE_CANCELLED ^ path_hash);
        self.hash(scopes.into());
        self.keep(|| TraceEvent::ScopeCancelled { task: TaskId::new(task), scopes });
    }

    /// What the executor did to a task because it is hostile.
    pub(crate) fn hostile(&self, task: u32, path_hash: u64, act: HostileAct) {
        self.hash(tag::HOSTILE ^ path_hash ^ act as u64);
        self.keep(|| TraceEvent::Hostile { task: TaskId::new(task), act });
    }

    pub(crate) fn panicked(&self, task: u32, path_hash: u64, message: &str) {
        self.hash(tag::PANICKED ^ path_hash);
        self.hash_text(message);
        self.keep(|| TraceEvent::Panicked { task: TaskId::new(task), message: message.into() });
    }

    #[inline]
    pub(crate) fn finished(&self, task: u32, path_hash: u64, ending: Ending) {
        self.hash(tag::FINISHED ^ path_hash ^ ending as u64);
        self.keep(|| TraceEvent::Finished { task: TaskId::new(task), ending });
    }

    /// The same of a task that has returned, where no events are kept.
    #[inline(always)]
    pub(crate) fn returned_plainly(&self, path_hash: u64) {
        self.hash(tag::FINISHED ^ path_hash ^ Ending::Returned as u64);
    }

    pub(crate) fn pending_at_exit(&self, task: u32, path_hash: u64) {
        self.hash(tag::PENDING ^ path_hash);
        self.keep(|| TraceEvent::PendingAtExit { task: TaskId::new(task) });
    }

    /// The path of a task of the running execution.
    pub(crate) fn path_of(&self, task: u32) -> Option<TaskPath> {
        let paths = self.paths.try_borrow().ok()?;
        if !self.running.get() || task >= self.tasks.get() {
            return None;
        }
        Some(path(&paths, task))
    }

    /// The full trace; empty but for the digest if none was kept.
    pub(crate) fn trace(&self) -> Trace {
        let mut log = self.log.borrow_mut();
        let paths = self.paths.borrow();
        let tasks = (0..)
            .zip(&log.tasks)
            .map(|(number, known)| TaskInfo::new(path(&paths, number), known.name.clone(), known.spawned_at));
        let tasks = tasks.collect();
        Trace::new(std::mem::take(&mut log.events), tasks, self.digest())
    }
}
