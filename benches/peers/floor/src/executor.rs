//! One thread, a virtual clock, a pick among ready tasks, and nothing else: no cancellation, no names, no limits, no record.
//!
//! A waker is the index of its task's slot. It finds the executor through a variable of the thread, so that a wake allocates nothing and
//! counts no references.
#![allow(unsafe_code, reason = "the floor is what is possible, and two of its parts are not possible without")]

use std::cell::Cell;
use std::future::Future;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::ptr;
use std::rc::Rc;
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

use crate::timers::Timers;

type Running = Pin<Box<dyn Future<Output = ()>>>;

struct Slot {
    /// `None` while it is polled, and when it is over.
    future: Option<Running>,
    /// In `ready`. Set by wakes, cleared before a poll.
    queued: bool,
}

/// The state of an executor, whose buffers can be kept from one execution to the next.
#[derive(Default)]
pub(crate) struct Core {
    slots: Vec<Slot>,
    free: Vec<usize>,
    ready: Vec<usize>,
    timers: Timers,
    now: u64,
    live: usize,
}

/// Who picks: a number below `ready`, which is at least 1.
pub(crate) trait Pick {
    fn pick(&mut self, ready: usize) -> usize;
}

thread_local! {
    static CORE: Cell<*mut Core> = const { Cell::new(ptr::null_mut()) };
}

/// The core of the running execution. `access` must not call anything that could come back here: no poll, no drop of a future, no waker.
#[inline(always)]
fn with<R>(access: impl FnOnce(&mut Core) -> R) -> R {
    let core = CORE.get();
    assert!(!core.is_null(), "outside an execution");
    // SAFETY: `execute` sets the pointer to a core that it borrows mutably for as long as it is set, and touches it through this function
    // only; no two of these references live at a time, because no `access` leads to another call.
    access(unsafe { &mut *core })
}

impl Core {
    #[inline(always)]
    fn wake(&mut self, index: usize) {
        let slot = &mut self.slots[index];
        if !slot.queued {
            slot.queued = true;
            self.ready.push(index);
        }
    }

    fn add(&mut self, future: Running) {
        let slot = Slot { future: Some(future), queued: true };
        let index = self.free.pop().unwrap_or(self.slots.len());
        if index == self.slots.len() {
            self.slots.push(slot);
        } else {
            self.slots[index] = slot;
        }
        self.ready.push(index);
        self.live += 1;
    }

    /// The next task to step, or why there is none.
    #[inline(always)]
    fn next(&mut self, pick: &mut impl Pick) -> Next {
        if self.ready.is_empty() {
            let Some(deadline) = self.timers.next() else { return Next::Over };
            self.now = deadline;
            return Next::Fire(deadline);
        }
        let picked = pick.pick(self.ready.len());
        let index = self.ready.swap_remove(picked);
        let slot = &mut self.slots[index];
        slot.queued = false;
        Next::Step(index, slot.future.take())
    }
}

enum Next {
    Step(usize, Option<Running>),
    Fire(u64),
    Over,
}

static WAKER: RawWakerVTable = RawWakerVTable::new(clone, wake, wake, |_| ());

fn clone(index: *const ()) -> RawWaker {
    RawWaker::new(index, &WAKER)
}

fn wake(index: *const ()) {
    // After the execution there is nobody to wake.
    if !CORE.get().is_null() {
        with(|core| core.wake(index.addr()));
    }
}

/// Runs a program to the end of all its tasks.
pub(crate) fn execute(core: &mut Core, main: impl Future<Output = ()> + 'static, mut pick: impl Pick) {
    core.slots.clear();
    core.free.clear();
    core.timers.clear();
    core.now = 0;
    CORE.set(core);
    drop(spawn(main));
    loop {
        match with(|core| core.next(&mut pick)) {
            Next::Step(_, None) => {}
            Next::Step(index, Some(mut future)) => {
                // SAFETY: the data of these wakers is a number; no function of the table reads memory through it.
                let waker = unsafe { Waker::from_raw(RawWaker::new(ptr::without_provenance(index), &WAKER)) };
                let waker = ManuallyDrop::new(waker);
                if future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending() {
                    with(|core| core.slots[index].future = Some(future));
                } else {
                    drop(future);
                    with(|core| {
                        core.free.push(index);
                        core.live -= 1;
                    });
                }
            }
            Next::Fire(deadline) => {
                while let Some(waker) = with(|core| core.timers.pop_due(deadline)) {
                    waker.wake();
                }
            }
            Next::Over => break,
        }
    }
    assert_eq!(with(|core| core.live), 0, "a deadlock");
    CORE.set(ptr::null_mut());
}

struct Joint<T> {
    value: Cell<Option<T>>,
    waiting: Cell<Option<Waker>>,
}

/// A spawned task.
pub(crate) struct Join<T>(Rc<Joint<T>>);

impl<T> Future for Join<T> {
    type Output = T;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        if let Some(value) = self.0.value.take() {
            return Poll::Ready(value);
        }
        self.0.waiting.set(Some(cx.waker().clone()));
        Poll::Pending
    }
}

/// Spawns a task.
pub(crate) fn spawn<T: 'static>(future: impl Future<Output = T> + 'static) -> Join<T> {
    let joint = Rc::new(Joint { value: Cell::new(None), waiting: Cell::new(None) });
    let own = Rc::clone(&joint);
    let running: Running = Box::pin(async move {
        own.value.set(Some(future.await));
        if let Some(waiting) = own.waiting.take() {
            waiting.wake();
        }
    });
    with(|core| core.add(running));
    Join(joint)
}

/// A sleep.
pub(crate) struct Sleep {
    deadline: u64,
    armed: bool,
}

/// Sleeps some ms of virtual time.
pub(crate) fn sleep(ms: u64) -> Sleep {
    Sleep { deadline: with(|core| core.now) + ms * 1_000_000, armed: false }
}

impl Future for Sleep {
    type Output = ();

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if with(|core| core.now) >= self.deadline {
            return Poll::Ready(());
        }
        if !self.armed {
            self.armed = true;
            let waker = cx.waker().clone();
            with(|core| core.timers.arm(self.deadline, waker));
        }
        Poll::Pending
    }
}
