//! The programs of the workloads.

use std::time::Duration;

use reenact::prelude::*;

/// An exploration as users run it, from a fixed seed.
pub(crate) fn explore(executions: u64, scheduler: &str) -> Explorer {
    Explorer::new().executions(executions).seed(1).scheduler(scheduler.parse().expect("a scheduler's name"))
}

/// W1: three phases that sleep 100, 200 and 300 ms, joined in argument order.
pub(crate) async fn w1() {
    let phases = [100, 200, 300].map(|ms| {
        spawn(async move {
            sleep(Duration::from_millis(ms)).await;
            ms
        })
    });
    let mut sum = 0;
    for phase in phases {
        sum += phase.await.expect("it returns");
    }
    assert_eq!(sum, 600);
}

/// W3: tasks that yield.
pub(crate) async fn w3(tasks: u64, yields: u64) {
    let tasks: Vec<_> = (0..tasks)
        .map(|_| {
            spawn(async move {
                for _ in 0..yields {
                    yield_now().await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("it returns");
    }
}

/// W4: tasks with a timer each, of durations in no order.
pub(crate) async fn w4(tasks: u64) {
    let tasks: Vec<_> = (0..tasks).map(|n| spawn(sleep(Duration::from_millis(1 + n * 7_919 % tasks)))).collect();
    for task in tasks {
        task.await.expect("it returns");
    }
}
