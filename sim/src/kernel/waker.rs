//! Wakers that are numbers.
//!
//! The data word of a waker holds the serial of its task, unique in the process, and the slot of the task's entry. Clone
//! and drop touch no memory. To wake is to look the slot up in this thread's kernel and
//! compare the serial: a waker of a finished task or of another execution matches nothing and does nothing. A word that this
//! thread's kernel has not handed out goes to the inbox of the kernel that has.
//!
//! Where everything is recorded the wakers count their clones, by a vtable of their own. When everything of an execution is dropped
//! and more are about than before it began, something outside holds the rest: see `surroundings`.
//!
//! This is the only unsafe code of the workspace. It is sound whatever the word holds: no function of the vtable
//! dereferences the data pointer, none owns anything, and all may be called from any thread.

#![allow(unsafe_code, reason = "a RawWaker can only be made by unsafe code")]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::mem::ManuallyDrop;
use std::ptr;
use std::task::{Context, RawWaker, RawWakerVTable, Waker};

use super::{inbox, with};

#[cfg(not(target_pointer_width = "64"))]
compile_error!("reenact needs a 64-bit target: a waker's data word holds a task serial of 40 bits and a slot of 24");

/// A task of this process: serial and slot in one word. 0 is no task.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TaskWord(u64);

/// Bits of a word that hold the slot.
pub(super) const SLOT_BITS: u32 = 24;
/// Unfinished tasks of one execution, at most.
pub(super) const MAX_TASKS: usize = 1 << SLOT_BITS;

impl TaskWord {
    pub(crate) const NONE: Self = Self(0);
    /// In an entry that no task of the execution has used: to look up a word never finds it, not even [`NONE`](Self::NONE),
    /// because no entry stands in the slot that it names with such a serial.
    pub(super) const UNUSED: Self = Self(u64::MAX);

    /// Serials are 40 bits; after 2^40 tasks of one process they start again. A waker would have to outlive that many
    /// tasks and find its very serial in its very slot to wake a task that is not its own.
    #[inline]
    pub(super) const fn new(serial: u64, slot: u32) -> Self {
        Self(serial << SLOT_BITS | slot as u64)
    }

    #[inline]
    pub(super) const fn slot(self) -> u32 {
        self.0 as u32 & (MAX_TASKS as u32 - 1)
    }

    #[inline]
    pub(super) const fn serial(self) -> u64 {
        self.0 >> SLOT_BITS
    }
}

thread_local! {
    /// Clones made on this thread less those dropped on it.
    static CLONES: Cell<i64> = const { Cell::new(0) };
    /// The same for each word of which there are any.
    static CLONES_OF: RefCell<BTreeMap<u64, i64>> = const { RefCell::new(BTreeMap::new()) };
}

/// How many more wakers have been cloned than dropped on this thread.
pub(super) fn clones() -> i64 {
    CLONES.get()
}

/// How many clones there are of the counting wakers that `which` picks.
pub(super) fn clones_of(which: impl Fn(TaskWord) -> bool) -> i64 {
    CLONES_OF.with_borrow(|of| of.iter().filter(|(word, _)| which(TaskWord(**word))).map(|(_, clones)| clones).sum())
}

fn count(data: *const (), change: i64) {
    CLONES.set(CLONES.get().wrapping_add(change));
    // While the thread ends nobody asks any more.
    let _ = CLONES_OF.try_with(|of| {
        let mut of = of.borrow_mut();
        let clones = of.entry(data.addr() as u64).or_default();
        *clones += change;
        if *clones == 0 {
            of.remove(&(data.addr() as u64));
        }
    });
}

static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake, drop);
static COUNTING: RawWakerVTable = RawWakerVTable::new(clone_counting, wake_counting, wake, drop_counting);

fn data(word: TaskWord) -> *const () {
    ptr::without_provenance(word.0 as usize)
}

/// Calls `body` with a context whose waker wakes `word`, and counts its clones if it is told to.
#[inline]
pub(super) fn with_context<R>(word: TaskWord, counting: bool, body: impl FnOnce(&mut Context<'_>) -> R) -> R {
    let vtable = if counting { &COUNTING } else { &VTABLE };
    // SAFETY: the vtables uphold the contract of RawWaker for every data pointer, as said above.
    let waker = ManuallyDrop::new(unsafe { Waker::new(data(word), vtable) });
    body(&mut Context::from_waker(&waker))
}

/// The task that a waker wakes, if it is one of ours that counts no clones: then the word is all there is to it.
#[inline]
pub(super) fn plain_word(waker: &Waker) -> Option<TaskWord> {
    ptr::eq(waker.vtable(), &VTABLE).then(|| TaskWord(waker.data().addr() as u64))
}

/// # Safety
///
/// None needed: the pointer is a number and is not dereferenced. The signature is the vtable's.
unsafe fn clone(data: *const ()) -> RawWaker {
    RawWaker::new(data, &VTABLE)
}

/// # Safety
///
/// None needed, as for `clone`.
unsafe fn wake(data: *const ()) {
    wake_word(TaskWord(data.addr() as u64));
}

/// Wakes a task of any kernel.
#[inline(always)]
pub(super) fn wake_word(word: TaskWord) {
    if !with(|kernel| kernel.wake_plainly(word)) {
        wake_seldom(word);
    }
}

/// What is rare about a wake.
#[cold]
pub(super) fn wake_seldom(word: TaskWord) {
    if !with(|kernel| kernel.wake_seldom(word)) {
        inbox::send(word);
    }
}

/// # Safety
///
/// None needed: a waker owns nothing.
unsafe fn drop(_: *const ()) {}

/// # Safety
///
/// None needed, as for `clone`.
unsafe fn clone_counting(data: *const ()) -> RawWaker {
    count(data, 1);
    with(|kernel| kernel.note_registration(TaskWord(data.addr() as u64)));
    RawWaker::new(data, &COUNTING)
}

/// # Safety
///
/// None needed, as for `clone`.
unsafe fn wake_counting(data: *const ()) {
    count(data, -1);
    // SAFETY: none needed, as for `clone`.
    unsafe { wake(data) }
}

/// # Safety
///
/// None needed, as for `drop`.
unsafe fn drop_counting(data: *const ()) {
    count(data, -1);
}
