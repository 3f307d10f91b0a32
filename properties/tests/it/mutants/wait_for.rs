//! Wrong waits for one task with a deadline.

use std::time::Duration;

use reenact_combinators::{WaitForError, timeout, wait_for};
use reenact_properties::guarantees::Local;
use reenact_properties::scenario::Outcome;
use reenact_sim::task::{Task, catch_cancel};
use reenact_sim::time::now;

use super::{Mutant, mutant};

type Child = Task<Outcome>;

fn told(waited: Result<Outcome, WaitForError>) -> Option<Outcome> {
    match waited {
        Ok(outcome) => Some(outcome),
        Err(WaitForError::Panicked(panic)) => panic.resume(),
        Err(_) => None,
    }
}

pub(super) fn mutants() -> Vec<Mutant> {
    vec![
        mutant!("wait_for that leaves the task running", WaitFor, wait_for(task: Child, deadline: Duration) -> Local<Option<Outcome>>, {
            let timeout = timeout(deadline, task);
            async { timeout.await.ok().map(Result::unwrap) }
        }),
        mutant!("wait_for that does not wait for the clean-up", WaitFor, wait_for(task: Child, deadline: Duration) -> Local<Option<Outcome>>, {
            let timeout = timeout(deadline, task.cancel_on_drop());
            async { timeout.await.ok().map(Result::unwrap) }
        }),
        mutant!("wait_for that never cancels", WaitFor, wait_for(task: Child, deadline: Duration) -> Local<Option<Outcome>>, {
            let waiting = wait_for(task, deadline + Duration::from_secs(500));
            async { told(waiting.await) }
        }),
        mutant!("wait_for that throws a late value away", WaitFor, wait_for(task: Child, deadline: Duration) -> Local<Option<Outcome>>, {
            let (end, waiting) = (now() + deadline, wait_for(task, deadline));
            async move { told(waiting.await).filter(|_| now() <= end) }
        }),
        mutant!("wait_for that swallows a request for the caller", WaitFor, wait_for(task: Child, deadline: Duration) -> Local<Option<Outcome>>, {
            let waiting = wait_for(task, deadline);
            async { catch_cancel(waiting).await.ok().and_then(told) }
        }),
        mutant!("wait_for that comes early", WaitFor, wait_for(task: Child, deadline: Duration) -> Local<Option<Outcome>>, {
            let waiting = wait_for(task, deadline.saturating_sub(Duration::from_nanos(1)));
            async { told(waiting.await) }
        }),
    ]
}
