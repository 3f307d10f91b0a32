//! Executions as bytes, and back.

use rand::RngExt;
use reenact::prelude::*;
use reenact::{Execution, choose_order, println};

use crate::machine::machine;

/// Choices of every kind, data of several tasks, virtual time.
async fn everything() -> u64 {
    let tasks = (0..4_u64).map(|n| {
        spawn(async move {
            sleep(Duration::from_millis(rng().random_range(0..3))).await;
            let order = choose_order(4);
            println!("{n}: {order:?}, {} of 300, {} of 70000", choose(300), choose(70_000));
            rng().random::<u64>()
        })
    });
    let mut sum: u64 = 0;
    for task in tasks.collect::<Vec<_>>() {
        sum = sum.wrapping_add(task.await.unwrap());
    }
    sum
}

fn same<T: PartialEq + std::fmt::Debug>(left: &Execution<T>, right: &Execution<T>) {
    assert_eq!(left.trace.digest(), right.trace.digest());
    assert_eq!(left.schedule, right.schedule);
    assert_eq!(left.choices, right.choices);
}

/// Bytes as a fuzzer might make them up: short and long, of few values and of all.
fn inputs() -> impl Iterator<Item = Vec<u8>> {
    let mut words = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        words ^= words << 13;
        words ^= words >> 7;
        words ^= words << 17;
        words >> 20
    };
    (0..1_000).map(move |_| {
        let (length, values) = (next() % 200, [2, 5, 256][next() as usize % 3]);
        (0..length).map(|_| (next() % values) as u8).collect()
    })
}

#[test]
fn a_schedule_becomes_bytes_that_give_the_same_execution() {
    for scheduler in ["random", "portfolio", "pct:3"] {
        for seed in 0..300_u64 {
            for hostility in [Hostility::none(), Hostility::all()] {
                let found = Sim::new().hostile(hostility).seed(seed).scheduler(scheduler.parse().unwrap()).run(everything);
                let replayed = Sim::new().replay(&found.schedule.to_string().parse().unwrap()).run(everything);
                let bytes = replayed.to_bytes();
                same(&found, &Sim::new().hostile(hostility).bytes(&bytes).run(everything));
                assert_eq!(bytes, found.to_bytes());
            }
        }
    }
}

#[test]
fn any_bytes_are_an_execution_which_becomes_a_schedule() {
    for bytes in inputs() {
        let execution = Sim::new().bytes(&bytes).run(everything);
        assert!(execution.outcome.is_ok());
        let schedule: Schedule = execution.schedule.to_string().parse().unwrap();
        same(&execution, &Sim::new().replay(&schedule).run(everything));
        // The shortest bytes are the same execution, and of themselves the shortest.
        let shortest = execution.to_bytes();
        let again = Sim::new().bytes(&shortest).run(everything);
        same(&execution, &again);
        assert_eq!(again.to_bytes(), shortest);
    }
}

#[test]
fn streams_of_data_survive() {
    let schedule: Schedule = "r1:;seed=0xffeeddccbbaa9988;streams=0.1:7,0.3:300".parse().unwrap();
    let execution = Sim::new().replay(&schedule).run(everything);
    let bytes = execution.to_bytes();
    same(&execution, &Sim::new().bytes(&bytes).run(everything));
    // Two streams, a seed of 8 bytes; fifo order takes none.
    assert_eq!(bytes, [0x28, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 1, 1, 7, 1, 3, 0xac, 2]);
}

#[test]
fn bytes_that_are_out_mean_fifo_order() {
    let fifo = Sim::new().run(machine);
    same(&fifo, &Sim::new().bytes(&[]).run(machine));
    assert!(fifo.to_bytes().is_empty());
}
