//! The task table: one entry for every task that is unfinished or whose result may still be asked for.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use pin_project_lite::pin_project;

use super::spare::Kind;
use super::waker::TaskWord;
use super::watch::WatchId;

/// No entry, no watch, no scope.
pub(super) const NONE: u32 = u32::MAX;

/// The state of a task, as bits. Which ones exclude each other is said at each.
pub(super) mod flag {
    /// Has ended: returned, cancelled or panicked. Set once, never cleared.
    pub(crate) const FINISHED: u16 = 4;
    /// Ended by a cancel request. Only with `FINISHED`; excludes `PANICKED`.
    pub(crate) const CANCELLED: u16 = 8;
    /// Ended by a panic. Only with `FINISHED`; excludes `CANCELLED`.
    pub(crate) const PANICKED: u16 = 16;
    /// No handle exists any more: the entry goes when the task ends. Set when the handle is dropped.
    pub(crate) const DETACHED: u16 = 32;
    /// Has a cancel request that was not delivered. Set by `cancel`, cleared by the step that delivers it.
    pub(crate) const CANCEL: u16 = 64;
}

/// A future of any type with its result of any type: the one allocation of a task.
pub(super) type Body = Pin<Box<dyn AnyBody>>;

#[derive(Debug)]
pub(super) struct Entry {
    /// Serial and slot; [`TaskWord::NONE`] where the entry was given back, [`TaskWord::UNUSED`] where it was not used yet.
    pub(super) word: TaskWord,
    pub(super) path_hash: u64,
    /// `None` for main, during a step, and after the result was taken.
    pub(super) body: Option<Body>,
    /// Woken when the task ends: the awaiter of the handle.
    pub(super) joiner: Option<Waker>,
    /// The name of the future's type, from which a task without a name gets one.
    pub(super) type_name: fn() -> &'static str,
    /// The n-th task of the execution.
    pub(super) number: u32,
    /// How many tasks it has spawned.
    pub(super) children: u32,
    /// How many tasks had ended before it.
    pub(super) completion: u32,
    /// Head of the list of its watches.
    pub(super) watches: WatchId,
    /// Head of the list of its scopes.
    pub(super) scopes: u32,
    /// Where in the ready queue it stands, as long as it is queued.
    pub(super) place: u32,
    /// Cancel requests made so far.
    pub(super) requests: u16,
    pub(super) flags: u16,
    /// Of its body.
    pub(super) kind: Kind,
    /// In the ready queue, or ended: a wake changes nothing. Set by a wake, a cancel and the end, cleared when the task is
    /// picked. A field of its own, because every step and every wake looks at it.
    pub(super) busy: bool,
}

impl Entry {
    /// In the ready queue.
    pub(super) fn is_queued(&self) -> bool {
        self.busy && self.flags & flag::FINISHED == 0
    }
}

#[derive(Debug)]
pub(super) struct Table {
    /// They stay from one execution to the next, because to write into an entry takes less than to make one and move it there.
    entries: Vec<Entry>,
    /// So many of them have been used in this execution.
    used: usize,
    free: Vec<u32>,
    /// Slots by number, kept only for schedulers that ask by task.
    by_number: Vec<u32>,
    indexed: bool,
    /// Tasks that have not ended.
    pub(super) live: u32,
}

impl Entry {
    const UNUSED: Self = Self {
        word: TaskWord::UNUSED,
        path_hash: 0,
        body: None,
        joiner: None,
        type_name: || "",
        number: 0,
        children: 0,
        completion: 0,
        watches: NONE,
        scopes: NONE,
        place: 0,
        requests: 0,
        flags: 0,
        kind: Kind::NONE,
        busy: false,
    };

    /// Makes it the entry of a task that begins.
    #[inline(always)]
    pub(super) fn begin(&mut self, word: TaskWord, number: u32, path_hash: u64, type_name: fn() -> &'static str) {
        let vacant = self.word == TaskWord::NONE || self.word == TaskWord::UNUSED;
        debug_assert!(vacant && self.joiner.is_none(), "an entry is given to two tasks");
        self.word = word;
        self.path_hash = path_hash;
        self.type_name = type_name;
        self.number = number;
        self.children = 0;
        self.completion = 0;
        self.watches = NONE;
        self.scopes = NONE;
        self.requests = 0;
        self.flags = 0;
        self.busy = false;
    }

    /// Gives it a body where there is none. To forget that one saves the look whether there is anything to drop.
    #[inline(always)]
    pub(super) fn put(&mut self, body: Option<Body>) {
        let vacant = std::mem::replace(&mut self.body, body);
        debug_assert!(vacant.is_none(), "a task has two bodies");
        std::mem::forget(vacant);
    }

    /// Whether the task has ended, or its entry was given back.
    pub(super) fn is_over(&self) -> bool {
        self.word == TaskWord::NONE || self.flags & flag::FINISHED != 0
    }
}

impl Table {
    pub(super) const fn new() -> Self {
        Self { entries: Vec::new(), used: 0, free: Vec::new(), by_number: Vec::new(), indexed: false, live: 0 }
    }

    /// Forgets all entries. Their bodies must be gone already: nothing that is dropped here may run user code.
    #[inline]
    pub(super) fn begin(&mut self, indexed: bool) {
        self.indexed = indexed;
        self.live = 0;
        for entry in &mut self.entries[..std::mem::take(&mut self.used)] {
            entry.word = TaskWord::UNUSED;
            if entry.body.is_some() || entry.joiner.is_some() {
                *entry = Entry::UNUSED;
            }
        }
        self.free.clear();
        self.by_number.clear();
    }

    /// The slot that the next task will get.
    #[inline]
    pub(super) fn next_slot(&self) -> u32 {
        self.free.last().copied().unwrap_or(self.used as u32)
    }

    /// Takes that slot: its entry is to be [begun](Entry::begin).
    #[inline]
    pub(super) fn take_slot(&mut self, slot: u32) -> &mut Entry {
        self.live += 1;
        if self.indexed {
            self.by_number.push(slot);
        }
        if self.free.pop().is_none() {
            if self.used == self.entries.len() {
                self.entries.push(Entry::UNUSED);
            }
            self.used += 1;
        }
        &mut self.entries[slot as usize]
    }

    /// Gives the entry's place back. Its body and joiner must have been taken out.
    #[inline]
    pub(super) fn vacate(&mut self, slot: u32) {
        self.entries[slot as usize].word = TaskWord::NONE;
        self.free.push(slot);
    }

    #[inline]
    pub(super) fn at(&mut self, slot: u32) -> &mut Entry {
        &mut self.entries[slot as usize]
    }

    #[inline]
    pub(super) fn peek(&self, slot: u32) -> &Entry {
        &self.entries[slot as usize]
    }

    /// The task in a slot; [`TaskWord::NONE`] if there is none.
    pub(super) fn in_slot(&self, slot: u32) -> TaskWord {
        self.entries.get(slot as usize).map_or(TaskWord::NONE, |entry| entry.word)
    }

    /// The entry of a task, if it is of this execution and has not been given back.
    #[inline]
    pub(super) fn get(&mut self, word: TaskWord) -> Option<&mut Entry> {
        self.entries.get_mut(word.slot() as usize).filter(|entry| entry.word == word)
    }

    /// The same, to look at.
    pub(super) fn find(&self, word: TaskWord) -> Option<&Entry> {
        self.entries.get(word.slot() as usize).filter(|entry| entry.word == word && word != TaskWord::NONE)
    }

    /// Entries in use, of ended tasks too.
    pub(super) fn occupied(&self) -> usize {
        self.used - self.free.len()
    }

    /// What ended tasks have left behind because their handles still exist.
    pub(super) fn leftovers(&mut self) -> Vec<Body> {
        self.entries.iter_mut().filter_map(|entry| entry.body.take()).collect()
    }

    /// Slots of the tasks that have not ended, in spawn order.
    pub(super) fn unfinished(&self) -> Vec<u32> {
        let unfinished = |entry: &&Entry| entry.word != TaskWord::NONE && entry.flags & flag::FINISHED == 0;
        let mut found: Vec<(u32, u32)> =
            self.entries[..self.used].iter().filter(unfinished).map(|entry| (entry.number, entry.word.slot())).collect();
        found.sort_unstable();
        found.into_iter().map(|(_, slot)| slot).collect()
    }

    /// The slot of the task with this number, if it has not been given back. Known only when numbers are indexed.
    pub(super) fn slot_of_number(&self, number: u32) -> Option<u32> {
        let slot = *self.by_number.get(number as usize)?;
        let entry = self.entries.get(slot as usize)?;
        (entry.word != TaskWord::NONE && entry.number == number).then_some(slot)
    }
}

/// What the kernel does with a task of whatever type.
pub(super) trait AnyBody {
    /// Polls the future; when it is done, keeps its result and drops it.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()>;
    /// Moves the result into an `Option` of its type.
    fn take(self: Pin<&mut Self>, into: &mut dyn Any);
    /// Becomes the body of another task, whose future is in an `Option` of its type. `false` if that is another type.
    fn refill(self: Pin<&mut Self>, future: &mut dyn Any) -> bool;
    /// The result, if there is one.
    fn output(&self) -> Option<&dyn Any>;
}

impl std::fmt::Debug for dyn AnyBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AnyBody")
    }
}

pin_project! {
    /// A future until it is done, then its result until it is taken.
    #[project = Stage]
    pub(super) enum TaskBody<F: Future> {
        Running { #[pin] future: F },
        Done { output: Option<F::Output> },
    }
}

impl<F: Future> TaskBody<F> {
    pub(super) fn new(future: F) -> Self {
        Self::Running { future }
    }
}

impl<F> AnyBody for TaskBody<F>
where
    F: Future + 'static,
    F::Output: 'static,
{
    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.as_mut().project() {
            Stage::Running { future } => match future.poll(cx) {
                Poll::Ready(output) => {
                    self.set(Self::Done { output: Some(output) });
                    Poll::Ready(())
                }
                Poll::Pending => Poll::Pending,
            },
            Stage::Done { .. } => Poll::Ready(()),
        }
    }

    fn take(self: Pin<&mut Self>, into: &mut dyn Any) {
        if let (Stage::Done { output }, Some(into)) = (self.project(), into.downcast_mut::<Option<F::Output>>()) {
            *into = output.take();
        }
    }

    fn refill(mut self: Pin<&mut Self>, future: &mut dyn Any) -> bool {
        let future = future.downcast_mut::<Option<F>>().and_then(Option::take);
        future.is_some_and(|future| {
            self.set(Self::new(future));
            true
        })
    }

    fn output(&self) -> Option<&dyn Any> {
        match self {
            Self::Done { output: Some(output) } => Some(output),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Purpose, Stream};
    use crate::seed::Seed;

    fn insert(table: &mut Table, serial: u64) -> TaskWord {
        let slot = table.next_slot();
        let word = TaskWord::new(serial, slot);
        let entry = table.take_slot(slot);
        entry.begin(word, serial as u32, 0, || "");
        word
    }

    /// The table against a plain list of the words that are in it, over several executions.
    #[test]
    fn a_word_is_found_from_its_insert_until_its_entry_is_given_back() {
        let mut rng = Stream::new(Seed::from(1), Purpose::Random, 0);
        let mut table = Table::new();
        let mut gone: Vec<TaskWord> = vec![TaskWord::NONE];
        let mut serial = 0;
        for _ in 0..20 {
            table.begin(false);
            let mut model: Vec<TaskWord> = Vec::new();
            for _ in 0..rng.below(200) {
                if rng.below(3) > 0 || model.is_empty() {
                    serial += 1;
                    let word = insert(&mut table, serial);
                    assert!(!model.iter().any(|other| other.slot() == word.slot()));
                    model.push(word);
                } else if model.len() > 1 {
                    // Never the first one, which is main's.
                    let word = model.remove(1 + rng.below(model.len() as u32 - 1) as usize);
                    table.vacate(word.slot());
                    gone.push(word);
                }
                assert_eq!(table.occupied(), model.len());
            }
            assert_eq!(table.unfinished(), model.iter().map(|word| word.slot()).collect::<Vec<_>>());
            assert!(model.iter().all(|&word| table.get(word).is_some() && table.find(word).is_some()));
            assert!(gone.iter().all(|&word| table.get(word).is_none() && table.find(word).is_none()));
            gone.append(&mut model);
        }
        table.begin(false);
        assert!(gone.iter().all(|&word| table.get(word).is_none()));
        assert!(table.unfinished().is_empty() && table.occupied() == 0);
    }
}
