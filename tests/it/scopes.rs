//! The tree of catch_cancel scopes, inside everything that polls several futures in one task.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use reenact::prelude::*;
use reenact::task::CatchCancel;

use crate::support::{every_friendly_schedule, every_schedule, fifo};

const SECOND: Duration = Duration::from_secs(1);

/// Spawns the body, cancels it after a second, and tells whether it ended cancelled or what it returned.
async fn cancelled_after_a_second<T: 'static>(body: impl Future<Output = T> + 'static) -> Option<T> {
    let task = spawn(body);
    sleep(SECOND).await;
    assert!(task.cancel());
    task.await.ok()
}

async fn caught(seconds: u32) -> bool {
    catch_cancel(sleep(seconds * SECOND)).await.is_err()
}

#[test]
fn every_branch_of_a_join_is_told() {
    every_schedule(|| async {
        let body = async { futures::join!(caught(10), caught(20), async { sleep(3 * SECOND).await }) };
        let (one, two, ()) = cancelled_after_a_second(body).await.unwrap();
        assert!(one && two);
        // The branch without a scope was not touched: it went on to its end.
        assert_eq!(now(), Instant::ZERO + 3 * SECOND);
    });
}

#[test]
fn a_branch_that_has_finished_is_not_told() {
    every_schedule(|| async {
        let body = async { futures::join!(catch_cancel(async { 1 }), caught(20)) };
        let (one, two) = cancelled_after_a_second(body).await.unwrap();
        assert_eq!((one.unwrap(), two), (1, true));
    });
}

#[test]
fn the_first_branch_of_a_select_that_yields_wins_and_the_others_are_dropped() {
    every_schedule(|| async {
        let body = async {
            tokio::select! {
                biased;
                one = caught(10) => ("one", one),
                two = caught(20) => ("two", two),
            }
        };
        assert_eq!(cancelled_after_a_second(body).await, Some(("one", true)));
    });
}

#[test]
fn every_member_of_futures_unordered_is_told() {
    every_schedule(|| async {
        let body = async {
            let all: FuturesUnordered<_> = (0..40).map(|n| caught(10 + n)).collect();
            all.collect::<Vec<bool>>().await
        };
        let all = cancelled_after_a_second(body).await.unwrap();
        assert_eq!(all, [true; 40]);
        assert_eq!(now(), Instant::ZERO + SECOND);
    });
}

#[test]
fn only_the_innermost_scope_is_told() {
    let body = async {
        let inner = Rc::new(RefCell::new(None));
        let outer = catch_cancel({
            let inner = inner.clone();
            async move {
                *inner.borrow_mut() = Some(caught(10).await);
                5
            }
        });
        (outer.await.ok(), inner.take())
    };
    assert_eq!(fifo(|| cancelled_after_a_second(body)), Some((Some(5), Some(true))));
}

async fn poll_once<F: Future>(mut future: Pin<&mut F>) -> Poll<F::Output> {
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await
}

#[test]
fn a_scope_that_was_polled_once_and_left_does_not_catch() {
    every_schedule(|| async {
        let body = async {
            let mut scope = pin!(catch_cancel(sleep(10 * SECOND)));
            assert!(poll_once(scope.as_mut()).await.is_pending());
            sleep(5 * SECOND).await;
            "survived"
        };
        assert_eq!(cancelled_after_a_second(body).await, None);
        assert_eq!(now(), Instant::ZERO + SECOND);
    });
}

#[test]
fn a_scope_that_was_left_and_is_polled_again_in_the_step_of_delivery_catches() {
    every_schedule(|| async {
        let body = async {
            let mut scope = pin!(catch_cancel(sleep(10 * SECOND)));
            assert!(poll_once(scope.as_mut()).await.is_pending());
            yield_now().await;
            scope.await.is_err()
        };
        assert_eq!(cancelled_after_a_second(body).await, Some(true));
    });
}

#[test]
fn a_scope_that_was_dropped_is_gone() {
    every_schedule(|| async {
        let body = async {
            {
                let mut scope = pin!(catch_cancel(sleep(10 * SECOND)));
                assert!(poll_once(scope.as_mut()).await.is_pending());
            }
            sleep(5 * SECOND).await;
        };
        assert_eq!(cancelled_after_a_second(body).await, None);
    });
}

#[test]
fn returning_in_the_step_of_delivery_stands_although_no_scope_took_it() {
    every_friendly_schedule(|| async {
        let body = async {
            let mut scope = Box::pin(catch_cancel(sleep(10 * SECOND)));
            assert!(poll_once(scope.as_mut()).await.is_pending());
            // Ready at any further step, whoever causes it.
            let mut steps = 0;
            poll_fn(move |_| {
                steps += 1;
                if steps > 1 { Poll::Ready("returned") } else { Poll::Pending }
            })
            .await
        };
        assert_eq!(cancelled_after_a_second(body).await, Some("returned"));
    });
}

#[test]
fn a_scope_that_moved_to_another_task_belongs_to_that_one() {
    type Moved = Pin<Box<CatchCancel<reenact::time::Sleep>>>;
    every_schedule(|| async {
        let place: Rc<RefCell<Option<Moved>>> = Rc::default();
        let giver = spawn({
            let place = place.clone();
            async move {
                let mut scope: Moved = Box::pin(catch_cancel(sleep(10 * SECOND)));
                assert!(poll_once(scope.as_mut()).await.is_pending());
                *place.borrow_mut() = Some(scope);
                sleep(20 * SECOND).await;
            }
        });
        let taker = spawn({
            let place = place.clone();
            async move {
                sleep(SECOND).await;
                let scope = place.take().unwrap();
                scope.await.is_err()
            }
        });
        sleep(2 * SECOND).await;
        // The giver has no scope any more: it is dropped. The taker has one.
        giver.cancel();
        assert!(giver.await.is_err());
        taker.cancel();
        assert!(taker.await.unwrap());
        assert_eq!(now(), Instant::ZERO + 2 * SECOND);
    });
}

#[test]
fn passing_on_inside_a_join_ends_the_whole_scope_around_it() {
    every_schedule(|| async {
        let body = async {
            let around = catch_cancel(async {
                let pass_on = async {
                    let cancelled = catch_cancel(sleep(10 * SECOND)).await.unwrap_err();
                    resume_cancel::<()>(cancelled).await;
                };
                futures::join!(pass_on, sleep(30 * SECOND));
            });
            around.await.is_err()
        };
        assert_eq!(cancelled_after_a_second(body).await, Some(true));
        assert_eq!(now(), Instant::ZERO + SECOND);
    });
}

#[test]
fn scopes_leave_nothing_behind() {
    every_schedule(|| async {
        let before = reenact::task::census();
        let done = async { futures::join!(caught(10), catch_cancel(async {}), caught(20)) };
        assert!(cancelled_after_a_second(done).await.is_some());
        assert_eq!(reenact::task::census(), before);
        let dropped = async {
            let mut scope = pin!(catch_cancel(sleep(10 * SECOND)));
            let _ = poll_once(scope.as_mut()).await;
            sleep(10 * SECOND).await;
        };
        assert!(cancelled_after_a_second(dropped).await.is_none());
        assert_eq!(reenact::task::census(), before);
    });
}
