//! Wrong streams.

use std::time::Duration;

use futures::stream::{self, FuturesUnordered, StreamExt};
use reenact_combinators::{as_completed, gather};
use reenact_properties::guarantees::{Local, LocalStream};
use reenact_properties::scenario::Outcome;
use reenact_sim::task::spawn;
use reenact_sim::time::sleep;

use super::{Mutant, mutant};

type Children = Vec<Local<Outcome>>;

pub(super) fn mutants() -> Vec<Mutant> {
    vec![
        mutant!("as_completed that yields the first twice", AsCompleted, as_completed(children: Children) -> LocalStream<Outcome>, {
            as_completed(children).enumerate().flat_map(|(n, outcome)| stream::iter(vec![outcome; if n == 0 { 2 } else { 1 }]))
        }),
        mutant!("as_completed in argument order", AsCompleted, as_completed(children: Children) -> LocalStream<Outcome>, {
            let tasks: Vec<_> = children.into_iter().map(spawn).collect();
            stream::iter(tasks).then(|task| async { task.await.unwrap() })
        }),
        mutant!("as_completed that is late", AsCompleted, as_completed(children: Children) -> LocalStream<Outcome>, {
            as_completed(children).then(|outcome| async move {
                sleep(Duration::from_nanos(1)).await;
                outcome
            })
        }),
        mutant!("as_completed that yields when all have ended", AsCompleted, as_completed(children: Children) -> LocalStream<Outcome>, {
            stream::once(gather(children)).flat_map(stream::iter)
        }),
        mutant!("as_completed that swallows errors", AsCompleted, as_completed(children: Children) -> LocalStream<Outcome>, {
            as_completed(children).filter(|outcome| std::future::ready(outcome.is_ok()))
        }),
        mutant!("as_completed that turns pairs around", AsCompleted, as_completed(children: Children) -> LocalStream<Outcome>, {
            as_completed(children).ready_chunks(2).flat_map(|mut pair| {
                pair.reverse();
                stream::iter(pair)
            })
        }),
        mutant!("as_completed that drops its children with it", AsCompleted, as_completed(children: Children) -> LocalStream<Outcome>, {
            children.into_iter().collect::<FuturesUnordered<_>>()
        }),
    ]
}
