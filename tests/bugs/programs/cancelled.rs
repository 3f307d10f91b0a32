//! Futures that are dropped, or not polled any more, at the wrong moment. The locks are tokio's: what goes wrong here hangs on
//! how they hand themselves over.

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;

use reenact::Resource;
use reenact::prelude::*;
use tokio::sync::{Mutex, Semaphore, mpsc, oneshot};

use super::kit::{LOCK, attempt, go, settled, steps};
use super::{Form, Program, Run};

type Chunks = mpsc::UnboundedReceiver<u32>;

/// A message is two chunks. Dropped between them, it loses the first.
async fn read_message(chunks: &mut Chunks) -> (Option<u32>, Option<u32>) {
    (chunks.recv().await, chunks.recv().await)
}

/// `loop { select!{ m=read_message() => got, _=tick => continue } }`, with one tick.
async fn reads_anew(mut chunks: Chunks, mut ticks: mpsc::UnboundedReceiver<()>) {
    loop {
        tokio::select! {
            biased;
            _ = read_message(&mut chunks) => return,
            Some(()) = ticks.recv() => yield_now().await,
        }
    }
}

/// The fix: one read, across all ticks.
async fn reads_on(mut chunks: Chunks, mut ticks: mpsc::UnboundedReceiver<()>) {
    let mut message = pin!(read_message(&mut chunks));
    loop {
        tokio::select! {
            biased;
            _ = &mut message => return,
            Some(()) = ticks.recv() => yield_now().await,
        }
    }
}

fn dropped_read(form: Form) -> Run {
    Box::pin(async move {
        let ((sender, chunks), (timer, ticks)) = (mpsc::unbounded_channel(), mpsc::unbounded_channel());
        // Main keeps both open.
        let (first, second) = (sender.clone(), timer.clone());
        let got = Rc::new(Cell::new(false));
        let ended = got.clone();
        go(async move {
            let _ = second.send(());
        });
        go(async move {
            match form {
                Form::Buggy => reads_anew(chunks, ticks).await,
                Form::Fixed => reads_on(chunks, ticks).await,
            }
            ended.set(true);
        });
        go(async move {
            let _ = first.send(1);
            yield_now().await;
            let _ = first.send(2);
        });
        settled().await;
        drop((sender, timer));
        !got.get()
    })
}

pub(crate) const DROPPED_READ: Program = Program {
    name: "read dropped by select!",
    wrong: "a tick between two chunks loses the first one",
    buggy: || dropped_read(Form::Buggy),
    fixed: || dropped_read(Form::Fixed),
};

/// Worker `acquire; io; release`, aborted in between || waiter `acquire; release`. Fixed: the permit is released by being
/// dropped.
fn permit_leak(form: Form) -> Run {
    Box::pin(async move {
        let (semaphore, lock) = (Rc::new(Semaphore::new(1)), Resource::new(LOCK));
        let got = Rc::new(Cell::new(false));
        let (permits, recorded) = (semaphore.clone(), lock.clone());
        let worker = spawn(async move {
            let permit = attempt(&recorded, permits.acquire()).await.unwrap();
            if form == Form::Buggy {
                permit.forget();
                steps(2).await;
                permits.add_permits(1);
            } else {
                steps(2).await;
                drop(permit);
            }
        });
        let waiting = got.clone();
        go(async move {
            let permit = attempt(&lock, semaphore.acquire()).await.unwrap();
            waiting.set(true);
            yield_now().await;
            drop(permit);
        });
        go(async move {
            worker.cancel();
        });
        settled().await;
        !got.get()
    })
}

pub(crate) const PERMIT_LEAK: Program = Program {
    name: "permit leak on abort",
    wrong: "a permit is never given back",
    buggy: || permit_leak(Form::Buggy),
    fixed: || permit_leak(Form::Fixed),
};

/// `select!{ _=&mut lock() => .., _=timeout => lock().await }` || another one holds the lock over two awaits. The lock goes to
/// the first request, which nobody polls any more. Fixed: `select!` owns the first request and drops it.
fn futurelock(form: Form) -> Run {
    Box::pin(async move {
        let (mutex, lock) = (Rc::new(Mutex::new(())), Resource::new(LOCK));
        let done = Rc::new(Cell::new(false));
        let (timer, mut timeout) = oneshot::channel();
        let held = mutex.clone();
        go(async move {
            let guard = attempt(&lock, held.lock()).await;
            steps(2).await;
            drop(guard);
        });
        let ended = done.clone();
        go(async move {
            let guard = match form {
                Form::Buggy => {
                    let mut first = pin!(mutex.lock());
                    tokio::select! {
                        biased;
                        guard = &mut first => guard,
                        _ = &mut timeout => {
                            yield_now().await;
                            mutex.lock().await
                        }
                    }
                }
                Form::Fixed => tokio::select! {
                    biased;
                    guard = mutex.lock() => guard,
                    _ = &mut timeout => {
                        yield_now().await;
                        mutex.lock().await
                    }
                },
            };
            yield_now().await;
            drop(guard);
            ended.set(true);
        });
        go(async move {
            let _ = timer.send(());
        });
        settled().await;
        !done.get()
    })
}

pub(crate) const FUTURELOCK: Program = Program {
    name: "futurelock",
    wrong: "the lock belongs to a future that nobody polls",
    buggy: || futurelock(Form::Buggy),
    fixed: || futurelock(Form::Fixed),
};
