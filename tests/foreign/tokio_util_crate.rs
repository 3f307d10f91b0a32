//! `tokio_util::sync::CancellationToken`.

use reenact::prelude::*;
use tokio_util::sync::CancellationToken;

use crate::{Log, every_seed_replays};

#[test]
fn a_cancelled_token_stops_all_its_children_and_nobody_else() {
    every_seed_replays("tokio_util CancellationToken", || async {
        let root = CancellationToken::new();
        let branch = root.child_token();
        let worker = |token: CancellationToken| {
            spawn(async move {
                let mut rounds = 0;
                while token.run_until_cancelled(yield_now()).await.is_some() && rounds < 8 {
                    rounds += 1;
                }
                rounds
            })
        };
        let [first, second, other] = [branch.child_token(), branch.clone(), root.child_token()].map(worker);
        yield_now().await;
        branch.cancel();
        assert!(branch.is_cancelled() && !root.is_cancelled());
        let rounds = (first.await.unwrap(), second.await.unwrap(), other.await.unwrap());
        assert_eq!(rounds.2, 8, "a token that is no child of the cancelled one");
        rounds
    });
}

#[test]
fn a_drop_guard_cancels_when_its_task_is_cancelled() {
    every_seed_replays("tokio_util DropGuard", || async {
        let token = CancellationToken::new();
        let guard = token.clone().drop_guard();
        let holder = spawn(async move {
            let _guard = guard;
            std::future::pending::<()>().await;
        });
        let log = Log::default();
        let waiters = [0, 1, 2].map(|n| {
            let (token, log) = (token.clone(), log.clone());
            spawn(async move {
                token.cancelled().await;
                log.add(n);
            })
        });
        yield_now().await;
        holder.cancel();
        token.cancelled().await;
        assert!(holder.await.unwrap_err().is_cancelled());
        gather(waiters).await;
        log.take()
    });
}
