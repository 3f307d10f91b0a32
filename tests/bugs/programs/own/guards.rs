//! Guards that are held across an await.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use reenact::prelude::*;
use tokio::sync::{Mutex, RwLock, mpsc, oneshot};

use super::super::kit::{go, settled, steps};
use super::super::{Form, Program, Run};

/// A client asks a worker while it holds a lock that the worker takes now and then. Fixed: asks after it has given it back.
fn guard_across_await(form: Form) -> Run {
    Box::pin(async move {
        let (state, answered) = (Rc::new(Mutex::new(0)), Rc::new(Cell::new(false)));
        let (ask, mut asked) = mpsc::channel::<oneshot::Sender<u32>>(1);
        let refreshed = state.clone();
        go(async move {
            {
                let mut state = refreshed.lock().await;
                yield_now().await;
                *state += 1;
            }
            while let Some(reply) = asked.recv().await {
                let _ = reply.send(1);
            }
        });
        let done = answered.clone();
        go(async move {
            let mut guard = Some(state.lock().await);
            yield_now().await;
            if form == Form::Fixed {
                guard = None;
            }
            let (reply, answer) = oneshot::channel();
            let _ = ask.send(reply).await;
            done.set(answer.await.is_ok());
            drop(guard);
        });
        settled().await;
        !answered.get()
    })
}

pub(crate) const GUARD_ACROSS_AWAIT: Program = Program {
    name: "lock held across an await",
    wrong: "who is asked waits for the lock of who asks",
    buggy: || guard_across_await(Form::Buggy),
    fixed: || guard_across_await(Form::Fixed),
};

/// A reader reads again while it reads; a writer that has come in between goes first. Fixed: one guard for both.
fn nested_read(form: Form) -> Run {
    Box::pin(async move {
        let (table, done) = (Rc::new(RwLock::new(0)), Rc::new(Cell::new(0)));
        let (written, ended) = (table.clone(), done.clone());
        go(async move {
            *written.write().await += 1;
            ended.set(ended.get() + 1);
        });
        let ended = done.clone();
        go(async move {
            let outer = table.read().await;
            steps(2).await;
            let _sum = match form {
                Form::Buggy => *outer + *table.read().await,
                Form::Fixed => *outer + *outer,
            };
            drop(outer);
            ended.set(ended.get() + 1);
        });
        settled().await;
        done.get() < 2
    })
}

pub(crate) const NESTED_READ: Program = Program {
    name: "nested read lock",
    wrong: "the inner read waits for a writer, which waits for the outer one",
    buggy: || nested_read(Form::Buggy),
    fixed: || nested_read(Form::Fixed),
};

/// A list is borrowed across an await. Fixed: borrowed after it.
#[allow(clippy::await_holding_refcell_ref, reason = "this is the bug")]
fn borrow_across_await(form: Form) -> Run {
    Box::pin(async move {
        let (list, wrong) = (Rc::new(RefCell::new(vec![0])), Rc::new(Cell::new(false)));
        let shown = list.clone();
        go(async move {
            if form == Form::Buggy {
                let mut list = shown.borrow_mut();
                yield_now().await;
                list.push(1);
            } else {
                yield_now().await;
                shown.borrow_mut().push(1);
            }
        });
        let verdict = wrong.clone();
        go(async move {
            steps(2).await;
            // What `borrow_mut` would panic at.
            match list.try_borrow_mut() {
                Ok(mut list) => list.push(2),
                Err(_) => verdict.set(true),
            }
        });
        settled().await;
        wrong.get()
    })
}

pub(crate) const BORROW_ACROSS_AWAIT: Program = Program {
    name: "borrow held across an await",
    wrong: "already borrowed",
    buggy: || borrow_across_await(Form::Buggy),
    fixed: || borrow_across_await(Form::Fixed),
};
