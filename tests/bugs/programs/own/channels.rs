//! Messages that were accepted and are not handled.

use std::cell::Cell;
use std::rc::Rc;

use reenact::prelude::*;
use tokio::sync::{Notify, mpsc};

use super::super::kit::{go, settled, steps, var};
use super::super::{Form, Program, Run};

/// A loop ends at a shutdown, although there are messages left. Fixed: takes what is left.
fn shutdown_first(form: Form) -> Run {
    Box::pin(async move {
        let ((messages, mut queue), shutdown) = (mpsc::unbounded_channel(), Rc::new(Notify::new()));
        let handled = Rc::new(Cell::new(0));
        let (count, stop) = (handled.clone(), shutdown.clone());
        go(async move {
            loop {
                let more = reenact::select! {
                    message = queue.recv() => message.is_some(),
                    () = stop.notified() => false,
                };
                if !more {
                    break;
                }
                count.set(count.get() + 1);
            }
            while form == Form::Fixed && queue.try_recv().is_ok() {
                count.set(count.get() + 1);
            }
        });
        go(async move {
            for message in 0..3 {
                let _ = messages.send(message);
                steps(2).await;
            }
            shutdown.notify_one();
        });
        settled().await;
        handled.get() < 3
    })
}

pub(crate) const SHUTDOWN_FIRST: Program = Program {
    name: "shutdown before messages",
    wrong: "messages are left at the shutdown",
    buggy: || shutdown_first(Form::Buggy),
    fixed: || shutdown_first(Form::Fixed),
};

/// A write that the network loses one time in four is repeated once, and acknowledged whatever became of that. Fixed: a second
/// loss is an error.
fn second_fault(form: Form) -> Run {
    Box::pin(async move {
        let (stored, acknowledged) = (var(0), var(0));
        let (disk, acks) = (stored.clone(), acknowledged.clone());
        go(async move {
            for _ in 0..2 {
                let write = || {
                    let arrives = choose(4) < 3;
                    if arrives {
                        disk.update(|n| n + 1);
                    }
                    arrives
                };
                let arrived = write() || write();
                yield_now().await;
                if arrived || form == Form::Buggy {
                    acks.update(|n| n + 1);
                }
            }
        });
        settled().await;
        acknowledged.get() > stored.get()
    })
}

pub(crate) const SECOND_FAULT: Program = Program {
    name: "second fault in a row",
    wrong: "a write is acknowledged that was lost twice",
    buggy: || second_fault(Form::Buggy),
    fixed: || second_fault(Form::Fixed),
};
