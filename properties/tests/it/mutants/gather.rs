//! Wrong gathers.

use futures::StreamExt;
use reenact_combinators::{as_completed, gather, try_gather};
use reenact_properties::guarantees::Local;
use reenact_properties::scenario::{Failed, Outcome};
use reenact_sim::task::{Task, spawn};
use reenact_sim::time::sleep;
use std::time::Duration;

use super::{Mutant, mutant};

type Children = Vec<Local<Outcome>>;

pub(super) fn mutants() -> Vec<Mutant> {
    vec![
        mutant!("gather in completion order", Gather, gather(children: Children) -> Local<Vec<Outcome>>, {
            as_completed(children).collect::<Vec<_>>()
        }),
        mutant!("gather that drops an error", Gather, gather(children: Children) -> Local<Vec<Outcome>>, async {
            gather(children).await.into_iter().filter(Result::is_ok).collect()
        }),
        mutant!("gather that loses the last of several", Gather, gather(children: Children) -> Local<Vec<Outcome>>, async {
            let mut outcomes = gather(children).await;
            if outcomes.len() > 3 {
                outcomes.pop();
            }
            outcomes
        }),
        mutant!("gather one after the other", Gather, gather(children: Children) -> Local<Vec<Outcome>>, async {
            let mut outcomes = Vec::new();
            for child in children {
                outcomes.push(child.await);
            }
            outcomes
        }),
        mutant!("gather that is late", Gather, gather(children: Children) -> Local<Vec<Outcome>>, async {
            let outcomes = gather(children).await;
            sleep(Duration::from_nanos(1)).await;
            outcomes
        }),
        mutant!("gather that detaches its children when dropped", Gather, gather(children: Children) -> Local<Vec<Outcome>>, async {
            let tasks: Vec<Task<Outcome>> = children.into_iter().map(spawn).collect();
            let mut outcomes = Vec::new();
            for task in tasks {
                outcomes.push(task.await.unwrap());
            }
            outcomes
        }),
        mutant!("gather that runs its children in its own task", Gather, gather(children: Children) -> Local<Vec<Outcome>>, {
            futures::future::join_all(children)
        }),
        mutant!("try_gather that waits for all", TryGather, try_gather(children: Children) -> Local<Result<Vec<u32>, Failed>>, async {
            gather(children).await.into_iter().collect()
        }),
        mutant!("try_gather that tells of the last error", TryGather, try_gather(children: Children) -> Local<Result<Vec<u32>, Failed>>, async {
            let mut error = None;
            let tasks: Vec<Task<Outcome>> = children.into_iter().map(spawn).collect();
            let waited = reenact_combinators::wait_try(tasks).until(reenact_combinators::ReturnWhen::FirstException).await;
            let mut values = Vec::new();
            for task in waited.done.by_spawn() {
                match task.await.unwrap() {
                    Ok(value) => values.push(value),
                    Err(failed) => error = Some(failed),
                }
            }
            error.map_or(Ok(values), Err)
        }),
        mutant!("try_gather that stops the siblings", TryGather, try_gather(children: Children) -> Local<Result<Vec<u32>, Failed>>, {
            futures::future::try_join_all(children)
        }),
        mutant!("try_gather in reverse order", TryGather, try_gather(children: Children) -> Local<Result<Vec<u32>, Failed>>, async {
            let values = try_gather(children).await?;
            Ok(values.into_iter().rev().collect())
        }),
    ]
}
