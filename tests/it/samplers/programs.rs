//! Small programs that go wrong under some schedules. Each says whether it did.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use reenact::prelude::*;

/// `true` if it went wrong.
pub(crate) type Program = fn() -> Pin<Box<dyn Future<Output = bool>>>;

pub(super) fn go(task: impl Future<Output = ()> + 'static) {
    drop(spawn(task));
}

/// Until all tasks are done or wait for ever.
pub(super) async fn settled() {
    sleep(Duration::from_millis(1)).await;
}

pub(super) fn var<T>(value: T) -> Shared<T> {
    Shared::new(value)
}

/// `r=x; x=r+1` as often as there are tasks.
fn lost_update(tasks: u32) -> Pin<Box<dyn Future<Output = bool>>> {
    Box::pin(async move {
        let x = var(0);
        for _ in 0..tasks {
            let x = x.clone();
            go(async move {
                let seen = x.get();
                yield_now().await;
                x.set(seen + 1);
            });
        }
        settled().await;
        x.get() != tasks
    })
}

pub(crate) const LOST_UPDATE_2: Program = || lost_update(2);
pub(crate) const LOST_UPDATE_3: Program = || lost_update(3);

/// `a=A; A=a-10; b=B; B=b+10 || a=A; b=B`.
pub(crate) const BANK_AUDIT: Program = || {
    Box::pin(async {
        let (a, b, sum) = (var(100), var(100), Rc::new(Cell::new(0)));
        let accounts = (a.clone(), b.clone());
        go(async move {
            let from = accounts.0.get();
            yield_now().await;
            accounts.0.set(from - 10);
            yield_now().await;
            let to = accounts.1.get();
            yield_now().await;
            accounts.1.set(to + 10);
        });
        let seen = sum.clone();
        go(async move {
            seen.set(a.get());
            yield_now().await;
            seen.set(seen.get() + b.get());
        });
        settled().await;
        sum.get() != 200
    })
};

async fn set(a: Shared<i32>, b: Shared<i32>, late: bool) {
    if late {
        yield_now().await;
    }
    a.set(1);
    yield_now().await;
    b.set(-1);
}

async fn look(a: Shared<i32>, b: Shared<i32>, late: bool, seen: Rc<Cell<(i32, i32)>>) {
    if late {
        yield_now().await;
    }
    let first = a.get();
    yield_now().await;
    seen.set((first, b.get()));
}

/// Setters `a=1; b=-1` and `p=a; q=b`; `stepwise`, a task spawns one in each step and each has a step before its accesses.
fn reorder(setters: u32, stepwise: bool) -> Pin<Box<dyn Future<Output = bool>>> {
    Box::pin(async move {
        let (a, b, seen) = (var(0), var(0), Rc::new(Cell::new((0, 0))));
        let verdict = seen.clone();
        let spawning = async move {
            for _ in 0..setters {
                go(set(a.clone(), b.clone(), stepwise));
                if stepwise {
                    yield_now().await;
                }
            }
            go(look(a, b, stepwise, verdict));
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

pub(crate) const REORDER_2: Program = || reorder(2, false);
pub(crate) const REORDER_3: Program = || reorder(3, false);
pub(crate) const REORDER_2_SPAWNED: Program = || reorder(2, true);
pub(crate) const REORDER_3_SPAWNED: Program = || reorder(3, true);
pub(crate) const REORDER_4_SPAWNED: Program = || reorder(4, true);

/// `if a+b==2 {own=0}` twice.
pub(crate) const WRITE_SKEW: Program = || {
    Box::pin(async {
        let (a, b) = (var(1), var(1));
        for own in [a.clone(), b.clone()] {
            let (a, b) = (a.clone(), b.clone());
            go(async move {
                let first = a.get();
                yield_now().await;
                let second = b.get();
                yield_now().await;
                if first + second == 2 {
                    own.set(0);
                }
            });
        }
        settled().await;
        a.get() + b.get() == 0
    })
};

/// `if seats>0 { seats-=1; sold++ }` twice, for one seat.
pub(crate) const OVERSELL: Program = || {
    Box::pin(async {
        let (seats, sold) = (var(1), var(0));
        for _ in 0..2 {
            let (seats, sold) = (seats.clone(), sold.clone());
            go(async move {
                if seats.get() > 0 {
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
};

/// Server `if !cancelled {commit; reply}` || client `if !reply {cancelled=1; refund}`.
pub(crate) const TIMEOUT: Program = || {
    Box::pin(async {
        let (cancelled, reply, commit, refund) = (var(false), var(false), var(false), var(false));
        for (stop, first, last) in
            [(cancelled.clone(), commit.clone(), reply.clone()), (reply.clone(), cancelled.clone(), refund.clone())]
        {
            go(async move {
                if !stop.get() {
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
};

/// `if !stop {pend+=1; assert !stopped} pend-=1; if 0 event=1 || stop=1; pend-=1; if 0 event=1; if event stopped=1`.
pub(crate) const BLUETOOTH: Program = || {
    Box::pin(async {
        let (stop, stopped, event, pend) = (var(false), var(false), var(false), var(1));
        let wrong = Rc::new(Cell::new(false));
        let adder = (stop.clone(), stopped.clone(), event.clone(), pend.clone());
        let verdict = wrong.clone();
        go(async move {
            let (stop, stopped, event, pend) = adder;
            if !stop.get() {
                yield_now().await;
                pend.update(|pend| pend + 1);
                yield_now().await;
                if stopped.get() {
                    verdict.set(true);
                }
            }
            yield_now().await;
            if pend.update(|pend| pend - 1) == 0 {
                yield_now().await;
                event.set(true);
            }
        });
        go(async move {
            stop.set(true);
            yield_now().await;
            if pend.update(|pend| pend - 1) == 0 {
                yield_now().await;
                event.set(true);
            }
            yield_now().await;
            if event.get() {
                yield_now().await;
                stopped.set(true);
            }
        });
        settled().await;
        wrong.get()
    })
};

/// x=0; one task does `cas(x,0,1), cas(x,2,3), ..`, the other `cas(x,1,2), ..`, until x is `m`; with private steps around.
fn chain(m: u32, private: u32) -> Pin<Box<dyn Future<Output = bool>>> {
    Box::pin(async move {
        let x = var(0);
        for first in 0..2 {
            let x = x.clone();
            go(async move {
                for _ in 0..private {
                    yield_now().await;
                }
                for from in (first..m).step_by(2) {
                    if from > first {
                        yield_now().await;
                    }
                    x.update(|x| if x == from { from + 1 } else { x });
                }
                for _ in 0..private {
                    yield_now().await;
                }
            });
        }
        settled().await;
        x.get() == m
    })
}

pub(crate) const CHAIN_3: Program = || chain(3, 0);
pub(crate) const CHAIN_4: Program = || chain(4, 0);
pub(crate) const CHAIN_5: Program = || chain(5, 0);
pub(crate) const CHAIN_3_PADDED: Program = || chain(3, 5);
pub(crate) const CHAIN_4_PADDED: Program = || chain(4, 5);

/// A one write, B `k` writes; A last.
fn uneven(k: u32) -> Pin<Box<dyn Future<Output = bool>>> {
    Box::pin(async move {
        let x = var(0);
        let last = x.clone();
        go(async move { last.set(1) });
        let other = x.clone();
        go(async move {
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

pub(crate) const UNEVEN_5: Program = || uneven(5);
pub(crate) const UNEVEN_10: Program = || uneven(10);
pub(crate) const UNEVEN_25: Program = || uneven(25);

/// Two tasks of five steps, `x=2x` and `x=2x+1`: 252 interleavings, each with a value of its own.
pub(crate) async fn doubling() -> u64 {
    let x = var(1);
    for add in 0..2 {
        let x = x.clone();
        go(async move {
            for step in 0..5 {
                if step > 0 {
                    yield_now().await;
                }
                x.update(|x| 2 * x + add);
            }
        });
    }
    settled().await;
    x.get()
}

/// Three writers and a reader of one step each, so that every order is another result: their order.
pub(crate) async fn floating_reads() -> u64 {
    let (x, order) = (var(0), Rc::new(Cell::new(0)));
    for task in 0..4 {
        let (x, order) = (x.clone(), order.clone());
        go(async move {
            order.set(order.get() * 4 + task);
            match task {
                3 => assert!(x.get() < 3),
                _ => x.set(task),
            }
        });
    }
    settled().await;
    order.get()
}

/// Four readers and a writer of one step each: which readers came before the writer, as bits.
pub(crate) async fn readers() -> u64 {
    let (x, before) = (var(false), Rc::new(Cell::new(0)));
    for task in 0..5 {
        let (x, before) = (x.clone(), before.clone());
        go(async move {
            if task == 4 {
                x.set(true);
            } else if !x.get() {
                before.set(before.get() | 1 << task);
            }
        });
    }
    settled().await;
    before.get()
}

/// Tasks that yield: grids whose numbers of interleavings are known.
pub(crate) async fn grid(tasks: u32, steps: u32) {
    for _ in 0..tasks {
        go(async move {
            for _ in 1..steps {
                yield_now().await;
            }
        });
    }
    settled().await;
}
