//! [`observe`]: running a combinator on a scenario.

use std::future::poll_fn;
use std::rc::Rc;
use std::time::Duration;

use reenact_sim::task::{Builder, Task, TaskError, catch_cancel, spawn, yield_now};
use reenact_sim::time::{now, sleep};

use super::seen::{CameOut, Seen};
use super::{Combinators, Construct, Local};
use crate::scenario::{Child, End, Event, Journal, Outcome, Phase, Scenario, Ticks, play};

/// Longer than any scenario takes.
const LONG: Duration = Duration::from_secs(1_000);

/// Runs one combinator on a scenario, in a task of its own, which is cancelled when the scenario says so, and waits until nothing
/// of it can happen any more. `None`: the implementation does not have it, or the caller was cancelled before it came to call it.
///
/// Has to run in an execution with [`TaskPanics::Deliver`](reenact_sim::TaskPanics::Deliver).
///
/// `timeout`, `timeout_scope`, `wait_for` and `shield` take the first child; if there is none, one that returns at once. Those with a deadline have
/// one of 200 ms if the scenario has none.
///
/// # Panics
///
/// Outside an execution.
pub async fn observe(implementation: &Rc<dyn Combinators>, construct: Construct, scenario: &Scenario) -> Option<Seen> {
    let scenario = suited(construct, scenario);
    let journal = Journal::new();
    let children = scenario.children.iter().zip(scenario.numbers()).map(|(child, number)| play(child, number, &journal));
    let children: Vec<Local<Outcome>> = children.collect();
    let waits = matches!(construct, Construct::WaitAll | Construct::WaitFirst | Construct::WaitException);
    let mut events: Vec<Task<()>> = Vec::new();
    let (mut children, mut tasks) = (Some(children), Vec::new());
    if waits {
        let spawned = children.take().into_iter().flatten();
        tasks =
            spawned.zip(scenario.numbers()).map(|(child, number)| Builder::new().name(number.to_string()).spawn(child)).collect();
        for cancel in &scenario.cancels {
            let (at, number) = (cancel.at, scenario.numbers()[cancel.child]);
            let (task, journal) = (tasks[cancel.child].task_ref(), journal.clone());
            events.push(spawn(async move {
                journal.asleep(now() + at.duration(), sleep(at.duration())).await;
                journal.write(Event::Cancels(number));
                task.cancel();
            }));
        }
    }
    let caller = Builder::new().name("caller").spawn({
        let (implementation, journal, scenario) = (implementation.clone(), journal.clone(), scenario.clone());
        async move {
            let seen = Seen { construct, scenario, entries: Vec::new(), came_out: CameOut::StreamEnd, timers_left: 0 };
            let call = call(&*implementation, &seen, children.unwrap_or_default(), tasks, &journal)?;
            journal.write(Event::Called);
            let came_out = call.await;
            journal.write(Event::Returned);
            let timers_left = journal.foreign_timers();
            if construct == Construct::TaskGroup && catch_cancel(yield_now()).await.is_err() {
                journal.write(Event::StillRequested);
            }
            Some((came_out, timers_left))
        }
    });
    if let Some(at) = scenario.leave {
        let (caller, journal) = (caller.task_ref(), journal.clone());
        events.push(spawn(async move {
            journal.asleep(now() + at.duration(), sleep(at.duration())).await;
            journal.write(Event::Leaves);
            caller.cancel();
        }));
    }
    let (came_out, timers_left) = match caller.await {
        Ok(came_out) => came_out?,
        Err(TaskError::Cancelled) => (CameOut::Cancelled, journal.foreign_timers()),
        Err(TaskError::Panicked(panic)) => (CameOut::Panicked(panic.message().to_owned()), journal.foreign_timers()),
    };
    if matches!(came_out, CameOut::Cancelled | CameOut::Panicked(_)) {
        journal.write(Event::Returned);
    }
    sleep(LONG).await;
    journal.write(Event::Quiet);
    let entries = journal.entries();
    let called = entries.iter().any(|entry| entry.event == Event::Called);
    called.then_some(Seen { construct, scenario, entries, came_out, timers_left })
}

/// The scenario as far as the construct has a use for it.
fn suited(construct: Construct, scenario: &Scenario) -> Scenario {
    let mut scenario = scenario.clone();
    match construct {
        Construct::Timeout | Construct::TimeoutScope | Construct::WaitFor | Construct::Shield => {
            scenario.children.truncate(1);
            if scenario.children.is_empty() {
                scenario.children.push(Child::Phase(Phase::default()));
            }
            scenario.deadline = Some(scenario.deadline.unwrap_or(Ticks(2))).filter(|_| construct != Construct::Shield);
        }
        Construct::WaitAll | Construct::WaitFirst | Construct::WaitException => return scenario,
        _ => scenario.deadline = None,
    }
    scenario.cancels.clear();
    scenario
}

fn call(
    implementation: &dyn Combinators,
    seen: &Seen,
    mut children: Vec<Local<Outcome>>,
    tasks: Vec<Task<Outcome>>,
    journal: &Journal,
) -> Option<Local<CameOut>> {
    fn then<T: 'static>(call: Local<T>, map: fn(T) -> CameOut) -> Local<CameOut> {
        Box::pin(async move { map(call.await) })
    }
    let deadline = seen.scenario.deadline.map(Ticks::duration);
    match seen.construct {
        Construct::Gather => Some(then(implementation.gather(children)?, CameOut::Outcomes)),
        Construct::TryGather => Some(then(implementation.try_gather(children)?, CameOut::Tried)),
        Construct::WaitAll | Construct::WaitFirst | Construct::WaitException => {
            Some(then(implementation.wait(tasks, seen.until(), deadline)?, CameOut::Split))
        }
        Construct::AsCompleted => {
            let mut stream = implementation.as_completed(children)?;
            let journal = journal.clone();
            Some(Box::pin(async move {
                while let Some(outcome) = poll_fn(|cx| stream.as_mut().poll_next(cx)).await {
                    journal.write(match outcome {
                        Ok(number) => Event::Yielded(number, End::Returns),
                        Err(failed) => Event::Yielded(failed.0, End::Fails),
                    });
                }
                CameOut::StreamEnd
            }))
        }
        Construct::Timeout => Some(then(implementation.timeout(deadline?, children.pop()?)?, CameOut::InTime)),
        Construct::TimeoutScope => Some(then(implementation.timeout_scope(deadline?, children.pop()?)?, CameOut::InTime)),
        Construct::WaitFor => {
            let task = Builder::new().name("0").spawn(children.pop()?);
            Some(then(implementation.wait_for(task, deadline?)?, CameOut::InTime))
        }
        Construct::Shield => Some(then(implementation.shield(children.pop()?)?, CameOut::One)),
        Construct::TaskGroup => Some(then(implementation.task_group(children)?, CameOut::Group)),
    }
}
