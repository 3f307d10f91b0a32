//! [A1] to [A4].

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;

use reenact::prelude::*;
use reenact::task;

use super::{SECOND, after, t};
use crate::support::{every_schedule, outcomes};

#[test]
fn a1_each_child_is_yielded_exactly_once() {
    let seen = outcomes(|| async {
        let mut stream = as_completed([1, 1, 2].map(|n| after(n, n)));
        let mut all = Vec::new();
        while let Some(n) = stream.next().await {
            all.push(n);
        }
        assert!(stream.next().await.is_none());
        all
    });
    assert_eq!(seen, BTreeSet::from([vec![1, 1, 2]]));
    every_schedule(|| async {
        let mut stream = as_completed([1, 3, 2].map(|n| after(n, n))).settled().timeout(2 * SECOND + SECOND / 2);
        let (mut values, mut timeouts) = (0, 0);
        while let Some(next) = stream.next().await {
            match next {
                Ok(_) => values += 1,
                Err(_) => timeouts += 1,
            }
        }
        assert_eq!((values, timeouts, stream.into_pending().len()), (2, 1, 1));
    });
}

#[test]
fn a2_children_come_in_completion_order() {
    every_schedule(|| async {
        let ended = Rc::new(Cell::new(0));
        let children = [3, 1, 2, 1].map(|n| {
            let ended = ended.clone();
            async move {
                sleep(n * SECOND).await;
                ended.set(ended.get() + 1);
                ended.get()
            }
        });
        let mut stream = as_completed(children);
        // Also those that ended before the first look.
        sleep(SECOND + SECOND / 2).await;
        for expected in 1..=4 {
            assert_eq!(stream.next().await, Some(expected));
        }
    });
}

#[test]
fn a3_the_kth_comes_as_soon_as_k_have_ended() {
    every_schedule(|| async {
        let mut stream = as_completed([3, 1, 2].map(|n| after(n, n)));
        for n in 1..=3 {
            assert_eq!(stream.next().await, Some(n));
            assert_eq!(t(), f64::from(n));
        }
    });
}

#[test]
fn a4_nothing_is_cancelled_by_the_deadline_nor_by_dropping_and_the_timer_goes() {
    every_schedule(|| async {
        let done = Rc::new(Cell::new(0));
        let children = [1, 3, 4].map(|n| {
            let done = done.clone();
            async move {
                sleep(n * SECOND).await;
                done.set(done.get() + 1);
            }
        });
        let mut stream = as_completed(children).timeout(2 * SECOND);
        assert!(stream.next().await.unwrap().is_ok());
        assert!(stream.next().await.unwrap().is_err());
        assert_eq!((stream.next().await.is_none(), t()), (true, 2.0));
        let timers = task::census().timers;
        drop(stream);
        assert_eq!((timers, task::census().timers), (2, 2));
        sleep(3 * SECOND).await;
        assert_eq!(done.get(), 3);
    });
}
