//! Wrong timeouts.

use std::time::Duration;

use reenact_combinators::timeout;
use reenact_properties::guarantees::Local;
use reenact_properties::scenario::Outcome;
use reenact_sim::task::spawn;
use reenact_sim::time::{now, sleep};

use super::{Mutant, forget_timer, mutant};

type Child = Local<Outcome>;

pub(super) fn mutants() -> Vec<Mutant> {
    vec![
        mutant!("timeout that fires early", Timeout, timeout(deadline: Duration, child: Child) -> Local<Option<Outcome>>, {
            let timeout = timeout(deadline.saturating_sub(Duration::from_nanos(1)), child);
            async { timeout.await.ok() }
        }),
        mutant!("timeout that fires late", Timeout, timeout(deadline: Duration, child: Child) -> Local<Option<Outcome>>, {
            let timeout = timeout(deadline + Duration::from_nanos(1), child);
            async { timeout.await.ok() }
        }),
        mutant!("timeout that never lets a tie be won", Timeout, timeout(deadline: Duration, child: Child) -> Local<Option<Outcome>>, {
            let end = now() + deadline;
            let timeout = timeout(deadline, child);
            async move { timeout.await.ok().filter(|_| now() < end) }
        }),
        mutant!("timeout that waits for the child", Timeout, timeout(deadline: Duration, child: Child) -> Local<Option<Outcome>>, {
            let end = now() + deadline;
            async move { Some(child.await).filter(|_| now() <= end) }
        }),
        mutant!("timeout that lets the child run on", Timeout, timeout(deadline: Duration, child: Child) -> Local<Option<Outcome>>, {
            let timeout = timeout(deadline, spawn(child));
            async { timeout.await.ok().map(Result::unwrap) }
        }),
        mutant!("timeout that leaves its timer", Timeout, timeout(deadline: Duration, child: Child) -> Local<Option<Outcome>>, {
            let timeout = timeout(deadline, child);
            async move {
                forget_timer(deadline).await;
                timeout.await.ok()
            }
        }),
        mutant!("timeout that waits for the deadline", Timeout, timeout(deadline: Duration, child: Child) -> Local<Option<Outcome>>, {
            let timeout = timeout(deadline, child);
            async move {
                let (outcome, ()) = futures::join!(timeout, sleep(deadline));
                outcome.ok()
            }
        }),
    ]
}
