//! Programs that count on an order that nobody keeps.

use std::cell::Cell;
use std::rc::Rc;

use crate::kit::Team;
use crate::model::{Model, Var, var};

/// Setters `a=1; b=-1` and `p=a; q=b`.
pub(crate) async fn reorder<M: Model>(setters: u32) -> bool {
    let (a, b, seen) = (var::<M, _>(0), var::<M, _>(0), Rc::new(Cell::new((0, 0))));
    let mut team = Team::<M>::new();
    for _ in 0..setters {
        let (a, b) = (a.clone(), b.clone());
        team.go(async move {
            a.set(1);
            M::step().await;
            b.set(-1);
        });
    }
    let verdict = seen.clone();
    team.go(async move {
        let first = a.get();
        M::step().await;
        verdict.set((first, b.get()));
    });
    team.done().await;
    !matches!(seen.get(), (0, 0) | (1, -1))
}

/// `x1=(x3+1)%4 || x2=x1 || x3=x2 ||` all flags set: all equal, where at first x2 alone is 2.
pub(crate) async fn token_ring<M: Model>() -> bool {
    let x = [1, 2, 1].map(|value| var::<M, _>(value));
    let (flags, wrong) = ([false; 3].map(|flag| var::<M, _>(flag)), Rc::new(Cell::new(false)));
    let mut team = Team::<M>::new();
    for own in 0..3 {
        let (from, to, flag) = (x[(own + 2) % 3].clone(), x[own].clone(), flags[own].clone());
        team.go(async move {
            to.set(if own == 0 { (from.get() + 1) % 4 } else { from.get() });
            flag.set(true);
        });
    }
    let verdict = wrong.clone();
    team.go(async move {
        let [one, two, three] = [0, 1, 2].map(|at| x[at].get());
        verdict.set(flags.iter().all(|flag| flag.get()) && (one != two || two != three));
    });
    team.done().await;
    wrong.get()
}
