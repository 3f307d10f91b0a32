//! Programs of which tasks wait for each other.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use reenact::prelude::*;

use super::programs::{Program, go, settled, var};

/// A lock whose waiters are not ready until it is free.
#[derive(Clone)]
struct Lock {
    held: Shared<bool>,
    waiters: Rc<RefCell<Vec<Waker>>>,
}

impl Lock {
    fn new() -> Self {
        Self { held: var(false), waiters: Rc::default() }
    }

    /// One step if it is free; else not a step before it is.
    async fn lock(&self) {
        poll_fn(|cx| {
            if self.held.get() {
                self.waiters.borrow_mut().push(cx.waker().clone());
                return Poll::Pending;
            }
            self.held.set(true);
            Poll::Ready(())
        })
        .await;
    }

    fn unlock(&self) {
        self.held.set(false);
        self.waiters.borrow_mut().drain(..).for_each(Waker::wake);
    }
}

/// AB / BA, with a step in between.
pub(crate) const DEADLOCK: Program = || {
    Box::pin(async {
        let (a, b, done) = (Lock::new(), Lock::new(), Rc::new(Cell::new(0)));
        for (first, second) in [(a.clone(), b.clone()), (b, a)] {
            let done = done.clone();
            go(async move {
                first.lock().await;
                yield_now().await;
                second.lock().await;
                yield_now().await;
                yield_now().await;
                second.unlock();
                yield_now().await;
                first.unlock();
                done.set(done.get() + 1);
            });
        }
        settled().await;
        done.get() < 2
    })
};

/// Three tasks that take fork i, then i + 1.
pub(crate) const PHILOSOPHERS: Program = || {
    Box::pin(async {
        let forks = [Lock::new(), Lock::new(), Lock::new()];
        let done = Rc::new(Cell::new(0));
        for i in 0..3 {
            let (left, right, done) = (forks[i].clone(), forks[(i + 1) % 3].clone(), done.clone());
            go(async move {
                left.lock().await;
                yield_now().await;
                right.lock().await;
                yield_now().await;
                right.unlock();
                yield_now().await;
                left.unlock();
                done.set(done.get() + 1);
            });
        }
        settled().await;
        done.get() < 3
    })
};

/// `lock1 d1=1 unlock1 lock2 d2=d1+1 unlock2 || lock1 t=d1; if 0 quit; unlock1 lock2 u=d2 unlock2`.
pub(crate) const TWO_STAGES: Program = || {
    Box::pin(async {
        let (one, two, d1, d2) = (Lock::new(), Lock::new(), var(0), var(0));
        let wrong = Rc::new(Cell::new(false));
        let (lock1, lock2, first, second) = (one.clone(), two.clone(), d1.clone(), d2.clone());
        go(async move {
            lock1.lock().await;
            yield_now().await;
            first.set(1);
            yield_now().await;
            lock1.unlock();
            yield_now().await;
            lock2.lock().await;
            yield_now().await;
            let seen = first.get();
            yield_now().await;
            second.set(seen + 1);
            yield_now().await;
            lock2.unlock();
        });
        let verdict = wrong.clone();
        go(async move {
            one.lock().await;
            yield_now().await;
            let seen = d1.get();
            yield_now().await;
            one.unlock();
            if seen == 0 {
                return;
            }
            yield_now().await;
            two.lock().await;
            yield_now().await;
            verdict.set(d2.get() != seen + 1);
            yield_now().await;
            two.unlock();
        });
        settled().await;
        wrong.get()
    })
};

/// `if !flag { register; wait } || flag=1; notify_waiters`.
pub(crate) const LOST_WAKEUP: Program = || {
    Box::pin(async {
        let (flag, waiter) = (var(false), var(None::<Waker>));
        let done = Rc::new(Cell::new(false));
        let (seen, registry, ended) = (flag.clone(), waiter.clone(), done.clone());
        go(async move {
            if !seen.get() {
                yield_now().await;
                let mut registered = false;
                poll_fn(|cx| {
                    if std::mem::replace(&mut registered, true) {
                        return Poll::Ready(());
                    }
                    registry.set(Some(cx.waker().clone()));
                    Poll::Pending
                })
                .await;
            }
            ended.set(true);
        });
        go(async move {
            flag.set(true);
            yield_now().await;
            waiter.with_mut(Option::take).into_iter().for_each(Waker::wake);
        });
        settled().await;
        !done.get()
    })
};
