//! `LocalExecutor` of async-executor, which is smol's, on the workloads.

use std::future::Future;
use std::process::ExitCode;
use std::rc::Rc;

use async_executor::{LocalExecutor, Task};
use common::{Description, Job, Peer, Program, Ran, Tasks, Variant, Workload, serve};
use futures_lite::future::{self, block_on};

type Executor = Rc<LocalExecutor<'static>>;

struct Smol(Executor);

impl Tasks for Smol {
    type Inside = ();
    type Handle = Task<u64>;

    fn spawn<F, Fut>(&self, task: F) -> Task<u64>
    where
        F: FnOnce(()) -> Fut + Send + 'static,
        Fut: Future<Output = u64> + Send + 'static,
    {
        self.0.spawn(task(()))
    }

    fn join(handle: Task<u64>) -> impl Future<Output = u64> + 'static {
        handle
    }

    fn yield_now() -> impl Future<Output = ()> + Send + 'static {
        future::yield_now()
    }
}

fn run<P: Program>(executor: &Executor, job: &'static Job) {
    block_on(executor.run(P::main(Smol(Rc::clone(executor)), job)));
}

impl Peer for Smol {
    fn describe() -> Description {
        let clock = "it has no clock";
        let once = "it has no clock: each task yields once";
        let fifo = "it has one order: there are no schedules to search";
        Description::new(
            "async-executor",
            vec![
                Variant::as_used("fresh", "a `LocalExecutor` for each execution")
                    .runs(&[Workload::Yielding], 4)
                    .runs(&Workload::ALL[2..4], 2)
                    .runs_but(Workload::ROUNDS, 1, once)
                    .lacks(Workload::CLOCKED, clock)
                    .lacks(Workload::EXHAUSTIVE, fifo),
                Variant::bare("kept", "one `LocalExecutor` for all executions")
                    .runs(&[Workload::Yielding], 4)
                    .lacks(Workload::CLOCKED, clock)
                    .lacks(&Workload::ALL[2..4], "an execution by itself is the same as in the line above")
                    .lacks(Workload::ROUNDS, "an execution by itself is the same as in the line above")
                    .lacks(Workload::EXHAUSTIVE, fifo),
            ],
        )
    }

    fn run<P: Program>(variant: &str, job: &'static Job) -> Ran {
        match variant {
            "fresh" => (0..job.executions()).for_each(|_| run::<P>(&Executor::default(), job)),
            "kept" => {
                let executor = Executor::default();
                (0..job.executions()).for_each(|_| run::<P>(&executor, job));
            }
            _ => panic!("no variant {variant}"),
        }
        Ran::default()
    }
}

fn main() -> ExitCode {
    serve::<Smol>()
}
