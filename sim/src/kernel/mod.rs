//! The executor. Private: everything public is a thin room on top of it.
//!
//! One kernel per thread, reused from one execution to the next, so that in steady state an execution allocates nothing
//! but what the program itself allocates. Its state lies in cells of its own data, each borrowed only where no code of the
//! program can run: user code (futures, destructors, foreign wakers) may call back into the kernel at any time.

mod awaits;
mod begin;
mod body;
mod choice;
mod chooser;
mod clock;
mod deadlock;
mod delivery;
mod end;
mod exhaustive;
mod extras;
mod fault;
mod handle;
mod hostile;
mod inbox;
mod look;
mod model;
mod outer;
mod panics;
mod random;
mod ready;
mod resources;
mod run;
mod scopes;
mod spare;
mod spawn;
mod step;
mod steps;
mod table;
mod timers;
mod waiter;
mod waker;
#[cfg(test)]
mod waker_tests;
mod watch;

use std::cell::{Cell, Ref, RefCell, RefMut};
use std::mem::ManuallyDrop;
use std::sync::Arc;

pub(crate) use awaits::Leftovers;
pub use choice::{ChoicePoint, Refusal, Scheduler};
pub(crate) use chooser::Chooser;
pub(crate) use clock::TimerKey;
pub(crate) use end::{Order, Pending};
pub(crate) use exhaustive::Exhaustive;
pub(crate) use extras::Panicked;
pub use fault::FailureKind;
pub(crate) use fault::Fault;
pub(crate) use handle::{Standing, Taken};
pub use model::Model;
pub(crate) use model::{EMPTY, Program, UNKNOWN};
pub(crate) use outer::Outer;
pub(crate) use random::Random;
pub(crate) use scopes::{Request, ScopeKey, ScopeKind};
pub(crate) use step::{Main, MainFuture};
pub(crate) use waker::TaskWord;
pub(crate) use watch::Group;

use crate::config::Settings;
use crate::hostility::Hostility;
use crate::instant::Instant;
use crate::resource::Access;
use crate::schedule::{ChoiceLog, DataSource};
use crate::seed::Seed;
use crate::trace::recorder;
use awaits::Awaits;
use chooser::Seat;
use extras::Extras;
use hostile::Hostile;
use inbox::Serials;
use ready::ReadyQueue;
use scopes::Scopes;
use spare::Spares;
use steps::Steps;
use table::{NONE, Table};
use timers::Timers;
use watch::Watches;

thread_local! {
    // Without a destructor of its own, so that it can be reached without a look at its state, and also while the
    // thread ends. What it owns is freed by CLEANUP.
    static KERNEL: ManuallyDrop<Kernel> = const { ManuallyDrop::new(Kernel::new()) };
    static CLEANUP: Cleanup = const { Cleanup };
}

/// The kernel of this thread.
#[inline]
pub(crate) fn with<R>(body: impl FnOnce(&Kernel) -> R) -> R {
    KERNEL.with(|kernel| body(kernel))
}

/// Frees the memory of this thread's kernel and recorder when the thread ends.
struct Cleanup;

impl Drop for Cleanup {
    fn drop(&mut self) {
        with(|kernel| {
            if kernel.phase.get() == Phase::Idle {
                kernel.core.replace(Core::new());
                kernel.scopes.replace(Scopes::new());
                kernel.watches.replace(Watches::new());
                kernel.extras.replace(Extras::new());
                kernel.pending.take();
                kernel.hostile.replace(Hostile::new());
                kernel.accesses.take();
                kernel.awaits.begin(false);
            }
        });
        recorder::with(recorder::Recorder::free);
    }
}

/// What an execution is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// None is running.
    Idle,
    /// Tasks are stepped.
    Running,
    /// Main is done; what was ready then takes its last step. Wakes and spawns make nothing ready any more.
    LastSteps,
    /// Unfinished tasks are dropped. Spawns are refused.
    Dropping,
}

/// The executor of one thread.
// In this order, here and in what it begins with: most of what each step touches lies within 128 bytes from the start, where
// addresses are short.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct Kernel {
    core: RefCell<Core>,
    phase: Cell<Phase>,
    settings: Cell<Settings>,
    /// Which execution of the process this is: the serial of its main task.
    epoch: Cell<u64>,
    /// Virtual time.
    now: Cell<Instant>,
    scopes: RefCell<Scopes>,
    watches: RefCell<Watches>,
    extras: RefCell<Extras>,
    /// Whether anything may be in them, and where the data come from, which every execution may draw.
    has_extras: Cell<bool>,
    data_source: Cell<DataSource>,
    /// Tasks that the end of main has left unfinished.
    pending: RefCell<Vec<Pending>>,
    has_pending: Cell<bool>,
    /// Whether the executor may be hostile in this execution, and what it has done.
    is_hostile: Cell<bool>,
    hostile: RefCell<Hostile>,
    /// Whether the scheduler wants its hooks called.
    observed: Cell<bool>,
    /// Whether it does, or the trace is full, or the executor is hostile: whether a step is more than a poll and a digest.
    watched: Cell<bool>,
    /// Whether the trace of the last execution that was watched was full.
    was_full: Cell<bool>,
    /// What the current step touched, as long as the scheduler wants to know.
    accesses: RefCell<Vec<Access>>,
    /// Slot of the task being stepped, or [`NONE`].
    current_slot: Cell<u32>,
    /// The innermost scope being polled, or [`NONE`].
    current_scope: Cell<u32>,
    /// A scope has taken the request that this step delivers.
    delivery_taken: Cell<bool>,
    /// A request was passed on beyond the outermost scope.
    task_resumed: Cell<bool>,
    /// Whether the inside of a scope is being dropped, and which request was being handled there.
    unhandled: Cell<Option<delivery::Unhandled>>,
    main_done: Cell<bool>,
    /// The loop is to stop: main is done or there is a fault.
    stop: Cell<bool>,
    /// Somebody looks at the limits now and then, and once the loop is to stop, so that it needs no second look.
    steps: Steps,
    fault: RefCell<Option<Fault>>,
    /// Whether there is one: to look at it takes fewer instructions.
    has_fault: Cell<bool>,
    /// What shows that something outside took part.
    outer: Outer,
    /// Where tasks wait.
    awaits: Awaits,
}

/// What the loop works on. Borrowed as a whole, and never while code of the program runs.
#[repr(C)]
#[derive(Debug)]
struct Core {
    view: View,
    timers: Timers,
    spares: Spares,
    serials: Serials,
    /// Those of the execution, whose identity is looked at, and the step at which their limits are looked at first.
    settings: Option<Arc<Settings>>,
    first_check: u64,
    /// Unfinished tasks at a time, and the virtual time, at most.
    most_tasks: u32,
    latest: u64,
    /// The scheduler of the execution.
    scheduler: Seat,
    counts: Counts,
    /// Steps when the clock moved last.
    steps_at_clock: u64,
    /// How many tasks have ended.
    completions: u32,
    /// What the scheduler last answered that is no alternative.
    bad_answer: u32,
}

/// What a scheduler may look at while it chooses.
#[repr(C)]
#[derive(Debug)]
struct View {
    table: Table,
    ready: ReadyQueue,
    /// Every answered choice point.
    choices: ChoiceLog,
    /// The task that stepped last.
    last: TaskWord,
    /// What the executor may do.
    hostility: Hostility,
}

/// What is counted in an execution.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) steps: u64,
    pub(crate) preemptions: u64,
    pub(crate) tasks: u64,
    pub(crate) choices: u64,
}

impl Kernel {
    const fn new() -> Self {
        Self {
            phase: Cell::new(Phase::Idle),
            settings: Cell::new(Settings::DEFAULT),
            epoch: Cell::new(0),
            now: Cell::new(Instant::ZERO),
            core: RefCell::new(Core::new()),
            scopes: RefCell::new(Scopes::new()),
            watches: RefCell::new(Watches::new()),
            extras: RefCell::new(Extras::new()),
            has_extras: Cell::new(false),
            data_source: Cell::new(DataSource::Given(Seed::ZERO)),
            pending: RefCell::new(Vec::new()),
            has_pending: Cell::new(false),
            is_hostile: Cell::new(false),
            hostile: RefCell::new(Hostile::new()),
            observed: Cell::new(false),
            watched: Cell::new(false),
            was_full: Cell::new(false),
            accesses: RefCell::new(Vec::new()),
            current_slot: Cell::new(NONE),
            current_scope: Cell::new(NONE),
            delivery_taken: Cell::new(false),
            task_resumed: Cell::new(false),
            unhandled: Cell::new(None),
            main_done: Cell::new(false),
            stop: Cell::new(false),
            steps: Steps::new(),
            fault: RefCell::new(None),
            has_fault: Cell::new(false),
            outer: Outer::new(),
            awaits: Awaits::new(),
        }
    }

    /// Which execution of the process this is.
    pub(crate) fn epoch(&self) -> u64 {
        self.epoch.get()
    }

    /// The loop is to stop.
    fn halt(&self) {
        self.stop.set(true);
        self.steps.look_now();
    }

    /// The loop may go on after it was stopped, as far as the limits say when it asks for its first step.
    fn go_on(&self) {
        self.stop.set(false);
    }

    #[inline]
    fn set_phase(&self, phase: Phase) {
        self.phase.set(phase);
        // Wakes are plain when they make tasks ready and nobody wants to know of them. When all is over the queue is closed
        // already.
        if phase != Phase::Idle {
            self.core.borrow_mut().view.ready.open(phase == Phase::Running && !self.watched.get());
        }
    }

    /// Number of the task that is being stepped.
    fn current_number(&self) -> Option<u32> {
        let slot = self.current_slot.get();
        (slot != NONE).then(|| self.table().peek(slot).number)
    }

    fn table(&self) -> Ref<'_, Table> {
        Ref::map(self.core.borrow(), |core| &core.view.table)
    }

    fn table_mut(&self) -> RefMut<'_, Table> {
        RefMut::map(self.core.borrow_mut(), |core| &mut core.view.table)
    }
}

impl Core {
    const fn new() -> Self {
        Self {
            view: View {
                table: Table::new(),
                ready: ReadyQueue::new(),
                choices: ChoiceLog::new(),
                last: TaskWord::NONE,
                hostility: Hostility::NONE,
            },
            timers: Timers::new(),
            spares: Spares::new(),
            serials: Serials::new(),
            settings: None,
            first_check: 0,
            most_tasks: 0,
            latest: 0,
            scheduler: Seat::EMPTY,
            counts: Counts { steps: 0, preemptions: 0, tasks: 0, choices: 0 },
            steps_at_clock: 0,
            completions: 0,
            bad_answer: 0,
        }
    }
}
