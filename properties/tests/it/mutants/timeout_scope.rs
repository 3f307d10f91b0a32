//! Wrong timeout scopes.

use std::time::Duration;

use reenact_combinators::{timeout, timeout_scope};
use reenact_properties::guarantees::Local;
use reenact_properties::scenario::Outcome;
use reenact_sim::task::catch_cancel;
use reenact_sim::time::now;

use super::{Mutant, forget_timer, mutant};

type Child = Local<Outcome>;

pub(super) fn mutants() -> Vec<Mutant> {
    vec![
        mutant!("timeout_scope that lets nobody clean up", TimeoutScope, timeout_scope(deadline: Duration, child: Child) -> Local<Option<Outcome>>, {
            let timeout = timeout(deadline, child);
            async { timeout.await.ok() }
        }),
        mutant!("timeout_scope that throws a late value away", TimeoutScope, timeout_scope(deadline: Duration, child: Child) -> Local<Option<Outcome>>, {
            let (end, scope) = (now() + deadline, timeout_scope(deadline, |_| child));
            async move { scope.await.ok().filter(|_| now() <= end) }
        }),
        mutant!("timeout_scope that takes any request for its own", TimeoutScope, timeout_scope(deadline: Duration, child: Child) -> Local<Option<Outcome>>, {
            let scope = timeout_scope(deadline, |_| child);
            async { catch_cancel(scope).await.ok().and_then(Result::ok) }
        }),
        mutant!("timeout_scope that comes late", TimeoutScope, timeout_scope(deadline: Duration, child: Child) -> Local<Option<Outcome>>, {
            let scope = timeout_scope(deadline + Duration::from_nanos(1), |_| child);
            async { scope.await.ok() }
        }),
        mutant!("timeout_scope that comes early", TimeoutScope, timeout_scope(deadline: Duration, child: Child) -> Local<Option<Outcome>>, {
            let scope = timeout_scope(deadline.saturating_sub(Duration::from_nanos(1)), |_| child);
            async { scope.await.ok() }
        }),
        mutant!("timeout_scope that leaves its timer", TimeoutScope, timeout_scope(deadline: Duration, child: Child) -> Local<Option<Outcome>>, {
            let scope = timeout_scope(deadline, |_| child);
            async move {
                forget_timer(deadline).await;
                scope.await.ok()
            }
        }),
    ]
}
