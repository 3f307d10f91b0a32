//! Locks: taken in two orders, given back too early, or none at all.

use std::cell::Cell;
use std::rc::Rc;

use crate::kit::{Lock, Team, steps};
use crate::model::{Model, Var, var};

/// AB / BA, with a step in between.
pub(crate) async fn deadlock<M: Model>() -> bool {
    let (a, b, mut team) = (Lock::<M>::new(), Lock::<M>::new(), Team::<M>::new());
    for (first, second) in [(a.clone(), b.clone()), (b, a)] {
        team.go(async move {
            first.lock().await;
            M::step().await;
            second.lock().await;
            steps::<M>(2).await;
            second.unlock();
            M::step().await;
            first.unlock();
        });
    }
    team.done().await;
    false
}

/// Task i takes fork i, then i + 1.
pub(crate) async fn philosophers<M: Model>(number: usize) -> bool {
    let forks: Vec<Lock<M>> = (0..number).map(|_| Lock::new()).collect();
    let mut team = Team::<M>::new();
    for i in 0..number {
        let (one, other) = (forks[i].clone(), forks[(i + 1) % number].clone());
        team.go(async move {
            one.lock().await;
            M::step().await;
            other.lock().await;
            M::step().await;
            other.unlock();
            M::step().await;
            one.unlock();
        });
    }
    team.done().await;
    false
}

/// `lock1 d1=1 unlock1 lock2 d2=d1+1 unlock2 || lock1 t=d1; if 0 quit; unlock1 lock2 u=d2 unlock2`.
pub(crate) async fn two_stages<M: Model>() -> bool {
    let (one, two, d1, d2) = (Lock::<M>::new(), Lock::<M>::new(), var::<M, _>(0), var::<M, _>(0));
    let (wrong, mut team) = (Rc::new(Cell::new(false)), Team::<M>::new());
    let (lock1, lock2, first, second) = (one.clone(), two.clone(), d1.clone(), d2.clone());
    team.go(async move {
        lock1.lock().await;
        M::step().await;
        first.set(1);
        M::step().await;
        lock1.unlock();
        M::step().await;
        lock2.lock().await;
        M::step().await;
        let seen = first.get();
        M::step().await;
        second.set(seen + 1);
        M::step().await;
        lock2.unlock();
    });
    let verdict = wrong.clone();
    team.go(async move {
        one.lock().await;
        M::step().await;
        let seen = d1.get();
        M::step().await;
        one.unlock();
        if seen == 0 {
            return;
        }
        M::step().await;
        two.lock().await;
        M::step().await;
        verdict.set(d2.get() != seen + 1);
        M::step().await;
        two.unlock();
    });
    team.done().await;
    wrong.get()
}

/// `if flag quit; flag=1; r=x; x=r+1; flag=0` twice.
pub(crate) async fn naive_mutex<M: Model>() -> bool {
    let (flag, x, done) = (var::<M, _>(false), var::<M, _>(0), Rc::new(Cell::new(0)));
    let mut team = Team::<M>::new();
    for _ in 0..2 {
        let (flag, x, done) = (flag.clone(), x.clone(), done.clone());
        team.go(async move {
            if flag.get() {
                return;
            }
            M::step().await;
            flag.set(true);
            M::step().await;
            let seen = x.get();
            M::step().await;
            x.set(seen + 1);
            done.set(done.get() + 1);
            M::step().await;
            flag.set(false);
        });
    }
    team.done().await;
    x.get() != done.get()
}
