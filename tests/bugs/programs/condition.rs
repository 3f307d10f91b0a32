//! Tasks that wait for a condition, and wake-ups that get lost.

use std::cell::Cell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use reenact::prelude::*;
use tokio::sync::Notify;

use super::kit::{Condition, Lock, go, settled, var};
use super::{Form, Program, Run};

/// Two consumers `lock; if count==0 wait; count--; unlock`, a producer twice `lock; count++; notify_one; unlock`. Fixed:
/// `while count==0 wait`.
fn if_not_while(form: Form) -> Run {
    Box::pin(async move {
        let (lock, condition, count) = (Lock::new(), Condition::default(), var(0));
        let wrong = Rc::new(Cell::new(false));
        for _ in 0..2 {
            let (lock, condition, count, wrong) = (lock.clone(), condition.clone(), count.clone(), wrong.clone());
            go(async move {
                lock.lock().await;
                yield_now().await;
                while count.get() == 0 {
                    yield_now().await;
                    condition.wait(&lock).await;
                    if form == Form::Buggy {
                        break;
                    }
                    yield_now().await;
                }
                yield_now().await;
                let seen = count.get();
                if seen == 0 {
                    wrong.set(true);
                }
                yield_now().await;
                count.set(seen - 1);
                yield_now().await;
                lock.unlock();
            });
        }
        go(async move {
            for round in 0..2 {
                if round > 0 {
                    yield_now().await;
                }
                lock.lock().await;
                yield_now().await;
                let seen = count.get();
                yield_now().await;
                count.set(seen + 1);
                yield_now().await;
                condition.notify_one();
                yield_now().await;
                lock.unlock();
            }
        });
        settled().await;
        wrong.get()
    })
}

pub(crate) const IF_NOT_WHILE: Program = Program {
    name: "cond_if_not_while",
    wrong: "something is taken where nothing is",
    buggy: || if_not_while(Form::Buggy),
    fixed: || if_not_while(Form::Fixed),
};

/// `if !flag { register; wait } || flag=1; notify_waiters`. Fixed: registers before it looks.
fn lost_wakeup(form: Form) -> Run {
    Box::pin(async move {
        let (flag, notify) = (var(false), Rc::new(Notify::new()));
        let done = Rc::new(Cell::new(false));
        let (seen, waiting, ended) = (flag.clone(), notify.clone(), done.clone());
        go(async move {
            // Misses no `notify_waiters` from now on, polled or not.
            let early = waiting.notified();
            if !seen.get() {
                yield_now().await;
                match form {
                    Form::Buggy => waiting.notified().await,
                    Form::Fixed => early.await,
                }
            }
            ended.set(true);
        });
        go(async move {
            flag.set(true);
            yield_now().await;
            notify.notify_waiters();
        });
        settled().await;
        !done.get()
    })
}

pub(crate) const LOST_WAKEUP: Program = Program {
    name: "lost_wakeup",
    wrong: "registered after the notification",
    buggy: || lost_wakeup(Form::Buggy),
    fixed: || lost_wakeup(Form::Fixed),
};

/// Looks in one step and goes on in another, whether or not it had to wait in between.
async fn in_two_steps(future: impl Future<Output = ()>) {
    let mut future = pin!(future);
    if poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_ready())).await {
        yield_now().await;
    } else {
        future.await;
    }
}

/// Two consumers `loop try_pop / notified`, a producer twice `push; notify_one`; there is one permit to store. Fixed: whoever
/// takes an item and sees another one notifies.
fn coalesced(form: Form) -> Run {
    Box::pin(async move {
        let (queue, notify) = (var(VecDeque::new()), Rc::new(Notify::new()));
        let asleep = Rc::new(Cell::new(2));
        for _ in 0..2 {
            let (queue, notify, asleep) = (queue.clone(), notify.clone(), asleep.clone());
            go(async move {
                while queue.with_mut(VecDeque::pop_front).is_none() {
                    yield_now().await;
                    in_two_steps(notify.notified()).await;
                    yield_now().await;
                }
                if form == Form::Fixed && queue.with(|queue| !queue.is_empty()) {
                    notify.notify_one();
                }
                asleep.set(asleep.get() - 1);
            });
        }
        let items = queue.clone();
        go(async move {
            for item in 0..2 {
                if item > 0 {
                    yield_now().await;
                }
                items.with_mut(|items| items.push_back(item));
                yield_now().await;
                notify.notify_one();
            }
        });
        settled().await;
        asleep.get() > 0 && queue.with(|queue| !queue.is_empty())
    })
}

pub(crate) const COALESCED: Program = Program {
    name: "notify_one coalesced",
    wrong: "an item is left, and a consumer sleeps",
    buggy: || coalesced(Form::Buggy),
    fixed: || coalesced(Form::Fixed),
};
