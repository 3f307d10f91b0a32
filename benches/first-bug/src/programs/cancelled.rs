//! Futures that are dropped, or not polled any more, at the wrong moment. The locks are tokio's: what goes wrong here hangs on
//! how they hand themselves over.

use std::pin::pin;
use std::rc::Rc;

use tokio::sync::{Mutex, Semaphore, mpsc, oneshot};

use crate::kit::{Team, steps};
use crate::model::Model;

type Chunks = mpsc::UnboundedReceiver<u32>;

/// A message is two chunks. Dropped between them, it loses the first.
async fn read_message(chunks: &mut Chunks) -> (Option<u32>, Option<u32>) {
    (chunks.recv().await, chunks.recv().await)
}

/// `loop { select!{ m=read_message() => got, _=tick => continue } }`, with one tick.
pub(crate) async fn dropped_read<M: Model>() -> bool {
    let ((sender, mut chunks), (timer, mut ticks)) = (mpsc::unbounded_channel(), mpsc::unbounded_channel());
    // Main keeps both open.
    let (first, second) = (sender.clone(), timer.clone());
    let mut team = Team::<M>::new();
    team.go(async move {
        let _ = second.send(());
    });
    team.go(async move {
        loop {
            tokio::select! {
                biased;
                _ = read_message(&mut chunks) => return,
                Some(()) = ticks.recv() => M::step().await,
            }
        }
    });
    team.go(async move {
        let _ = first.send(1);
        M::step().await;
        let _ = first.send(2);
    });
    team.done().await;
    drop((sender, timer));
    false
}

/// Worker `acquire; io; release`, aborted in between || waiter `acquire; release`.
pub(crate) async fn permit_leak<M: Model>() -> bool {
    let (semaphore, mut team) = (Rc::new(Semaphore::new(1)), Team::<M>::new());
    let permits = semaphore.clone();
    let worker = team.spawn(async move {
        if let Ok(permit) = permits.acquire().await {
            permit.forget();
            steps::<M>(2).await;
            permits.add_permits(1);
        }
    });
    team.go(async move {
        let permit = semaphore.acquire().await;
        M::step().await;
        drop(permit);
    });
    team.go(async move { M::cancel(&worker) });
    team.done().await;
    false
}

/// `select!{ _=&mut lock() => .., _=timeout => lock().await }` || another one holds the lock over two awaits. The lock goes to
/// the first request, which nobody polls any more.
pub(crate) async fn futurelock<M: Model>() -> bool {
    let (mutex, mut team) = (Rc::new(Mutex::new(())), Team::<M>::new());
    let (timer, mut timeout) = oneshot::channel();
    let held = mutex.clone();
    team.go(async move {
        let guard = held.lock().await;
        steps::<M>(2).await;
        drop(guard);
    });
    team.go(async move {
        let mut first = pin!(mutex.lock());
        let guard = tokio::select! {
            biased;
            guard = &mut first => guard,
            _ = &mut timeout => {
                M::step().await;
                mutex.lock().await
            }
        };
        M::step().await;
        drop(guard);
    });
    team.go(async move {
        let _ = timer.send(());
    });
    team.done().await;
    false
}
