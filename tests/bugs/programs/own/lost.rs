//! Futures that are dropped at a deadline, and what is lost with them.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;

use reenact::prelude::*;
use tokio::sync::{Mutex, mpsc, oneshot};

use super::super::kit::{go, settled, steps, var};
use super::super::{Form, Program, Run};

const PATIENCE: Duration = Duration::from_millis(10);

/// Sends an item before a deadline, which drops it. Fixed: waits for a place before the deadline, and keeps the item.
fn send_times_out(form: Form) -> Run {
    Box::pin(async move {
        let ((items, mut queue), received) = (mpsc::channel(1), Rc::new(Cell::new(0)));
        let count = received.clone();
        go(async move {
            sleep(PATIENCE).await;
            while queue.recv().await.is_some() {
                count.set(count.get() + 1);
            }
        });
        go(async move {
            for item in 0..2 {
                match form {
                    Form::Buggy => drop(timeout(PATIENCE, items.send(item)).await),
                    Form::Fixed => {
                        while timeout(PATIENCE, items.reserve()).await.map(|place| place.unwrap().send(item)).is_err() {}
                    }
                }
            }
        });
        settled().await;
        received.get() < 2
    })
}

pub(crate) const SEND_TIMES_OUT: Program = Program {
    name: "send with a deadline",
    wrong: "the item is dropped at the deadline",
    buggy: || send_times_out(Form::Buggy),
    fixed: || send_times_out(Form::Fixed),
};

/// A transfer is dropped between debit and credit. Fixed: shielded from the deadline.
fn half_a_transfer(form: Form) -> Run {
    Box::pin(async move {
        let (debit, credit) = (var(0), var(0));
        let (confirm, confirmed) = oneshot::channel::<()>();
        go(async move {
            sleep(PATIENCE).await;
            let _ = confirm.send(());
        });
        let (from, to) = (debit.clone(), credit.clone());
        go(async move {
            let transfer = async move {
                from.set(10);
                let _ = confirmed.await;
                to.set(10);
            };
            match form {
                Form::Buggy => drop(timeout(PATIENCE, transfer).await),
                Form::Fixed => drop(timeout(PATIENCE, shield(transfer)).await),
            }
        });
        settled().await;
        debit.get() != credit.get()
    })
}

pub(crate) const HALF_A_TRANSFER: Program = Program {
    name: "half a transfer",
    wrong: "dropped between debit and credit",
    buggy: || half_a_transfer(Form::Buggy),
    fixed: || half_a_transfer(Form::Fixed),
};

/// A request is sent again at its deadline, which is when the server is done with the first. Fixed: the server knows what it
/// has done.
fn retried_twice(form: Form) -> Run {
    Box::pin(async move {
        let ((requests, mut queue), done) = (mpsc::unbounded_channel::<(u32, oneshot::Sender<()>)>(), var(0));
        let count = done.clone();
        go(async move {
            let mut known = BTreeSet::new();
            while let Some((id, reply)) = queue.recv().await {
                sleep(PATIENCE).await;
                if form == Form::Buggy || known.insert(id) {
                    count.update(|n| n + 1);
                }
                let _ = reply.send(());
            }
        });
        go(async move {
            for _ in 0..2 {
                let (reply, answer) = oneshot::channel();
                let _ = requests.send((7, reply));
                yield_now().await;
                if timeout(PATIENCE, answer).await.is_ok() {
                    break;
                }
            }
        });
        settled().await;
        done.get() != 1
    })
}

pub(crate) const RETRIED_TWICE: Program = Program {
    name: "retry at the deadline",
    wrong: "a request is served twice",
    buggy: || retried_twice(Form::Buggy),
    fixed: || retried_twice(Form::Fixed),
};

/// Requests share a connection, whose replies come in order. One that is cancelled while it waits leaves its reply to the next
/// one. Fixed: replies to others are skipped.
fn stale_reply(form: Form) -> Run {
    Box::pin(async move {
        let ((requests, mut queue), (replies, inbox)) = (mpsc::unbounded_channel(), mpsc::unbounded_channel());
        let (connection, wrong) = (Rc::new(Mutex::new(inbox)), Rc::new(Cell::new(false)));
        go(async move {
            while let Some(id) = queue.recv().await {
                let _ = replies.send(id);
            }
        });
        let clients = [1, 2].map(|id| {
            let (connection, requests, wrong) = (connection.clone(), requests.clone(), wrong.clone());
            spawn(async move {
                let mut inbox = connection.lock().await;
                let _ = requests.send(id);
                let own = loop {
                    match inbox.recv().await {
                        Some(reply) if form == Form::Fixed && reply != id => {}
                        reply => break reply == Some(id),
                    }
                };
                wrong.set(wrong.get() || !own);
            })
        });
        let [first, _second] = clients;
        go(async move {
            steps(3).await;
            first.cancel();
        });
        settled().await;
        wrong.get()
    })
}

pub(crate) const STALE_REPLY: Program = Program {
    name: "stale reply",
    wrong: "a request gets the reply to another one",
    buggy: || stale_reply(Form::Buggy),
    fixed: || stale_reply(Form::Fixed),
};
