//! Checks and actions that belong together, and steps of others between them.

use std::cell::Cell;
use std::rc::Rc;

use reenact::prelude::*;

use super::kit::{Lock, go, settled, var};
use super::{Form, Program, Run};

/// `r=x; x=r+1` as often as there are tasks.
fn lost_update(tasks: u32, form: Form) -> Run {
    Box::pin(async move {
        let x = var(0);
        for _ in 0..tasks {
            let x = x.clone();
            go(async move {
                if form == Form::Fixed {
                    x.update(|x| x + 1);
                    return;
                }
                let seen = x.get();
                yield_now().await;
                x.set(seen + 1);
            });
        }
        settled().await;
        x.get() != tasks
    })
}

pub(crate) const LOST_UPDATE_2: Program = Program {
    name: "lost_update_2",
    wrong: "an update is lost",
    buggy: || lost_update(2, Form::Buggy),
    fixed: || lost_update(2, Form::Fixed),
};
pub(crate) const LOST_UPDATE_3: Program = Program {
    name: "lost_update_3",
    buggy: || lost_update(3, Form::Buggy),
    fixed: || lost_update(3, Form::Fixed),
    ..LOST_UPDATE_2
};

/// `a=A; A=a-10; b=B; B=b+10 || a=A; b=B`. Fixed: under a lock.
fn bank_audit(form: Form) -> Run {
    Box::pin(async move {
        let (a, b, sum) = (var(100), var(100), Rc::new(Cell::new(0)));
        let lock = (form == Form::Fixed).then(Lock::new);
        let (accounts, held) = ((a.clone(), b.clone()), lock.clone());
        go(async move {
            if let Some(lock) = &held {
                lock.lock().await;
            }
            let from = accounts.0.get();
            yield_now().await;
            accounts.0.set(from - 10);
            yield_now().await;
            let to = accounts.1.get();
            yield_now().await;
            accounts.1.set(to + 10);
            held.iter().for_each(Lock::unlock);
        });
        let seen = sum.clone();
        go(async move {
            if let Some(lock) = &lock {
                lock.lock().await;
            }
            seen.set(a.get());
            yield_now().await;
            seen.set(seen.get() + b.get());
            lock.iter().for_each(Lock::unlock);
        });
        settled().await;
        sum.get() != 200
    })
}

pub(crate) const BANK_AUDIT: Program = Program {
    name: "bank_audit",
    wrong: "the audit misses money",
    buggy: || bank_audit(Form::Buggy),
    fixed: || bank_audit(Form::Fixed),
};

/// `if a+b==2 {own=0}` twice. Fixed: under a lock.
fn write_skew(form: Form) -> Run {
    Box::pin(async move {
        let (a, b) = (var(1), var(1));
        let lock = (form == Form::Fixed).then(Lock::new);
        for own in [a.clone(), b.clone()] {
            let (a, b, lock) = (a.clone(), b.clone(), lock.clone());
            go(async move {
                if let Some(lock) = &lock {
                    lock.lock().await;
                }
                let first = a.get();
                yield_now().await;
                let second = b.get();
                yield_now().await;
                if first + second == 2 {
                    own.set(0);
                }
                lock.iter().for_each(Lock::unlock);
            });
        }
        settled().await;
        a.get() + b.get() == 0
    })
}

pub(crate) const WRITE_SKEW: Program = Program {
    name: "write_skew",
    wrong: "nobody is on call",
    buggy: || write_skew(Form::Buggy),
    fixed: || write_skew(Form::Fixed),
};

/// `if seats>0 { seats-=1; sold++ }` twice, for one seat. Fixed: looks and takes in one step.
fn oversell(form: Form) -> Run {
    Box::pin(async move {
        let (seats, sold) = (var(1), var(0));
        for _ in 0..2 {
            let (seats, sold) = (seats.clone(), sold.clone());
            go(async move {
                if form == Form::Fixed {
                    let taken = seats.with_mut(|seats| {
                        let free = *seats > 0;
                        *seats -= i32::from(free);
                        free
                    });
                    if taken {
                        yield_now().await;
                        sold.update(|sold| sold + 1);
                    }
                } else if seats.get() > 0 {
                    yield_now().await;
                    seats.update(|seats| seats - 1);
                    yield_now().await;
                    sold.update(|sold| sold + 1);
                }
            });
        }
        settled().await;
        sold.get() > 1
    })
}

pub(crate) const OVERSELL: Program = Program {
    name: "oversell_2",
    wrong: "one seat is sold twice",
    buggy: || oversell(Form::Buggy),
    fixed: || oversell(Form::Fixed),
};

/// Server `if !cancelled {commit; reply}` || client `if !reply {cancelled=1; refund}`. Fixed: whoever is first decides.
fn timeout_and_completion(form: Form) -> Run {
    Box::pin(async move {
        let (cancelled, reply, commit, refund) = (var(false), var(false), var(false), var(false));
        let decided = var(None);
        let sides = [(cancelled.clone(), commit.clone(), reply.clone()), (reply.clone(), cancelled.clone(), refund.clone())];
        for (side, (stop, first, last)) in sides.into_iter().enumerate() {
            let decided = decided.clone();
            go(async move {
                let stopped = match form {
                    Form::Buggy => stop.get(),
                    Form::Fixed => decided.with_mut(|decided| *decided.get_or_insert(side) != side),
                };
                if !stopped {
                    yield_now().await;
                    first.set(true);
                    yield_now().await;
                    last.set(true);
                }
            });
        }
        settled().await;
        commit.get() && refund.get()
    })
}

pub(crate) const TIMEOUT: Program = Program {
    name: "timeout vs completion",
    wrong: "committed and refunded",
    buggy: || timeout_and_completion(Form::Buggy),
    fixed: || timeout_and_completion(Form::Fixed),
};

/// `if !done { done=1; completions+=1 }` twice. Fixed: looks and sets in one step.
fn double_completion(form: Form) -> Run {
    Box::pin(async move {
        let (done, completions) = (var(false), var(0));
        for _ in 0..2 {
            let (done, completions) = (done.clone(), completions.clone());
            go(async move {
                if form == Form::Fixed {
                    if !done.with_mut(|done| std::mem::replace(done, true)) {
                        yield_now().await;
                        completions.update(|n| n + 1);
                    }
                } else if !done.get() {
                    yield_now().await;
                    done.set(true);
                    yield_now().await;
                    completions.update(|n| n + 1);
                }
            });
        }
        settled().await;
        completions.get() > 1
    })
}

pub(crate) const DOUBLE_COMPLETION: Program = Program {
    name: "double completion",
    wrong: "completed twice",
    buggy: || double_completion(Form::Buggy),
    fixed: || double_completion(Form::Fixed),
};
