//! [G1] to [G5].

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use reenact::prelude::*;

use super::{SECOND, after, t};
use crate::support::{every_schedule, outcomes};

#[test]
fn g1_results_are_in_argument_order_whatever_the_completion_order() {
    every_schedule(|| async {
        assert_eq!(gather([after(2, "a"), after(1, "b"), after(2, "c")]).await, ["a", "b", "c"]);
        assert_eq!(try_gather([2, 1, 2].map(|n| after(n, Ok::<_, ()>(n)))).await, Ok(vec![2, 1, 2]));
        assert_eq!(gather((after(2, 1), after(1, "b"))).await, (1, "b"));
    });
}

#[test]
fn g2_it_is_done_when_the_last_child_is_or_the_first_fails() {
    every_schedule(|| async {
        gather([after(1, ()), after(3, ())]).await;
        assert_eq!(t(), 3.0);
        assert_eq!(try_gather([after(1, Ok(())), after(2, Err("broken")), after(3, Ok(()))]).await, Err("broken"));
        assert_eq!(t(), 5.0);
        let _ = gather([after(1, Err("broken")), after(3, Ok(()))]).settled().await;
        assert_eq!(t(), 8.0);
    });
}

#[test]
fn g3_a_failure_changes_no_sibling_and_a_cancel_of_the_waiter_reaches_each_unfinished_child_once() {
    every_schedule(|| async {
        let ended = Rc::new(RefCell::new(Vec::new()));
        let child = |n: u32, result: Result<(), &'static str>| {
            let ended = ended.clone();
            async move {
                let mut requests = 0;
                while catch_cancel(sleep_until(Instant::ZERO + n * SECOND)).await.is_err() {
                    requests += 1;
                }
                ended.borrow_mut().push((n, requests));
                result
            }
        };
        assert_eq!(try_gather([child(1, Err("broken")), child(2, Ok(()))]).await, Err("broken"));
        sleep(2 * SECOND).await;
        assert_eq!(ended.take(), [(1, 0), (2, 0)]);
        let waiter = spawn(gather([child(4, Ok(())), child(6, Ok(())), child(7, Ok(()))]));
        sleep(2 * SECOND).await;
        waiter.cancel();
        assert!(waiter.await.is_err());
        sleep(5 * SECOND).await;
        assert_eq!(ended.take(), [(4, 0), (6, 1), (7, 1)]);
    });
}

#[test]
fn g4_of_two_failures_in_one_instant_either_is_the_one() {
    let seen = outcomes(|| async { try_gather([after(1, Err::<(), _>("one")), after(1, Err("two"))]).await.unwrap_err() });
    assert_eq!(seen, BTreeSet::from(["one", "two"]));
}

#[test]
fn g5_settled_waits_for_every_child_and_raises_nothing() {
    every_schedule(|| async {
        let results = gather([after(1, Err("broken")), after(2, Ok(2))]).settled().await;
        assert_eq!(t(), 2.0);
        let results: Vec<_> = results.into_iter().map(Result::unwrap).collect();
        assert_eq!(results, [Err("broken"), Ok(2)]);
    });
}
