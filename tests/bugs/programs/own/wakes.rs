//! Who is woken, and who wakes itself.

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use futures::task::AtomicWaker;
use reenact::prelude::*;
use tokio::sync::{Notify, broadcast};

use super::super::kit::{go, settled, steps, var};
use super::super::{Form, Program, Run};

/// Two tasks wait on a waker that has room for one. Fixed: a `Notify`, which has a list.
fn single_slot_waker(form: Form) -> Run {
    Box::pin(async move {
        let (slot, notify, ready) = (Rc::new(AtomicWaker::new()), Rc::new(Notify::new()), var(false));
        let done = Rc::new(Cell::new(0));
        let (woken, notified, set) = (slot.clone(), notify.clone(), ready.clone());
        go(async move {
            set.set(true);
            woken.wake();
            notified.notify_waiters();
        });
        for _ in 0..2 {
            let (slot, notify, ready, done) = (slot.clone(), notify.clone(), ready.clone(), done.clone());
            go(async move {
                match form {
                    Form::Buggy => {
                        poll_fn(|cx| {
                            slot.register(cx.waker());
                            if ready.get() { Poll::Ready(()) } else { Poll::Pending }
                        })
                        .await;
                    }
                    Form::Fixed => {
                        let notified = notify.notified();
                        if !ready.get() {
                            notified.await;
                        }
                    }
                }
                done.set(done.get() + 1);
            });
        }
        settled().await;
        done.get() < 2
    })
}

pub(crate) const SINGLE_SLOT_WAKER: Program = Program {
    name: "two waiters, one slot",
    wrong: "the second waiter takes the place of the first",
    buggy: || single_slot_waker(Form::Buggy),
    fixed: || single_slot_waker(Form::Fixed),
};

/// A task wakes itself until a reply is there, at most 6 times, and starves the one that replies. Fixed: waits for it.
fn self_waking(form: Form) -> Run {
    Box::pin(async move {
        let (reply, notify, gave_up) = (var(false), Rc::new(Notify::new()), Rc::new(Cell::new(false)));
        let (replied, notified) = (reply.clone(), notify.clone());
        go(async move {
            steps(2).await;
            replied.set(true);
            notified.notify_one();
        });
        let verdict = gave_up.clone();
        go(async move {
            if form == Form::Fixed {
                return notify.notified().await;
            }
            for _ in 0..6 {
                if reply.get() {
                    return;
                }
                yield_now().await;
            }
            verdict.set(true);
        });
        settled().await;
        gave_up.get()
    })
}

pub(crate) const SELF_WAKING: Program = Program {
    name: "self-waking task",
    wrong: "it gives up before the other one has had its turn",
    buggy: || self_waking(Form::Buggy),
    fixed: || self_waking(Form::Fixed),
};

/// A reader takes a snapshot and then subscribes to changes; one comes in between. Fixed: subscribes first.
fn subscribed_late(form: Form) -> Run {
    Box::pin(async move {
        let (state, seen) = (var(0), Rc::new(Cell::new(0)));
        let (changes, _keep) = broadcast::channel(4);
        let (written, published) = (state.clone(), changes.clone());
        go(async move {
            for value in 1..3 {
                written.set(value);
                let _ = published.send(value);
                yield_now().await;
            }
        });
        let (read, view) = (state.clone(), seen.clone());
        go(async move {
            steps(3).await;
            let early = (form == Form::Fixed).then(|| changes.subscribe());
            view.set(read.get());
            yield_now().await;
            let mut changes = early.unwrap_or_else(|| changes.subscribe());
            while let Ok(value) = changes.recv().await {
                view.set(value);
            }
        });
        settled().await;
        seen.get() != state.get()
    })
}

pub(crate) const SUBSCRIBED_LATE: Program = Program {
    name: "subscribed after the snapshot",
    wrong: "a change between snapshot and subscription is missed",
    buggy: || subscribed_late(Form::Buggy),
    fixed: || subscribed_late(Form::Fixed),
};
