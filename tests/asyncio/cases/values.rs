//! What the cases are made of, and how outcomes are written as JSON.

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use futures::channel::oneshot;
use reenact::prelude::*;
use reenact::{Warning, task};
use serde_json::{Value, json};

/// What a task of a case returns: a value, or the name of the exception.
pub(super) type Child = Result<Value, &'static str>;

/// Spawns a task that has a name.
pub(super) fn named<F>(name: &str, body: F) -> Task<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    task::Builder::new().name(name).spawn(body)
}

pub(super) fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Sleeps and returns nothing.
pub(super) async fn asleep(milliseconds: u64) -> Child {
    sleep(ms(milliseconds)).await;
    Ok(Value::Null)
}

/// Sleeps and returns a value.
pub(super) async fn after(milliseconds: u64, value: impl Into<Value>) -> Child {
    sleep(ms(milliseconds)).await;
    Ok(value.into())
}

/// Sleeps and fails.
pub(super) async fn fails_after(milliseconds: u64, error: &'static str) -> Child {
    sleep(ms(milliseconds)).await;
    Err(error)
}

/// Blocks; once it is cancelled it cleans up for a while, and then ends cancelled.
pub(super) async fn cancelled_slowly(milliseconds: u64) -> Child {
    let cancelled = match catch_cancel(std::future::pending()).await {
        Ok(never) => return never,
        Err(cancelled) => cancelled,
    };
    sleep(ms(milliseconds)).await;
    resume_cancel(cancelled).await
}

/// A task's handle that more than one can reach.
pub(super) type Slot = Rc<RefCell<Option<Task<Child>>>>;

/// Awaits the task whose handle is in a slot.
pub(super) fn join(slot: Slot) -> impl Future<Output = Result<Child, TaskError>> {
    poll_fn(move |cx| Pin::new(slot.borrow_mut().as_mut().expect("the handle is there")).poll(cx))
}

/// A future that is set by hand. Dropping the sender cancels it.
pub(super) fn by_hand() -> (oneshot::Sender<Child>, impl Future<Output = Child>) {
    let (sender, receiver) = oneshot::channel();
    (sender, async { receiver.await.unwrap_or(Err("CancelledError")) })
}

/// Lets everything that is ready in this instant run: sleeps for the smallest time there is.
pub(super) async fn settle() {
    sleep(Duration::from_nanos(1)).await;
}

/// Seconds since the beginning, as asyncio's clock says it: without the nanoseconds of [`settle`].
pub(super) fn t() -> f64 {
    seconds(now() - Instant::ZERO)
}

/// A duration in seconds, without the nanoseconds of [`settle`].
pub(super) fn seconds(duration: Duration) -> f64 {
    Duration::from_micros(u64::try_from(duration.as_micros()).unwrap()).as_secs_f64()
}

/// How a task ended, in a word: `ok:value`, `error:Name` or `cancelled`.
pub(super) fn ended(result: Result<Child, TaskError>) -> String {
    match result {
        Ok(Ok(value)) => format!("ok:{}", python(&value)),
        Ok(Err(error)) => format!("error:{error}"),
        Err(TaskError::Cancelled) => "cancelled".to_owned(),
        Err(TaskError::Panicked(panic)) => format!("error:{}", panic.message()),
    }
}

/// The same for a task that may be `pending`. Takes its result.
pub(super) fn state(task: &Task<Child>) -> String {
    task.try_result().map_or("pending".to_owned(), ended)
}

/// What whoever awaited the task got: `["ok", value]`, `["error", name]` or `["cancelled"]`.
pub(super) fn answer(result: Result<Child, TaskError>) -> Value {
    match result {
        Ok(Ok(value)) => json!(["ok", value]),
        Ok(Err(error)) => json!(["error", error]),
        Err(TaskError::Cancelled) => json!(["cancelled"]),
        Err(TaskError::Panicked(panic)) => json!(["error", panic.message()]),
    }
}

/// The names of the tasks in a set, sorted.
pub(super) fn names(tasks: &[Task<Child>]) -> Vec<String> {
    let mut names: Vec<String> = tasks.iter().map(|task| task.name().to_string()).collect();
    names.sort();
    names
}

/// What was reported at the end: the message of each panic that nobody looked at, and that tasks were unfinished.
pub(super) fn reports(warnings: &[Warning]) -> Vec<String> {
    let report = |warning: &Warning| match warning {
        Warning::UnseenPanic { message, .. } => message.clone(),
        other => other.to_string().split(':').next().unwrap_or_default().to_owned(),
    };
    warnings.iter().map(report).collect()
}

/// A value as Python's `str` writes it.
fn python(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(python).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}
