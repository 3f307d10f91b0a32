//! The task table: one entry for every task that is unfinished or whose result may still be asked for.

use super::body::Body;
use super::spare::Kind;
use super::waiter::Waiter;
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

#[derive(Debug)]
pub(super) struct Entry {
    /// Serial and slot; [`TaskWord::NONE`] where the entry was given back, [`TaskWord::UNUSED`] where it was not used yet.
    pub(super) word: TaskWord,
    pub(super) path_hash: u64,
    /// `None` for main, during a step, and after the result was taken.
    pub(super) body: Option<Body>,
    /// Woken when the task ends: the awaiter of the handle.
    pub(super) joiner: Waiter,
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
    /// Where in the ready queue it stands, as long as it is queued; which slot is vacant next, as long as it is.
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

#[repr(C)]
#[derive(Debug)]
pub(super) struct Table {
    /// They stay from one execution to the next, because to write into an entry takes less than to make one and move it there.
    entries: Vec<Entry>,
    /// So many of them have been used in this execution.
    used: usize,
    /// How many slots are vacant, and which was given back last if any is.
    free: u32,
    vacant: usize,
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
        joiner: Waiter::NOBODY,
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
        debug_assert!(vacant && self.joiner.is_nobody(), "an entry is given to two tasks");
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
        Self { entries: Vec::new(), used: 0, free: 0, vacant: 0, by_number: Vec::new(), indexed: false, live: 0 }
    }

    /// For a new execution, in which numbers are indexed or not.
    #[inline]
    pub(super) fn begin(&mut self, indexed: bool) {
        debug_assert!(self.used == 0 && self.live == 0, "an execution has left entries");
        self.indexed = indexed;
    }

    /// Forgets all entries. Their bodies must be gone already: nothing that is dropped here may run user code.
    pub(super) fn clear(&mut self) {
        self.live = 0;
        for entry in &mut self.entries[..std::mem::take(&mut self.used)] {
            entry.word = TaskWord::UNUSED;
            if entry.body.is_some() || !entry.joiner.is_nobody() {
                *entry = Entry::UNUSED;
            }
        }
        self.vacant = 0;
        self.by_number.clear();
    }

    /// The same where main's entry, which has no body, is the only one that was not given back: the others hold nothing, and no word
    /// finds them. `false` if it is not.
    #[inline]
    pub(super) fn clear_main(&mut self) -> bool {
        let alone = self.live == 0 && self.occupied() == 1;
        match self.entries.first_mut() {
            Some(main) if alone && main.joiner.is_nobody() => main.word = TaskWord::UNUSED,
            _ => return false,
        }
        self.used = 0;
        self.vacant = 0;
        self.by_number.clear();
        true
    }

    /// The slot that the next task will get.
    #[inline]
    pub(super) fn next_slot(&self) -> u32 {
        if self.vacant == 0 { self.used as u32 } else { self.free }
    }

    /// Whether the next task needs no memory, and `most` tasks are not exceeded. For tables that are not indexed.
    #[inline]
    pub(super) fn has_room(&self, most: u32) -> bool {
        (self.used < self.entries.len() || self.vacant > 0) && self.live < most
    }

    /// Takes that slot: its entry is to be [begun](Entry::begin).
    #[inline]
    pub(super) fn take_slot(&mut self, slot: u32) -> &mut Entry {
        if self.indexed {
            self.by_number.push(slot);
        }
        if self.vacant == 0 && self.used == self.entries.len() {
            self.entries.push(Entry::UNUSED);
        }
        self.take_slot_at_hand(slot)
    }

    /// The same, where there is [room](Self::has_room).
    #[inline(always)]
    pub(super) fn take_slot_at_hand(&mut self, slot: u32) -> &mut Entry {
        self.live += 1;
        let entry = &mut self.entries[slot as usize];
        if self.vacant == 0 {
            self.used += 1;
        } else {
            self.free = entry.place;
            self.vacant -= 1;
        }
        entry
    }

    /// Gives the entry's place back. Its body and joiner must have been taken out.
    #[inline]
    pub(super) fn vacate(&mut self, slot: u32) {
        let entry = &mut self.entries[slot as usize];
        entry.word = TaskWord::NONE;
        entry.place = self.free;
        self.free = slot;
        self.vacant += 1;
    }

    #[inline]
    pub(super) fn at(&mut self, slot: u32) -> &mut Entry {
        &mut self.entries[slot as usize]
    }

    /// The same, if there is such a slot.
    #[inline]
    pub(super) fn get_at(&mut self, slot: u32) -> Option<&mut Entry> {
        self.entries.get_mut(slot as usize)
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
        self.used - self.vacant
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
            table.clear();
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
        table.clear();
        assert!(gone.iter().all(|&word| table.get(word).is_none()));
        assert!(table.unfinished().is_empty() && table.occupied() == 0);
    }
}
