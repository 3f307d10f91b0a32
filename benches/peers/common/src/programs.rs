//! The text of the workloads.

use std::future::Future;

use tokio::sync::mpsc;

use crate::workload::CROWD;
use crate::{Job, Tasks, Workload, executed, fold};

/// The main task of a workload. Each is a type of its own, so that a future is as large as its workload needs.
pub trait Program: 'static {
    /// What the main task does, to the call of [`executed`].
    fn main<T: Tasks>(tasks: T, job: &'static Job) -> impl Future<Output = ()> + 'static;
}

async fn join_all<T: Tasks>(handles: Vec<T::Handle>) -> u64 {
    let mut checksum = 0;
    for handle in handles {
        checksum = fold(checksum, T::join(handle).await);
    }
    checksum
}

async fn yielding<T: Tasks>(yields: u64) -> u64 {
    for _ in 0..yields {
        T::yield_now().await;
    }
    yields
}

/// W1.
#[derive(Debug)]
pub struct Sleeping;

impl Program for Sleeping {
    async fn main<T: Tasks>(tasks: T, _: &'static Job) {
        let phase = |ms| {
            tasks.spawn(move |inside| async move {
                T::sleep(inside, ms).await;
                ms
            })
        };
        let (first, second, third) = (phase(100), phase(200), phase(300));
        let checksum = fold(0, T::join(first).await);
        let checksum = fold(checksum, T::join(second).await);
        executed(fold(checksum, T::join(third).await));
    }
}

/// W1 with yields.
#[derive(Debug)]
pub struct Yielding;

impl Program for Yielding {
    async fn main<T: Tasks>(tasks: T, _: &'static Job) {
        let phase = |yields| tasks.spawn(move |_| yielding::<T>(yields));
        let (first, second, third) = (phase(1), phase(2), phase(3));
        let checksum = fold(0, T::join(first).await);
        let checksum = fold(checksum, T::join(second).await);
        executed(fold(checksum, T::join(third).await));
    }
}

/// W2. The channels are tokio's for every peer, because all can run them.
#[derive(Debug)]
pub struct PingPong;

impl Program for PingPong {
    async fn main<T: Tasks>(tasks: T, job: &'static Job) {
        let (to_pong, mut from_ping) = mpsc::channel(1);
        let (to_ping, mut from_pong) = mpsc::channel(1);
        let ping = tasks.spawn(move |_| async move {
            let mut sum = 0;
            for ball in 0..job.size / 2 {
                to_pong.send(ball).await.expect("pong plays");
                sum += from_pong.recv().await.expect("pong plays");
            }
            sum
        });
        let pong = tasks.spawn(move |_| async move {
            let mut sum = 0;
            while let Some(ball) = from_ping.recv().await {
                sum += ball;
                to_ping.send(ball).await.expect("ping waits for it");
            }
            sum
        });
        let checksum = fold(0, T::join(ping).await);
        executed(fold(checksum, T::join(pong).await));
    }
}

/// W3.
#[derive(Debug)]
pub struct Crowd;

impl Program for Crowd {
    async fn main<T: Tasks>(tasks: T, job: &'static Job) {
        let handles = (0..CROWD).map(|_| tasks.spawn(move |_| yielding::<T>(job.size))).collect();
        executed(join_all::<T>(handles).await);
    }
}

/// W4.
#[derive(Debug)]
pub struct Timers;

impl Program for Timers {
    async fn main<T: Tasks>(tasks: T, job: &'static Job) {
        let sleeper = |&ms: &u64| {
            tasks.spawn(move |inside| async move {
                T::sleep(inside, ms).await;
                ms
            })
        };
        let handles = job.durations.iter().map(sleeper).collect();
        executed(join_all::<T>(handles).await);
    }
}

/// W5.
#[derive(Debug)]
pub struct Rounds;

impl Program for Rounds {
    async fn main<T: Tasks>(tasks: T, job: &'static Job) {
        let Workload::Rounds { tasks: number } = job.workload else { unreachable!("the program of W5") };
        let mut checksum = 0;
        for _ in 0..job.size {
            let sleeper = |index| {
                tasks.spawn(move |inside| async move {
                    T::sleep(inside, 1).await;
                    index
                })
            };
            let handles: Vec<_> = (0..number).map(sleeper).collect();
            for handle in handles {
                checksum = fold(checksum, T::join(handle).await);
            }
        }
        executed(checksum);
    }
}

/// W6.
#[derive(Debug)]
pub struct Exhaustive;

impl Program for Exhaustive {
    async fn main<T: Tasks>(tasks: T, job: &'static Job) {
        let Workload::Exhaustive { tasks: number, yields } = job.workload else { unreachable!("the program of W6") };
        let handles = (0..number).map(|_| tasks.spawn(move |_| yielding::<T>(yields))).collect();
        executed(join_all::<T>(handles).await);
    }
}
