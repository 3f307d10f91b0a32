//! A driver that is stopped while it is used.

use std::cell::Cell;
use std::rc::Rc;

use reenact::prelude::*;

use super::kit::{go, settled, var};
use super::{Form, Program, Run};

#[derive(Clone)]
struct Device {
    stop: Shared<bool>,
    stopped: Shared<bool>,
    event: Shared<bool>,
    pend: Shared<i32>,
}

impl Device {
    async fn leave(&self) {
        if self.pend.update(|pend| pend - 1) == 0 {
            yield_now().await;
            self.event.set(true);
        }
    }
}

/// `if !stop {pend+=1; assert !stopped} pend-=1; if 0 event=1 || stop=1; pend-=1; if 0 event=1; if event stopped=1`. Fixed:
/// counts itself in before it looks.
fn bluetooth(form: Form) -> Run {
    Box::pin(async move {
        let device = Device { stop: var(false), stopped: var(false), event: var(false), pend: var(1) };
        let wrong = Rc::new(Cell::new(false));
        let (used, verdict) = (device.clone(), wrong.clone());
        go(async move {
            if form == Form::Fixed {
                used.pend.update(|pend| pend + 1);
                yield_now().await;
            }
            if !used.stop.get() {
                yield_now().await;
                if form == Form::Buggy {
                    used.pend.update(|pend| pend + 1);
                    yield_now().await;
                }
                verdict.set(used.stopped.get());
            }
            yield_now().await;
            used.leave().await;
        });
        go(async move {
            device.stop.set(true);
            yield_now().await;
            device.leave().await;
            yield_now().await;
            if device.event.get() {
                yield_now().await;
                device.stopped.set(true);
            }
        });
        settled().await;
        wrong.get()
    })
}

pub(crate) const BLUETOOTH: Program = Program {
    name: "bluetooth_driver",
    wrong: "used after it was stopped",
    buggy: || bluetooth(Form::Buggy),
    fixed: || bluetooth(Form::Fixed),
};
