//! Tasks that wait for a condition, and wake-ups that get lost.

use std::cell::Cell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use tokio::sync::Notify;

use crate::kit::{Condition, Lock, Team};
use crate::model::{Model, Var, var};

/// Two consumers `lock; if count==0 wait; count--; unlock`, a producer twice `lock; count++; notify_one; unlock`.
pub(crate) async fn if_not_while<M: Model>() -> bool {
    let (lock, condition, count) = (Lock::<M>::new(), Condition::default(), var::<M, _>(0));
    let (wrong, mut team) = (Rc::new(Cell::new(false)), Team::<M>::new());
    for _ in 0..2 {
        let (lock, condition, count, wrong) = (lock.clone(), condition.clone(), count.clone(), wrong.clone());
        team.go(async move {
            lock.lock().await;
            M::step().await;
            if count.get() == 0 {
                M::step().await;
                condition.wait(&lock).await;
            }
            M::step().await;
            let seen = count.get();
            if seen == 0 {
                wrong.set(true);
            }
            M::step().await;
            count.set(seen - 1);
            M::step().await;
            lock.unlock();
        });
    }
    team.go(async move {
        for round in 0..2 {
            if round > 0 {
                M::step().await;
            }
            lock.lock().await;
            M::step().await;
            let seen = count.get();
            M::step().await;
            count.set(seen + 1);
            M::step().await;
            condition.notify_one();
            M::step().await;
            lock.unlock();
        }
    });
    team.done().await;
    wrong.get()
}

/// `if !flag { register; wait } || flag=1; notify_waiters`.
pub(crate) async fn lost_wakeup<M: Model>() -> bool {
    let (flag, notify, mut team) = (var::<M, _>(false), Rc::new(Notify::new()), Team::<M>::new());
    let (seen, waiting) = (flag.clone(), notify.clone());
    team.go(async move {
        if !seen.get() {
            M::step().await;
            waiting.notified().await;
        }
    });
    team.go(async move {
        flag.set(true);
        M::step().await;
        notify.notify_waiters();
    });
    team.done().await;
    false
}

/// Looks in one step and goes on in another, whether or not it had to wait in between.
async fn in_two_steps<M: Model>(future: impl Future<Output = ()>) {
    let mut future = pin!(future);
    if poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_ready())).await {
        M::step().await;
    } else {
        future.await;
    }
}

/// Two consumers `loop try_pop / notified`, a producer twice `push; notify_one`; there is one permit to store.
pub(crate) async fn coalesced<M: Model>() -> bool {
    let (queue, notify, mut team) = (var::<M, _>(VecDeque::new()), Rc::new(Notify::new()), Team::<M>::new());
    for _ in 0..2 {
        let (queue, notify) = (queue.clone(), notify.clone());
        team.go(async move {
            while queue.with_mut(VecDeque::pop_front).is_none() {
                M::step().await;
                in_two_steps::<M>(notify.notified()).await;
                M::step().await;
            }
        });
    }
    team.go(async move {
        for item in 0..2 {
            if item > 0 {
                M::step().await;
            }
            queue.with_mut(|items| items.push_back(item));
            M::step().await;
            notify.notify_one();
        }
    });
    team.done().await;
    false
}
