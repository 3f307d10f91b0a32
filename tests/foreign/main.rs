//! Crates that know nothing of reenact run inside it, unmodified: each under 1,000 seeds, with its own guarantee asserted, and
//! every execution replayed from its schedule. And what does not run, and what is said then.

#![allow(clippy::print_stdout, reason = "each test says how many executions and interleavings it has seen")]

mod adopting;
mod async_channel_crate;
mod async_lock_crate;
mod event_listener_crate;
mod futures_crate;
mod inside_tokio;
mod needs_a_runtime;
mod random_order;
mod tokio_select;
mod tokio_sync;
mod tokio_sync_state;
mod tokio_util_crate;

use std::collections::BTreeSet;
use std::fmt::Debug;

use reenact::{Hostility, Schedule, SchedulerKind, Sim};

const SEEDS: u64 = 1_000;

/// Runs the program under 1,000 seeds: the same seed twice, and once more from the text of the schedule. All three are to be
/// the same execution with the same result. The program has to contend: its interleavings differ, and with them what it
/// returns. Gives back everything that it returned. Then 1,000 seeds of a hostile executor: what it asserts holds, and each is replayed.
#[track_caller]
pub(crate) fn every_seed_replays<F>(name: &str, body: impl Fn() -> F) -> BTreeSet<F::Output>
where
    F: Future,
    F::Output: Ord + Debug,
{
    let mut digests = BTreeSet::new();
    let mut results = BTreeSet::new();
    for seed in 0..SEEDS {
        let run = || Sim::new().seed(seed).scheduler(SchedulerKind::Random).run(&body);
        let (first, again) = (run(), run());
        let schedule: Schedule = first.schedule.to_string().parse().unwrap();
        let replayed = Sim::new().replay(&schedule).run(&body);
        let digest = first.trace.digest();
        assert_eq!(again.trace.digest(), digest, "seed {seed}, run twice");
        assert_eq!(replayed.trace.digest(), digest, "seed {seed}, replayed from {schedule}");
        let result = first.outcome.unwrap_or_else(|failure| panic!("seed {seed}: {failure}\n{}", failure.trace));
        assert_eq!(again.outcome.unwrap(), result, "seed {seed}, run twice");
        assert_eq!(replayed.outcome.unwrap(), result, "seed {seed}, replayed from {schedule}");
        digests.insert(digest);
        results.insert(result);
    }
    every_hostile_seed_replays(&body);
    println!("{name}: {} executions, {} interleavings, {} results", 3 * SEEDS, digests.len(), results.len());
    assert!(digests.len() > 10, "{name}: {} interleavings in {SEEDS} seeds are no contention", digests.len());
    assert!(results.len() > 1, "{name}: what it returns does not depend on the schedule");
    results
}

#[track_caller]
fn every_hostile_seed_replays<F: Future>(body: impl Fn() -> F) {
    for seed in 0..SEEDS {
        let sim = Sim::new().seed(seed).scheduler(SchedulerKind::Random).hostile(Hostility::all());
        let execution = sim.run(&body);
        if let Err(failure) = execution.outcome {
            panic!("hostile, seed {seed}: {failure}\n{}", failure.trace);
        }
        let replayed = Sim::new().replay(&execution.schedule).run(&body);
        assert_eq!(replayed.trace.digest(), execution.trace.digest(), "seed {seed}, replayed from {}", execution.schedule);
    }
}

/// A number that counts who is inside, and refuses more than it is for.
#[derive(Clone, Default)]
pub(crate) struct Inside(std::rc::Rc<std::cell::Cell<u32>>);

impl Inside {
    /// Goes in, lets others step, goes out.
    pub(crate) async fn visit(&self, most: u32) {
        self.0.set(self.0.get() + 1);
        assert!(self.0.get() <= most, "{} are inside, and {most} may be", self.0.get());
        reenact::task::yield_now().await;
        self.0.set(self.0.get() - 1);
    }
}

/// Who did what, in the order in which it happened.
#[derive(Clone, Default)]
pub(crate) struct Log(std::rc::Rc<std::cell::RefCell<Vec<u32>>>);

impl Log {
    pub(crate) fn add(&self, what: u32) {
        self.0.borrow_mut().push(what);
    }

    pub(crate) fn take(&self) -> Vec<u32> {
        self.0.take()
    }
}

/// Spawns a task for each number below `count` and waits for all of them.
pub(crate) async fn tasks<F>(count: u32, task: impl Fn(u32) -> F)
where
    F: Future + 'static,
    F::Output: 'static,
{
    let tasks: Vec<_> = (0..count).map(|n| reenact::task::spawn(task(n))).collect();
    for task in tasks {
        task.await.unwrap();
    }
}

/// Nothing is lost, nothing comes twice, and what each of `senders` sent (`10 * sender + 0..messages`) comes in its order.
#[track_caller]
pub(crate) fn assert_complete_and_in_order(received: &[u32], senders: u32, messages: u32) {
    for sender in 0..senders {
        let of_sender: Vec<u32> = received.iter().copied().filter(|message| message / 10 == sender).collect();
        assert_eq!(of_sender, (0..messages).map(|n| 10 * sender + n).collect::<Vec<_>>());
    }
    assert_eq!(received.len() as u32, senders * messages);
}
