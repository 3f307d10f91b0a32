//! Locks: taken in two orders, given back too early, or none at all.

use std::cell::Cell;
use std::rc::Rc;

use reenact::prelude::*;

use super::kit::{Lock, go, settled, steps, var};
use super::{Form, Program, Run};

/// AB / BA, with a step in between. Fixed: AB / AB.
fn deadlock(form: Form) -> Run {
    Box::pin(async move {
        let (a, b, done) = (Lock::new(), Lock::new(), Rc::new(Cell::new(0)));
        let other = if form == Form::Fixed { (a.clone(), b.clone()) } else { (b.clone(), a.clone()) };
        for (first, second) in [(a, b), other] {
            let done = done.clone();
            go(async move {
                first.lock().await;
                yield_now().await;
                second.lock().await;
                steps(2).await;
                second.unlock();
                yield_now().await;
                first.unlock();
                done.set(done.get() + 1);
            });
        }
        settled().await;
        done.get() < 2
    })
}

pub(crate) const DEADLOCK: Program = Program {
    name: "deadlock01",
    wrong: "both hold one lock and wait for the other",
    buggy: || deadlock(Form::Buggy),
    fixed: || deadlock(Form::Fixed),
};

/// Task i takes fork i, then i + 1. Fixed: the last one takes its forks the other way round.
fn philosophers(number: usize, form: Form) -> Run {
    Box::pin(async move {
        let forks: Vec<Lock> = (0..number).map(|_| Lock::new()).collect();
        let done = Rc::new(Cell::new(0));
        for i in 0..number {
            let (mut one, mut other, done) = (forks[i].clone(), forks[(i + 1) % number].clone(), done.clone());
            if form == Form::Fixed && i + 1 == number {
                (one, other) = (other, one);
            }
            go(async move {
                one.lock().await;
                yield_now().await;
                other.lock().await;
                yield_now().await;
                other.unlock();
                yield_now().await;
                one.unlock();
                done.set(done.get() + 1);
            });
        }
        settled().await;
        done.get() < number
    })
}

pub(crate) const PHILOSOPHERS_3: Program = Program {
    name: "philosophers_3",
    wrong: "all hold their left fork",
    buggy: || philosophers(3, Form::Buggy),
    fixed: || philosophers(3, Form::Fixed),
};
pub(crate) const PHILOSOPHERS_4: Program = Program {
    name: "philosophers_4",
    buggy: || philosophers(4, Form::Buggy),
    fixed: || philosophers(4, Form::Fixed),
    ..PHILOSOPHERS_3
};

/// `lock1 d1=1 unlock1 lock2 d2=d1+1 unlock2 || lock1 t=d1; if 0 quit; unlock1 lock2 u=d2 unlock2`. Fixed: the first lock is
/// kept until the second one is given back.
fn two_stages(form: Form) -> Run {
    Box::pin(async move {
        let (one, two, d1, d2) = (Lock::new(), Lock::new(), var(0), var(0));
        let wrong = Rc::new(Cell::new(false));
        let (lock1, lock2, first, second) = (one.clone(), two.clone(), d1.clone(), d2.clone());
        go(async move {
            lock1.lock().await;
            yield_now().await;
            first.set(1);
            yield_now().await;
            if form == Form::Buggy {
                lock1.unlock();
                yield_now().await;
            }
            lock2.lock().await;
            yield_now().await;
            let seen = first.get();
            yield_now().await;
            second.set(seen + 1);
            yield_now().await;
            lock2.unlock();
            if form == Form::Fixed {
                lock1.unlock();
            }
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
}

pub(crate) const TWO_STAGES: Program = Program {
    name: "twostage_1+1",
    wrong: "the second stage is seen before it is done",
    buggy: || two_stages(Form::Buggy),
    fixed: || two_stages(Form::Fixed),
};

/// `if flag quit; flag=1; r=x; x=r+1; flag=0` twice. Fixed: looks at the flag and sets it in one step.
fn naive_mutex(form: Form) -> Run {
    Box::pin(async move {
        let (flag, x, done) = (var(false), var(0), Rc::new(Cell::new(0)));
        for _ in 0..2 {
            let (flag, x, done) = (flag.clone(), x.clone(), done.clone());
            go(async move {
                let held = match form {
                    Form::Buggy => flag.get(),
                    Form::Fixed => flag.with_mut(|flag| std::mem::replace(flag, true)),
                };
                if held {
                    return;
                }
                yield_now().await;
                if form == Form::Buggy {
                    flag.set(true);
                    yield_now().await;
                }
                let seen = x.get();
                yield_now().await;
                x.set(seen + 1);
                done.set(done.get() + 1);
                yield_now().await;
                flag.set(false);
            });
        }
        settled().await;
        x.get() != done.get()
    })
}

pub(crate) const NAIVE_MUTEX: Program = Program {
    name: "naive_mutex",
    wrong: "two are inside",
    buggy: || naive_mutex(Form::Buggy),
    fixed: || naive_mutex(Form::Fixed),
};
