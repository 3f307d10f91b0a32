//! Small programs in which every access is one step, and those of the bugs that tell schedulers apart.

use std::cell::Cell;
use std::rc::Rc;

use reenact::prelude::*;

use super::bugs::kit::{go, settled, var};
pub(super) use super::bugs::*;

pub(crate) const REORDER_2_SPAWNED: Body = || reorder(2, true, Form::Buggy);
pub(crate) const REORDER_3_SPAWNED: Body = || reorder(3, true, Form::Buggy);
pub(crate) const REORDER_4_SPAWNED: Body = || reorder(4, true, Form::Buggy);
pub(crate) const CHAIN_3_PADDED: Body = || chain(3, 5, Form::Buggy);
pub(crate) const CHAIN_4_PADDED: Body = || chain(4, 5, Form::Buggy);
pub(crate) const UNEVEN_25: Body = || uneven(25, Form::Buggy);

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
