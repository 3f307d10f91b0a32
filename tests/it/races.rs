//! race, wait_for and shield: who is cancelled, who is waited for, who is left alone.

use std::collections::BTreeSet;
use std::time::Duration;

use reenact::prelude::*;
use reenact::task;

use crate::support::{every_schedule, outcomes};

const SECOND: Duration = Duration::from_secs(1);

fn seconds() -> u64 {
    (now() - Instant::ZERO).as_secs()
}

#[test]
fn the_losers_of_a_race_have_ended_when_it_is_ready() {
    every_schedule(|| async {
        let cleaned = Shared::new(0);
        let contender = |n: u32| {
            let cleaned = cleaned.clone();
            async move {
                if catch_cancel(sleep(n * SECOND)).await.is_err() {
                    sleep(2 * SECOND).await;
                    cleaned.update(|n| n + 1);
                }
                n
            }
        };
        assert_eq!(race([contender(5), contender(1), contender(9)]).await, 1);
        assert_eq!((seconds(), cleaned.get(), task::census().tasks, task::census().timers), (3, 2, 1, 0));
    });
}

#[test]
fn of_several_that_end_in_one_instant_any_may_win() {
    let seen = outcomes(|| async {
        race([1, 2, 3].map(|n| async move {
            sleep(SECOND).await;
            n
        }))
        .await
    });
    assert_eq!(seen, BTreeSet::from([1, 2, 3]));
}

#[test]
fn dropping_a_race_cancels_every_contender_once() {
    every_schedule(|| async {
        let requests = Shared::new(0);
        let contender = |_| {
            let requests = requests.clone();
            async move {
                while catch_cancel(sleep(9 * SECOND)).await.is_err() {
                    requests.update(|n| n + 1);
                }
            }
        };
        assert!(timeout(SECOND, race([0, 1].map(contender))).await.is_err());
        sleep(20 * SECOND).await;
        assert_eq!(requests.get(), 2);
    });
}

#[test]
fn wait_for_waits_for_the_clean_up_and_a_value_returned_after_it_wins() {
    every_schedule(|| async {
        let work = spawn(async {
            let caught = catch_cancel(sleep(9 * SECOND)).await.is_err();
            sleep(2 * SECOND).await;
            caught
        });
        assert!(wait_for(work, SECOND).await.unwrap());
        assert_eq!(seconds(), 3);
        let work = spawn(sleep(9 * SECOND));
        assert!(matches!(wait_for(work, SECOND).await, Err(WaitForError::Elapsed)));
        assert_eq!((seconds(), task::census().timers), (4, 0));
        let work = spawn(sleep(9 * SECOND));
        work.cancel();
        assert!(matches!(wait_for(work, SECOND).await, Err(WaitForError::Cancelled)));
    });
}

#[test]
fn wait_for_nothing_takes_a_result_that_is_there_and_starts_nothing() {
    every_schedule(|| async {
        let done = spawn(async { 5 });
        sleep(SECOND).await;
        assert_eq!(wait_for(done, Duration::ZERO).await.unwrap(), 5);
        let fresh: Task<()> = spawn(async { sleep(Duration::ZERO).await });
        let result = wait_for(fresh, Duration::ZERO).await;
        assert!(matches!(result, Err(WaitForError::Elapsed)), "{result:?}");
        assert_eq!(seconds(), 1);
    });
}

#[test]
fn a_tie_of_the_deadline_with_the_end_goes_either_way_and_the_task_has_ended_in_both() {
    let seen = outcomes(|| async {
        let result = wait_for(spawn(sleep(SECOND)), SECOND).await;
        assert_eq!(task::census().tasks, 1);
        result.is_ok()
    });
    assert_eq!(seen, BTreeSet::from([false, true]));
}

#[test]
fn dropping_wait_for_cancels_its_task_and_dropping_shield_does_not() {
    every_schedule(|| async {
        let done = Shared::new(Vec::new());
        let work = |name: &'static str| {
            let done = done.clone();
            async move {
                sleep(5 * SECOND).await;
                done.with_mut(|done| done.push(name));
            }
        };
        assert!(timeout(SECOND, wait_for(spawn(work("waited for")), 9 * SECOND)).await.is_err());
        assert!(timeout(SECOND, shield(work("shielded"))).await.is_err());
        sleep(9 * SECOND).await;
        assert_eq!(done.get(), ["shielded"]);
        assert_eq!(shield(async { 7 }).await, 7);
    });
}
