//! What grows: the programs, each of any size.

use std::future::Future;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use clap::ValueEnum;
use reenact::prelude::*;
use reenact::{Limit, SchedulerKind, Sim};

/// What an execution has more and more of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Curve {
    /// Tasks that are spawned and joined.
    Tasks,
    /// Ready tasks among which each step chooses.
    Ready,
    /// Timers that are armed at once, and fire one after the other.
    Timers,
    /// Choices that are kept for the schedule.
    Choices,
    /// Events of a full trace.
    Events,
}

/// Of the ready curve: steps of each task.
const YIELDS: u64 = 4;

impl Curve {
    pub(crate) const ALL: [Self; 5] = [Self::Tasks, Self::Ready, Self::Timers, Self::Choices, Self::Events];

    /// The word for it on the command line and in the results.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tasks => "tasks",
            Self::Ready => "ready",
            Self::Timers => "timers",
            Self::Choices => "choices",
            Self::Events => "events",
        }
    }

    /// What time, instructions and misses are divided by.
    pub(crate) fn unit(self) -> &'static str {
        match self {
            Self::Tasks => "task spawned, stepped and joined",
            Self::Ready => "step, chosen among so many ready tasks",
            Self::Timers => "timer armed and fired",
            Self::Choices => "choice among two tasks, with its step",
            Self::Events => "single event of a full trace",
        }
    }

    /// Why a unit costs more where there are many.
    pub(crate) fn why(self) -> &'static str {
        match self {
            Self::Tasks => {
                "What grows in instructions is the search for the task that was picked, by its age. What grows in time is misses: entries, futures \
                 and handles are visited in no order, by a random schedule, and are from a thousand tasks on more than the first cache holds, from \
                 some hundred thousand on more than the last."
            }
            Self::Ready => {
                "The search for the task that was picked takes a look more for each 16 times as many, and half a dozen in a tree where there are \
                 most. The rest is misses, of the queue, of the entry and of the future of a task that was picked at random."
            }
            Self::Timers => {
                "A timer that fires goes down a heap, a level more for each twice as many. Levels near the top stay in a cache; the others, and \
                 the task that is woken, are missed."
            }
            Self::Choices => "It is flat: a choice is 8 bytes behind the last one.",
            Self::Events => {
                "An event is about 50 bytes behind the last one, so where they no longer fit a cache one line of it is missed for each."
            }
        }
    }

    pub(crate) fn largest(self) -> u64 {
        match self {
            Self::Tasks | Self::Ready => 1_000_000,
            Self::Timers | Self::Choices | Self::Events => 10_000_000,
        }
    }

    /// So many units are in one execution.
    pub(crate) fn units(self, size: u64) -> u64 {
        if self == Self::Ready { size * YIELDS } else { size }
    }

    /// Runs so many executions, as an exploration does it, with a random schedule.
    pub(crate) fn run(self, size: u64, executions: u64) {
        match self {
            Self::Tasks => explore(executions, move || tasks(size)),
            Self::Ready => explore(executions, move || ready(size, YIELDS)),
            Self::Timers => explore(executions, move || timers(size)),
            Self::Choices => explore(executions, move || ready(2, size / 2)),
            Self::Events => (0..executions).for_each(|_| trace(size)),
        }
    }
}

/// Few are explored one by one: an exploration runs some of its first executions twice, to see whether they come out the same.
fn explore<F: Future<Output = ()>>(executions: u64, body: impl Fn() -> F) {
    let (explorations, each) = if executions < 64 { (executions, 1) } else { (1, executions) };
    for _ in 0..explorations {
        let explorer = Explorer::new().scheduler(SchedulerKind::Random).seed(1).executions(each);
        let explorer = explorer.max_steps(Limit::Unlimited).max_steps_per_instant(Limit::Unlimited).max_tasks(Limit::Unlimited);
        let report = explorer.run(&body);
        assert!(report.failure.is_none() && report.executions == each, "{report}");
    }
}

async fn tasks(size: u64) {
    let tasks: Vec<_> = (0..size).map(|n| spawn(async move { n })).collect();
    let mut sum = 0;
    for task in tasks {
        sum += task.await.expect("it returns");
    }
    assert_eq!(sum, size * size.saturating_sub(1) / 2);
}

async fn ready(size: u64, yields: u64) {
    let tasks: Vec<_> = (0..size)
        .map(|_| {
            spawn(async move {
                for _ in 1..yields {
                    yield_now().await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("it returns");
    }
}

/// Deadlines in no order: the heap has to sort them.
async fn timers(size: u64) {
    let mut sleeps: Vec<_> = (0..size).map(|n| Box::pin(sleep(Duration::from_nanos(1 + n * 7_919 % size)))).collect();
    std::future::poll_fn(|cx| {
        sleeps.iter_mut().for_each(|sleep| assert!(sleep.as_mut().poll(cx).is_pending()));
        Poll::Ready(())
    })
    .await;
    sleep_until(now() + Duration::from_nanos(size + 1)).await;
    let all = sleeps.iter_mut().all(|sleep| {
        let mut done = pin!(sleep.as_mut());
        done.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())).is_ready()
    });
    assert!(all, "a timer has not fired");
}

/// Two tasks that yield: a choice, a step and a wake at each turn.
fn trace(events: u64) {
    let kept = usize::try_from(events).expect("a size fits") + 64;
    let sim = Sim::new().scheduler(SchedulerKind::Random).seed(1).max_trace_events(kept);
    let sim = sim.max_steps(Limit::Unlimited).max_steps_per_instant(Limit::Unlimited);
    let execution = sim.run(|| ready(2, events.div_ceil(6)));
    assert!(execution.outcome.is_ok() && execution.trace.events().len() as u64 >= events.saturating_sub(events / 8));
    std::hint::black_box(execution);
}
