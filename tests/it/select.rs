//! `select!`: which branch wins, and what the others leave.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::channel::mpsc;
use futures::{StreamExt, future};
use reenact::prelude::*;

use crate::support::{every_schedule, fifo, outcomes};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn among_branches_ready_in_one_poll_each_can_win_and_the_default_is_the_first() {
    let body = || async {
        reenact::select! {
            n = future::ready(0) => n,
            n = future::ready(1) => n,
            n = future::ready(2) => n,
        }
    };
    assert_eq!(outcomes(body), BTreeSet::from([0, 1, 2]));
    assert_eq!(fifo(body), 0);
}

#[test]
fn biased_always_polls_in_the_order_in_which_they_stand() {
    let one_schedule = every_schedule(|| async {
        let won = reenact::select! {
            biased;
            () = future::pending() => 0,
            n = future::ready(1) => n,
            n = future::ready(2) => n,
        };
        assert_eq!(won, 1);
    });
    assert_eq!(one_schedule, 1);
}

#[test]
fn the_order_is_drawn_at_each_poll_among_the_branches_that_are_left() {
    // Two polls of two branches, both pending at the first: 2 x 2 orders, then the tie of the timers is no choice.
    let schedules = every_schedule(|| async {
        reenact::select! {
            () = sleep(SECOND) => {}
            () = sleep(2 * SECOND) => panic!("the later one"),
        }
    });
    assert_eq!(schedules, 4);
}

#[test]
fn losers_are_dropped_before_the_handler_runs() {
    every_schedule(|| async {
        reenact::select! {
            () = sleep(SECOND) => assert_eq!(reenact::task::census().timers, 0),
            () = sleep(5 * SECOND) => {}
        }
    });
}

#[test]
fn a_value_that_does_not_fit_disables_its_branch() {
    every_schedule(|| async {
        let (sender, mut receiver) = mpsc::unbounded::<u32>();
        drop(sender);
        let told = reenact::select! {
            Some(n) = receiver.next() => n,
            () = sleep(SECOND) => 7,
        };
        assert_eq!((told, now()), (7, Instant::ZERO + SECOND));
    });
}

#[test]
fn a_condition_disables_a_branch_and_else_is_for_when_all_are() {
    every_schedule(|| async {
        let both = [false, false];
        let told = reenact::select! {
            () = sleep(SECOND), if both[0] => "slept",
            Some(n) = future::ready(None::<u32>) => if n == 0 { "none" } else { "some" }
            mut n = future::ready(1), if both[1] => {
                n += 1;
                if n == 2 { "two" } else { "more" }
            }
            else => "nothing to wait for",
        };
        assert_eq!((told, now()), ("nothing to wait for", Instant::ZERO));
    });
}

#[test]
fn without_else_it_panics_when_all_are_disabled() {
    let failure = Explorer::new()
        .run(|| async {
            reenact::select! {
                Some(()) = future::ready(None) => {}
            }
        })
        .failure
        .unwrap();
    assert!(failure.message.contains("every branch is disabled"), "{failure}");
}

#[test]
fn handlers_may_await_break_and_return() {
    async fn body() -> u32 {
        let mut ticks = 0;
        let mut deadline = sleep(3 * SECOND + SECOND / 2);
        loop {
            reenact::select! {
                () = &mut deadline => break,
                () = sleep(SECOND) => {
                    yield_now().await;
                    ticks += 1;
                    if ticks == 100 {
                        return ticks;
                    }
                }
            }
        }
        ticks
    }
    every_schedule(|| async { assert_eq!(body().await, 3) });
}

#[test]
fn outside_a_simulation_it_polls_in_order() {
    let won = futures::executor::block_on(async {
        reenact::select! {
            n = future::ready(1) => n,
            n = future::ready(2) => n,
        }
    });
    assert_eq!(won, 1);
}
