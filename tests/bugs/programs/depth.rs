//! Bugs that need many steps in one order.

use reenact::prelude::*;

use super::kit::{Event, Lock, go, settled, steps, var};
use super::{Form, Program, Run};

/// x=0; one task does `cas(x,0,1), cas(x,2,3), ..`, the other `cas(x,1,2), ..`, until x is `m`; with private steps around.
/// Fixed: each does its own under a lock.
pub(crate) fn chain(m: u32, private: u32, form: Form) -> Run {
    Box::pin(async move {
        let x = var(0);
        let lock = (form == Form::Fixed).then(Lock::new);
        for first in 0..2 {
            let (x, lock) = (x.clone(), lock.clone());
            go(async move {
                if let Some(lock) = &lock {
                    lock.lock().await;
                }
                steps(private).await;
                for from in (first..m).step_by(2) {
                    if from > first {
                        yield_now().await;
                    }
                    x.update(|x| if x == from { from + 1 } else { x });
                }
                steps(private).await;
                lock.iter().for_each(Lock::unlock);
            });
        }
        settled().await;
        x.get() == m
    })
}

pub(crate) const CHAIN_3: Program = Program {
    name: "chain_3",
    wrong: "the chain is complete",
    buggy: || chain(3, 0, Form::Buggy),
    fixed: || chain(3, 0, Form::Fixed),
};
pub(crate) const CHAIN_4: Program =
    Program { name: "chain_4", buggy: || chain(4, 0, Form::Buggy), fixed: || chain(4, 0, Form::Fixed), ..CHAIN_3 };
pub(crate) const CHAIN_5: Program =
    Program { name: "chain_5", buggy: || chain(5, 0, Form::Buggy), fixed: || chain(5, 0, Form::Fixed), ..CHAIN_3 };

/// A one write, B `k` writes; A last. Fixed: B waits for A.
pub(crate) fn uneven(k: u32, form: Form) -> Run {
    Box::pin(async move {
        let (x, written) = (var(0), Event::new());
        let (last, first) = (x.clone(), written.clone());
        go(async move {
            last.set(1);
            if form == Form::Fixed {
                first.set();
            }
        });
        let other = x.clone();
        go(async move {
            if form == Form::Fixed {
                written.wait().await;
            }
            for _ in 1..k {
                other.set(2);
                yield_now().await;
            }
            other.set(2);
        });
        settled().await;
        x.get() == 1
    })
}

pub(crate) const UNEVEN_5: Program = Program {
    name: "uneven_5",
    wrong: "the short task is last",
    buggy: || uneven(5, Form::Buggy),
    fixed: || uneven(5, Form::Fixed),
};
pub(crate) const UNEVEN_10: Program =
    Program { name: "uneven_10", buggy: || uneven(10, Form::Buggy), fixed: || uneven(10, Form::Fixed), ..UNEVEN_5 };
