//! shuttle on the workloads.

use std::future::Future;
use std::process::ExitCode;

use common::{Description, Job, Peer, Program, Ran, Tasks, Variant, Workload, serve};
use shuttle::future::{self, JoinHandle, block_on};
use shuttle::scheduler::{DfsScheduler, PctScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, MaxSteps, Runner};

struct Shuttle;

impl Tasks for Shuttle {
    type Inside = ();
    type Handle = JoinHandle<u64>;

    fn spawn<F, Fut>(&self, task: F) -> JoinHandle<u64>
    where
        F: FnOnce(()) -> Fut + Send + 'static,
        Fut: Future<Output = u64> + Send + 'static,
    {
        future::spawn(task(()))
    }

    async fn join(handle: JoinHandle<u64>) -> u64 {
        handle.await.expect("it returns")
    }

    fn yield_now() -> impl Future<Output = ()> + Send + 'static {
        future::yield_now()
    }
}

/// Runs as many executions as the scheduler answers for. The default configuration, but for the limit of steps, which W2 and W3 exceed.
fn run<P: Program>(scheduler: impl Scheduler + 'static, job: &'static Job) -> u64 {
    let mut config = Config::new();
    config.max_steps = MaxSteps::None;
    Runner::new(scheduler, config).run(move || block_on(P::main(Shuttle, job))) as u64
}

const CLOCK: &str = "it has no clock";
const ONCE: &str = "it has no clock: each task yields once";
const STACKS: &str = "each task has a stack of its own, two mappings of memory, and a process may have 65,530 of them";

fn sampled(name: &str, how: &str, crowd: u64, rounds: u64) -> Variant {
    Variant::as_used(name, how)
        .runs(&[Workload::Yielding], 10)
        .runs(&[Workload::PingPong], 5)
        .runs(&[Workload::Crowd], crowd)
        .runs_but(&Workload::ROUNDS[..2], 10, ONCE)
        .runs_but(&Workload::ROUNDS[2..3], rounds, ONCE)
        .lacks(Workload::CLOCKED, CLOCK)
        .lacks(Workload::EXHAUSTIVE, "its search of all schedules is another line")
}

impl Peer for Shuttle {
    fn describe() -> Description {
        Description::new(
            "shuttle",
            vec![
                sampled("random", "what `check_random` runs, seeded: schedules recorded", 2, 10)
                    .runs_but(&Workload::ROUNDS[3..4], 10, ONCE)
                    .lacks(&Workload::ROUNDS[4..], STACKS),
                sampled("pct:3", "what `check_pct` runs, seeded: schedules recorded", 25, 50)
                    .lacks(&Workload::ROUNDS[3..], "a pick takes time for each live task; it would take minutes"),
                Variant::as_used("dfs", "what `check_dfs` runs")
                    .runs(Workload::EXHAUSTIVE, 20)
                    .lacks(&Workload::ALL[..10], "it tries every schedule of a program; only W6 is small enough"),
            ],
        )
    }

    fn run<P: Program>(variant: &str, job: &'static Job) -> Ran {
        let executions = job.executions();
        let limit = usize::try_from(executions).expect("64 bits");
        let done = match variant {
            "random" => run::<P>(RandomScheduler::new_from_seed(1, limit), job),
            "pct:3" => run::<P>(PctScheduler::new_from_seed(1, 3, limit), job),
            "dfs" => run::<P>(DfsScheduler::new(Some(limit), false), job),
            _ => panic!("no variant {variant}"),
        };
        // It does not say whether it was done when it reached the limit.
        Ran { search: (variant == "dfs").then_some((done, done < executions)) }
    }
}

fn main() -> ExitCode {
    serve::<Shuttle>()
}
