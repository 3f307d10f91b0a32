//! Production code that runs on tokio and in a simulation: it asks a small trait of its own for tasks and time, and takes
//! everything else from `tokio::sync`. docs/ADOPTING.md goes through it.
//!
//! Run with `cargo run --example adopting`.

use std::pin::pin;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

/// What the code below asks of whatever runs it.
pub trait Runtime: Clone + Send + Sync + 'static {
    /// Starts a task.
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static);
    /// Waits.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send;
}

/// In production.
#[derive(Clone, Copy, Debug)]
pub struct Tokio;

impl Runtime for Tokio {
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        drop(tokio::spawn(task));
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send {
        tokio::time::sleep(duration)
    }
}

/// In tests.
#[derive(Clone, Copy, Debug)]
pub struct Simulated;

impl Runtime for Simulated {
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        drop(reenact::task::spawn(task));
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + Send {
        reenact::time::sleep(duration)
    }
}

/// Collects items into batches: one is full, or the first item in it has waited long enough.
#[derive(Clone, Debug)]
pub struct Batcher {
    requests: mpsc::Sender<Request>,
}

#[derive(Debug)]
struct Request {
    item: u32,
    answer: oneshot::Sender<Vec<u32>>,
}

impl Batcher {
    /// Starts the task that collects. It ends when the last clone of the batcher is dropped.
    pub fn start<R: Runtime>(runtime: &R, most: usize, patience: Duration) -> Self {
        let (requests, queue) = mpsc::channel(2);
        runtime.spawn(collect(runtime.clone(), queue, most, patience));
        Self { requests }
    }

    /// Adds an item and waits for the batch it has become part of.
    pub async fn add(&self, item: u32) -> Vec<u32> {
        let (answer, batch) = oneshot::channel();
        self.requests.send(Request { item, answer }).await.expect("the task that collects lives as long as a batcher");
        batch.await.expect("every request is answered")
    }
}

async fn collect<R: Runtime>(runtime: R, mut queue: mpsc::Receiver<Request>, most: usize, patience: Duration) {
    while let Some(first) = queue.recv().await {
        let mut batch = vec![first];
        let mut patience_over = pin!(runtime.sleep(patience));
        while batch.len() < most {
            // Without `biased;` the branch that is looked at first would be random, and not in any schedule.
            tokio::select! {
                biased;
                request = queue.recv() => match request {
                    Some(request) => batch.push(request),
                    None => break,
                },
                () = &mut patience_over => break,
            }
        }
        let items: Vec<u32> = batch.iter().map(|request| request.item).collect();
        for request in batch {
            // Whoever asked may have given up.
            let _ = request.answer.send(items.clone());
        }
    }
}

/// The simulated test: under every schedule that is tried, each item is in a batch with it, no batch is too large, and nobody
/// waits longer than the patience.
pub async fn nobody_waits_too_long() {
    const PATIENCE: Duration = Duration::from_millis(10);
    let batcher = Batcher::start(&Simulated, 3, PATIENCE);
    let clients: Vec<_> = (0..5u32)
        .map(|item| {
            let batcher = batcher.clone();
            reenact::task::spawn(async move {
                reenact::time::sleep(Duration::from_millis(u64::from(item) * 5)).await;
                let asked = reenact::time::now();
                let batch = batcher.add(item).await;
                assert!(batch.contains(&item) && batch.len() <= 3, "item {item} got {batch:?}");
                assert!(reenact::time::now() - asked <= PATIENCE, "item {item} waited too long");
            })
        })
        .collect();
    for client in clients {
        client.await.unwrap();
    }
}

#[allow(dead_code, clippy::print_stdout, reason = "the example's own entry point, which prints")]
fn main() {
    reenact::check(nobody_waits_too_long);
    println!("simulated: nobody waits too long");

    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let batch = runtime.block_on(async {
        let batcher = Batcher::start(&Tokio, 3, Duration::from_millis(10));
        let (batch, _) = tokio::join!(batcher.add(1), batcher.add(2));
        batch
    });
    println!("on tokio: {batch:?}");
}
