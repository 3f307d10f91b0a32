//! Checks and actions that belong together, and steps of others between them.

use std::cell::Cell;
use std::rc::Rc;

use crate::kit::Team;
use crate::model::{Model, Var, var};

/// `r=x; x=r+1` as often as there are tasks.
pub(crate) async fn lost_update<M: Model>(tasks: u32) -> bool {
    let (x, mut team) = (var::<M, _>(0), Team::<M>::new());
    for _ in 0..tasks {
        let x = x.clone();
        team.go(async move {
            let seen = x.get();
            M::step().await;
            x.set(seen + 1);
        });
    }
    team.done().await;
    x.get() != tasks
}

/// `a=A; A=a-10; b=B; B=b+10 || a=A; b=B`.
pub(crate) async fn bank_audit<M: Model>() -> bool {
    let (a, b, sum) = (var::<M, _>(100), var::<M, _>(100), Rc::new(Cell::new(0)));
    let mut team = Team::<M>::new();
    let accounts = (a.clone(), b.clone());
    team.go(async move {
        let from = accounts.0.get();
        M::step().await;
        accounts.0.set(from - 10);
        M::step().await;
        let to = accounts.1.get();
        M::step().await;
        accounts.1.set(to + 10);
    });
    let seen = sum.clone();
    team.go(async move {
        seen.set(a.get());
        M::step().await;
        seen.set(seen.get() + b.get());
    });
    team.done().await;
    sum.get() != 200
}

/// `if a+b==2 {own=0}` twice.
pub(crate) async fn write_skew<M: Model>() -> bool {
    let (a, b, mut team) = (var::<M, _>(1), var::<M, _>(1), Team::<M>::new());
    for own in [a.clone(), b.clone()] {
        let (a, b) = (a.clone(), b.clone());
        team.go(async move {
            let first = a.get();
            M::step().await;
            let second = b.get();
            M::step().await;
            if first + second == 2 {
                own.set(0);
            }
        });
    }
    team.done().await;
    a.get() + b.get() == 0
}

/// `if seats>0 { seats-=1; sold++ }` twice, for one seat.
pub(crate) async fn oversell<M: Model>() -> bool {
    let (seats, sold, mut team) = (var::<M, _>(1), var::<M, _>(0), Team::<M>::new());
    for _ in 0..2 {
        let (seats, sold) = (seats.clone(), sold.clone());
        team.go(async move {
            if seats.get() > 0 {
                M::step().await;
                seats.with_mut(|seats| *seats -= 1);
                M::step().await;
                sold.with_mut(|sold| *sold += 1);
            }
        });
    }
    team.done().await;
    sold.get() > 1
}

/// Server `if !cancelled {commit; reply}` || client `if !reply {cancelled=1; refund}`.
pub(crate) async fn timeout_and_completion<M: Model>() -> bool {
    let new = || var::<M, _>(false);
    let (cancelled, reply, commit, refund) = (new(), new(), new(), new());
    let mut team = Team::<M>::new();
    let sides = [(cancelled.clone(), commit.clone(), reply.clone()), (reply.clone(), cancelled.clone(), refund.clone())];
    for (stop, first, last) in sides {
        team.go(async move {
            if !stop.get() {
                M::step().await;
                first.set(true);
                M::step().await;
                last.set(true);
            }
        });
    }
    team.done().await;
    commit.get() && refund.get()
}

/// `if !done { done=1; completions+=1 }` twice.
pub(crate) async fn double_completion<M: Model>() -> bool {
    let (done, completions, mut team) = (var::<M, _>(false), var::<M, _>(0), Team::<M>::new());
    for _ in 0..2 {
        let (done, completions) = (done.clone(), completions.clone());
        team.go(async move {
            if !done.get() {
                M::step().await;
                done.set(true);
                M::step().await;
                completions.with_mut(|n| *n += 1);
            }
        });
    }
    team.done().await;
    completions.get() > 1
}
