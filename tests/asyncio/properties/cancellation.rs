//! [C1], [C2], [C4], [C5]; [C3] has a file of its own.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;

use reenact::prelude::*;
use reenact::task;

use super::{SECOND, after, end, t};
use crate::support::every_schedule;

#[test]
fn c1_a_request_is_delivered_once_at_the_await_that_the_task_is_in() {
    every_schedule(|| async {
        let log = Rc::new(Cell::new((0, 0)));
        let noted = log.clone();
        let task = spawn(async move {
            for _ in 0..3 {
                let (mut slept, mut told) = noted.get();
                match catch_cancel(sleep(2 * SECOND)).await {
                    Ok(()) => slept += 1,
                    Err(_) => told += 1,
                }
                noted.set((slept, told));
            }
        });
        sleep(3 * SECOND).await;
        task.cancel();
        assert!(task.await.is_ok());
        assert_eq!((log.get(), t()), ((2, 1), 5.0));
    });
}

#[test]
fn c2_a_request_beats_a_value_that_is_ready_and_the_value_stays_where_it_is() {
    every_schedule(|| async {
        let work = spawn(after(1, 42));
        let value = Rc::new(RefCell::new(work));
        let awaited = value.clone();
        let task = spawn(async move { poll_fn(|cx| Pin::new(&mut *awaited.borrow_mut()).poll(cx)).await });
        sleep(SECOND).await;
        if !value.borrow().is_finished() {
            yield_now().await;
        }
        if value.borrow().is_finished() && task.cancel() {
            assert_eq!(end(task.await), "task was cancelled");
            assert_eq!(value.borrow().try_result().unwrap().unwrap(), 42);
        }
    });
}

#[test]
fn c4_requests_before_delivery_are_one_and_one_after_it_is_delivered_again() {
    every_schedule(|| async {
        let told = Rc::new(Cell::new(0));
        let noted = told.clone();
        let task = spawn(async move {
            for _ in 0..2 {
                let told = catch_cancel(sleep(5 * SECOND)).await.is_err();
                noted.set(noted.get() + u32::from(told));
            }
            task::cancelling()
        });
        sleep(SECOND).await;
        assert!(task.cancel() && task.cancel());
        assert_eq!(task.cancelling(), 2);
        sleep(SECOND).await;
        assert_eq!(told.get(), 1);
        assert!(task.cancel());
        assert_eq!((task.await.unwrap(), told.get()), (3, 2));
    });
}

#[test]
fn c5_no_timer_and_no_waiter_belongs_to_an_await_that_is_over() {
    every_schedule(|| async {
        let other = spawn(sleep(3 * SECOND));
        let waits = [
            spawn(async { sleep(10 * SECOND).await }),
            spawn(async move { drop(wait([other]).timeout(10 * SECOND).await) }),
            spawn(async { timeout(10 * SECOND, std::future::pending::<()>()).await.unwrap() }),
        ];
        sleep(SECOND).await;
        for task in &waits {
            task.cancel();
        }
        for task in waits {
            assert!(task.await.is_err());
        }
        // Only that of the other task.
        assert_eq!((task::census().timers, task::census().watches), (1, 0));
    });
}
