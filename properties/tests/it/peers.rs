//! Other crates' combinators, held to the guarantees of ours. What each keeps is a row of docs/GUARANTEES.md: a difference is a row, and
//! only a row that is not what the document says fails.

use std::fmt::Write;
use std::rc::Rc;
use std::time::Duration;

use futures::future::{join_all, select_all, try_join_all};
use futures::stream::{FuturesUnordered, StreamExt};
use futures_concurrency::prelude::*;
use reenact_combinators::ReturnWhen;
use reenact_properties::guarantees::{Combinators, Construct, Local, LocalStream, Ours, Split, hold_to};
use reenact_properties::scenario::{Failed, Outcome};
use reenact_sim::task::Task;

type Children = Vec<Local<Outcome>>;

/// Of a race between tasks: one has ended, and nothing is known of the others.
fn winner(winner: usize, tasks: usize) -> Split {
    Split { done: vec![winner], pending: (0..tasks).filter(|at| *at != winner).collect() }
}

/// `join_all`, `try_join_all`, `FuturesUnordered`, `select_all` of futures.
struct Futures;

impl Combinators for Futures {
    fn gather(&self, children: Children) -> Option<Local<Vec<Outcome>>> {
        Some(Box::pin(join_all(children)))
    }

    fn try_gather(&self, children: Children) -> Option<Local<Result<Vec<u32>, Failed>>> {
        Some(Box::pin(try_join_all(children)))
    }

    fn wait(&self, mut tasks: Vec<Task<Outcome>>, until: ReturnWhen, deadline: Option<Duration>) -> Option<Local<Split>> {
        if until != ReturnWhen::FirstCompleted || deadline.is_some() || tasks.is_empty() {
            return None;
        }
        Some(Box::pin(async move {
            let (_, first, _) = select_all(&mut tasks).await;
            winner(first, tasks.len())
        }))
    }

    fn as_completed(&self, children: Children) -> Option<LocalStream<Outcome>> {
        Some(Box::pin(children.into_iter().collect::<FuturesUnordered<_>>()))
    }
}

/// `join!`, `try_join!`, `select!` of tokio, for up to three children.
struct Tokio;

impl Combinators for Tokio {
    fn gather(&self, mut children: Children) -> Option<Local<Vec<Outcome>>> {
        let mut next = || children.pop();
        match (next(), next(), next(), next()) {
            (Some(c), Some(b), Some(a), None) => Some(Box::pin(async { <[_; 3]>::from(tokio::join!(a, b, c)).into() })),
            (Some(b), Some(a), None, _) => Some(Box::pin(async { <[_; 2]>::from(tokio::join!(a, b)).into() })),
            _ => None,
        }
    }

    fn try_gather(&self, mut children: Children) -> Option<Local<Result<Vec<u32>, Failed>>> {
        let mut next = || children.pop();
        match (next(), next(), next(), next()) {
            (Some(c), Some(b), Some(a), None) => {
                Some(Box::pin(async { tokio::try_join!(a, b, c).map(|values| <[_; 3]>::from(values).into()) }))
            }
            (Some(b), Some(a), None, _) => {
                Some(Box::pin(async { tokio::try_join!(a, b).map(|values| <[_; 2]>::from(values).into()) }))
            }
            _ => None,
        }
    }

    fn wait(&self, mut tasks: Vec<Task<Outcome>>, until: ReturnWhen, deadline: Option<Duration>) -> Option<Local<Split>> {
        if until != ReturnWhen::FirstCompleted || deadline.is_some() || tasks.len() != 2 {
            return None;
        }
        Some(Box::pin(async move {
            let [a, b] = &mut tasks[..] else { unreachable!("there are two") };
            // Without `biased` the first to be polled is random, which no schedule controls.
            let first = tokio::select! { biased; _ = a => 0, _ = b => 1 };
            winner(first, 2)
        }))
    }
}

/// `join`, `try_join`, `race`, `merge` of futures-concurrency.
struct Concurrency;

impl Combinators for Concurrency {
    fn gather(&self, children: Children) -> Option<Local<Vec<Outcome>>> {
        Some(Box::pin(children.join()))
    }

    fn try_gather(&self, children: Children) -> Option<Local<Result<Vec<u32>, Failed>>> {
        Some(Box::pin(children.try_join()))
    }

    fn wait(&self, tasks: Vec<Task<Outcome>>, until: ReturnWhen, deadline: Option<Duration>) -> Option<Local<Split>> {
        if until != ReturnWhen::FirstCompleted || deadline.is_some() || tasks.is_empty() {
            return None;
        }
        let number = tasks.len();
        let positions: Vec<_> = (0..).zip(tasks).map(|(at, task)| async move { (at, task.await).0 }).collect();
        Some(Box::pin(async move { winner(positions.race().await, number) }))
    }

    fn as_completed(&self, children: Children) -> Option<LocalStream<Outcome>> {
        let streams: Vec<_> = children.into_iter().map(futures::stream::once).collect();
        Some(Box::pin(streams.merge()))
    }
}

/// `join_all`, `try_join_all`, `FuturesUnordered` of futures-buffered.
struct Buffered;

impl Combinators for Buffered {
    fn gather(&self, children: Children) -> Option<Local<Vec<Outcome>>> {
        Some(Box::pin(futures_buffered::join_all(children)))
    }

    fn try_gather(&self, children: Children) -> Option<Local<Result<Vec<u32>, Failed>>> {
        Some(Box::pin(futures_buffered::try_join_all(children)))
    }

    fn as_completed(&self, children: Children) -> Option<LocalStream<Outcome>> {
        let mut unordered = futures_buffered::FuturesUnordered::new();
        children.into_iter().for_each(|child| unordered.push(child));
        Some(Box::pin(unordered))
    }
}

/// The table, as the document has it.
fn table() -> String {
    let peers: [(&str, Rc<dyn Combinators>); 5] = [
        ("reenact", Rc::new(Ours)),
        ("futures", Rc::new(Futures)),
        ("tokio", Rc::new(Tokio)),
        ("futures-concurrency", Rc::new(Concurrency)),
        ("futures-buffered", Rc::new(Buffered)),
    ];
    let mut table = String::from("| construct | | guarantee |");
    peers.iter().for_each(|(name, _)| write!(table, " {name} |").unwrap());
    table.push_str("\n| --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for construct in Construct::ALL {
        let columns: Vec<_> = peers.iter().map(|(_, peer)| hold_to(peer, construct, 1_000)).collect();
        for (n, guarantee) in construct.guarantees().iter().enumerate() {
            write!(table, "| {construct} | {} | {} |", guarantee.number, guarantee.says).unwrap();
            for column in &columns {
                let row = &column[n];
                let cell = match &row.breach {
                    None if row.executions == 0 => "",
                    None => "yes",
                    Some(_) => "no",
                };
                write!(table, " {cell} |").unwrap();
            }
            table.push('\n');
        }
    }
    table
}

#[test]
fn the_document_says_what_each_guarantees() {
    let document = include_str!("../../../docs/GUARANTEES.md");
    let table = table();
    assert!(document.contains(&table), "docs/GUARANTEES.md should have this table:\n{table}");
}

#[test]
fn streams_of_these_crates_yield_everything() {
    // So that a `no` in the table is one of the combinator, not of how it is called here.
    let peers: [Rc<dyn Combinators>; 3] = [Rc::new(Futures), Rc::new(Concurrency), Rc::new(Buffered)];
    for peer in peers {
        let children: Children = (0..5_u32).map(|n| Box::pin(async move { Ok(n) }) as Local<Outcome>).collect();
        let mut all: Vec<_> = futures::executor::block_on(peer.as_completed(children).unwrap().collect());
        all.sort();
        assert_eq!(all, (0..5).map(Ok).collect::<Vec<_>>());
    }
}
