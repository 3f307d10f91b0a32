//! Wakes from elsewhere: how a waker that is used on another thread finds the kernel of its task.
//!
//! Serials are handed out in blocks, and each block is registered with the inbox of its kernel for as long as the
//! execution that uses it lasts. A kernel looks at one atomic flag when no task is ready and every so many steps; the rest
//! happens only when somebody has really sent something. Such a wake is nondeterminism that no schedule controls, so it fails
//! the execution.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::waker::TaskWord;

const BLOCK_BITS: u32 = 12;
/// Serials of one block.
const BLOCK: u64 = 1 << BLOCK_BITS;
/// Serials are 40 bits.
const SERIALS: u64 = 1 << 40;

static NEXT_BLOCK: AtomicU64 = AtomicU64::new(1);
static REGISTRY: Mutex<BTreeMap<u64, Arc<Inbox>>> = Mutex::new(BTreeMap::new());

/// What other threads have sent to one kernel.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    any: AtomicBool,
    wakes: Mutex<Vec<(TaskWord, String)>>,
}

/// A wake that came from another thread, with that thread's name.
pub(super) type ForeignWake = (TaskWord, String);

impl Inbox {
    #[inline]
    fn is_empty(&self) -> bool {
        !self.any.load(Ordering::Relaxed)
    }

    /// Everything that has been sent since the last call.
    #[cold]
    fn take(&self) -> Vec<ForeignWake> {
        self.any.store(false, Ordering::Relaxed);
        std::mem::take(&mut *lock(&self.wakes))
    }
}

/// The serials that a kernel may hand out, and where wakes for them arrive.
#[derive(Debug)]
pub(super) struct Serials {
    inbox: Option<Arc<Inbox>>,
    /// Blocks of the running execution.
    blocks: Vec<u64>,
    next: u64,
    end: u64,
    /// The first serial of the running execution in the current block.
    first: u64,
}

impl Serials {
    pub(super) const fn new() -> Self {
        Self { inbox: None, blocks: Vec::new(), next: 0, end: 0, first: 0 }
    }

    /// A new execution: only the block in use stays registered.
    pub(super) fn begin(&mut self) {
        if self.blocks.len() > 1 {
            let used = self.blocks.len() - 1;
            let mut registry = lock(&REGISTRY);
            self.blocks.drain(..used).for_each(|block| drop(registry.remove(&block)));
        }
        self.first = self.next;
        if self.has_mail() {
            self.take_mail();
        }
    }

    /// Whether another thread has sent something.
    #[inline]
    pub(super) fn has_mail(&self) -> bool {
        self.inbox.as_ref().is_some_and(|inbox| !inbox.is_empty())
    }

    /// What it was.
    #[cold]
    pub(super) fn take_mail(&self) -> Vec<ForeignWake> {
        self.inbox.as_ref().map_or_else(Vec::new, |inbox| inbox.take())
    }

    /// What tells this execution from all others: the serial that its main task is about to get.
    #[inline]
    pub(super) fn epoch(&mut self) -> u64 {
        if self.next == self.end {
            self.take_block();
        }
        self.next
    }

    #[inline]
    pub(super) fn next(&mut self) -> u64 {
        if !self.has_next() {
            self.take_block();
        }
        self.next_at_hand()
    }

    /// Whether there is one more in the block.
    #[inline]
    pub(super) fn has_next(&self) -> bool {
        self.next != self.end
    }

    /// That one.
    #[inline]
    pub(super) fn next_at_hand(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    #[cold]
    fn take_block(&mut self) {
        let inbox = self.inbox.get_or_insert_default();
        let mut registry = lock(&REGISTRY);
        // Serial 0 stays unused, so that no word is 0; a block still in use elsewhere is passed over after a wrap.
        let block = loop {
            let block = NEXT_BLOCK.fetch_add(1, Ordering::Relaxed) % (SERIALS >> BLOCK_BITS);
            if block != 0 && !registry.contains_key(&block) {
                break block;
            }
        };
        registry.insert(block, inbox.clone());
        self.blocks.push(block);
        self.next = block * BLOCK;
        self.end = self.next + BLOCK;
        self.first = self.next;
    }

    /// Whether a word that matches no task is one that this execution handed out not long ago: the common stale wake.
    #[inline]
    pub(super) fn is_recent(&self, word: TaskWord) -> bool {
        (self.first..self.next).contains(&word.serial())
    }
}

impl Drop for Serials {
    fn drop(&mut self) {
        let mut registry = lock(&REGISTRY);
        self.blocks.drain(..).for_each(|block| drop(registry.remove(&block)));
    }
}

/// Sends a wake to the kernel that handed `word` out; nothing happens if there is none any more.
#[cold]
pub(super) fn send(word: TaskWord) {
    let inbox = lock(&REGISTRY).get(&(word.serial() >> BLOCK_BITS)).cloned();
    if let Some(inbox) = inbox {
        let thread = std::thread::current().name().unwrap_or("unnamed").to_owned();
        lock(&inbox.wakes).push((word, thread));
        inbox.any.store(true, Ordering::Relaxed);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
