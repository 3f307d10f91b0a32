//! Programs that count on an order that nobody keeps.

use std::cell::Cell;
use std::rc::Rc;

use reenact::prelude::*;

use super::kit::{Event, Lock, go, settled, var};
use super::{Form, Program, Run};

/// The variables of [`reorder`], and in the fixed form a lock around both.
#[derive(Clone)]
struct Pair {
    a: Shared<i32>,
    b: Shared<i32>,
    lock: Option<Lock>,
}

impl Pair {
    async fn begin(&self, late: bool) {
        if late {
            yield_now().await;
        }
        if let Some(lock) = &self.lock {
            lock.lock().await;
        }
    }

    fn end(&self) {
        self.lock.iter().for_each(Lock::unlock);
    }

    async fn set(self, late: bool) {
        self.begin(late).await;
        self.a.set(1);
        yield_now().await;
        self.b.set(-1);
        self.end();
    }

    async fn look(self, late: bool, seen: Rc<Cell<(i32, i32)>>) {
        self.begin(late).await;
        let first = self.a.get();
        yield_now().await;
        seen.set((first, self.b.get()));
        self.end();
    }
}

/// Setters `a=1; b=-1` and `p=a; q=b`; `stepwise`, a task spawns one in each step and each has a step before its accesses.
pub(crate) fn reorder(setters: u32, stepwise: bool, form: Form) -> Run {
    Box::pin(async move {
        let pair = Pair { a: var(0), b: var(0), lock: (form == Form::Fixed).then(Lock::new) };
        let seen = Rc::new(Cell::new((0, 0)));
        let verdict = seen.clone();
        let spawning = async move {
            for _ in 0..setters {
                go(pair.clone().set(stepwise));
                if stepwise {
                    yield_now().await;
                }
            }
            go(pair.look(stepwise, verdict));
        };
        if stepwise {
            go(spawning)
        } else {
            spawning.await
        }
        settled().await;
        !matches!(seen.get(), (0, 0) | (1, -1))
    })
}

pub(crate) const REORDER_2: Program = Program {
    name: "reorder_2",
    wrong: "one half of a change is seen",
    buggy: || reorder(2, false, Form::Buggy),
    fixed: || reorder(2, false, Form::Fixed),
};
pub(crate) const REORDER_3: Program = Program {
    name: "reorder_3",
    buggy: || reorder(3, false, Form::Buggy),
    fixed: || reorder(3, false, Form::Fixed),
    ..REORDER_2
};

/// `x1=(x3+1)%4 || x2=x1 || x3=x2 ||` all flags set: all equal, where at first x2 alone is 2. Fixed: each waits for its turn.
fn token_ring(form: Form) -> Run {
    Box::pin(async move {
        let x = [var(1), var(2), var(1)];
        let (flags, wrong) = ([var(false), var(false), var(false)], Rc::new(Cell::new(false)));
        let passed = [Event::new(), Event::new(), Event::new()];
        for own in 0..3 {
            let (from, to) = (x[(own + 2) % 3].clone(), x[own].clone());
            let (flag, passed) = (flags[own].clone(), passed.clone());
            go(async move {
                if form == Form::Fixed && own > 0 {
                    passed[own - 1].wait().await;
                }
                to.set(if own == 0 { (from.get() + 1) % 4 } else { from.get() });
                flag.set(true);
                passed[own].set();
            });
        }
        let verdict = wrong.clone();
        go(async move {
            let [one, two, three] = [0, 1, 2].map(|at| x[at].get());
            verdict.set(flags.iter().all(Shared::get) && (one != two || two != three));
        });
        settled().await;
        wrong.get()
    })
}

pub(crate) const TOKEN_RING: Program = Program {
    name: "token_ring",
    wrong: "the token is not the same everywhere",
    buggy: || token_ring(Form::Buggy),
    fixed: || token_ring(Form::Fixed),
};
