//! State that others see before it is put in order.

use std::cell::Cell;
use std::rc::Rc;

use reenact::prelude::*;
use tokio::sync::Semaphore;

use super::super::kit::{go, settled, steps, var};
use super::super::{Form, Program, Run};

/// A connection from a pool of one. Its destructor cannot await, so it starts a task that rolls back.
struct Lease {
    dirty: Shared<bool>,
}

impl Lease {
    async fn roll_back(dirty: Shared<bool>) {
        yield_now().await;
        dirty.set(false);
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.dirty.get() {
            go(Self::roll_back(self.dirty.clone()));
        }
    }
}

/// Two users of one connection. Fixed: rolls back before it gives the connection back.
fn cleaned_up_later(form: Form) -> Run {
    Box::pin(async move {
        let (pool, dirty) = (Rc::new(Semaphore::new(1)), var(false));
        let wrong = Rc::new(Cell::new(false));
        for user in 0..2 {
            let (pool, dirty, wrong) = (pool.clone(), dirty.clone(), wrong.clone());
            go(async move {
                steps(4 * user).await;
                let permit = pool.acquire().await.unwrap();
                let lease = Lease { dirty: dirty.clone() };
                wrong.set(wrong.get() || dirty.get());
                dirty.set(true);
                yield_now().await;
                if form == Form::Fixed {
                    Lease::roll_back(dirty).await;
                }
                drop(lease);
                drop(permit);
            });
        }
        settled().await;
        wrong.get()
    })
}

pub(crate) const CLEANED_UP_LATER: Program = Program {
    name: "clean-up in a destructor",
    wrong: "a connection is used before it is rolled back",
    buggy: || cleaned_up_later(Form::Buggy),
    fixed: || cleaned_up_later(Form::Fixed),
};
