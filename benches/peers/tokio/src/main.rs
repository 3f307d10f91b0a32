//! tokio with a paused clock on the workloads.

use std::future::Future;
use std::process::ExitCode;
use std::time::Duration;

use common::{Description, Job, Peer, Program, Ran, Tasks, Variant, Workload, serve};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{self, JoinHandle};
use tokio::time;

struct Tokio;

impl Tasks for Tokio {
    type Inside = ();
    type Handle = JoinHandle<u64>;

    fn spawn<F, Fut>(&self, task: F) -> JoinHandle<u64>
    where
        F: FnOnce(()) -> Fut + Send + 'static,
        Fut: Future<Output = u64> + Send + 'static,
    {
        task::spawn(task(()))
    }

    async fn join(handle: JoinHandle<u64>) -> u64 {
        handle.await.expect("it returns")
    }

    fn sleep((): (), ms: u64) -> impl Future<Output = ()> + Send + 'static {
        time::sleep(Duration::from_millis(ms))
    }

    fn yield_now() -> impl Future<Output = ()> + Send + 'static {
        task::yield_now()
    }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime")
}

impl Peer for Tokio {
    fn describe() -> Description {
        let fifo = "it has one order, first come, first served: there are no schedules to search";
        let (few, single) = (&Workload::ALL[..2], &Workload::ALL[2..10]);
        Description::new(
            "tokio, paused",
            vec![
                Variant::as_used(
                    "test",
                    "a runtime for each execution, which is what `#[tokio::test(start_paused = true)]` makes",
                )
                .runs(few, 4)
                .runs(single, 2)
                .lacks(Workload::EXHAUSTIVE, fifo),
                Variant::bare("kept", "one runtime for all executions")
                    .runs(few, 4)
                    .lacks(single, "an execution by itself is the same as in the line above")
                    .lacks(Workload::EXHAUSTIVE, fifo),
            ],
        )
    }

    fn run<P: Program>(variant: &str, job: &'static Job) -> Ran {
        match variant {
            "test" => (0..job.executions()).for_each(|_| runtime().block_on(P::main(Self, job))),
            "kept" => {
                let runtime = runtime();
                (0..job.executions()).for_each(|_| runtime.block_on(P::main(Self, job)));
            }
            _ => panic!("no variant {variant}"),
        }
        Ran::default()
    }
}

fn main() -> ExitCode {
    serve::<Tokio>()
}
