//! Bugs that need many steps in one order.

use crate::kit::Team;
use crate::model::{Model, Var, var};

/// x=0; one task does `cas(x,0,1), cas(x,2,3), ..`, the other `cas(x,1,2), ..`, until x is `m`.
pub(crate) async fn chain<M: Model>(m: u32) -> bool {
    let (x, mut team) = (var::<M, _>(0), Team::<M>::new());
    for first in 0..2 {
        let x = x.clone();
        team.go(async move {
            for from in (first..m).step_by(2) {
                if from > first {
                    M::step().await;
                }
                x.with_mut(|x| *x = if *x == from { from + 1 } else { *x });
            }
        });
    }
    team.done().await;
    x.get() == m
}

/// A one write, B `k` writes; A last.
pub(crate) async fn uneven<M: Model>(k: u32) -> bool {
    let (x, mut team) = (var::<M, _>(0), Team::<M>::new());
    let last = x.clone();
    team.go(async move { last.set(1) });
    let other = x.clone();
    team.go(async move {
        for _ in 1..k {
            other.set(2);
            M::step().await;
        }
        other.set(2);
    });
    team.done().await;
    x.get() == 1
}
