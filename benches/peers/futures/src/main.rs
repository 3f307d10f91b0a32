//! `LocalPool` of the futures crate on the workloads.

use std::future::Future;
use std::process::ExitCode;

use common::{Description, Job, Peer, Program, Ran, Tasks, Variant, Workload, serve};
use futures::executor::{LocalPool, LocalSpawner};
use futures::future::RemoteHandle;
use futures::task::LocalSpawnExt;

struct Pool(LocalSpawner);

impl Tasks for Pool {
    type Inside = ();
    type Handle = RemoteHandle<u64>;

    fn spawn<F, Fut>(&self, task: F) -> RemoteHandle<u64>
    where
        F: FnOnce(()) -> Fut + Send + 'static,
        Fut: Future<Output = u64> + Send + 'static,
    {
        self.0.spawn_local_with_handle(task(())).expect("the pool is there")
    }

    fn join(handle: RemoteHandle<u64>) -> impl Future<Output = u64> + 'static {
        handle
    }
}

fn run<P: Program>(pool: &mut LocalPool, job: &'static Job) {
    let spawner = pool.spawner();
    pool.run_until(P::main(Pool(spawner), job));
}

impl Peer for Pool {
    fn describe() -> Description {
        let clock = "it has no clock";
        let once = "it has no clock: each task yields once";
        let fifo = "it has one order: there are no schedules to search";
        Description::new(
            "futures LocalPool",
            vec![
                Variant::as_used("fresh", "a pool for each execution")
                    .runs(&[Workload::Yielding], 1)
                    .runs(&Workload::ALL[2..4], 1)
                    .runs_but(Workload::ROUNDS, 1, once)
                    .lacks(Workload::CLOCKED, clock)
                    .lacks(Workload::EXHAUSTIVE, fifo),
                Variant::bare("kept", "one pool for all executions")
                    .runs(&[Workload::Yielding], 1)
                    .lacks(Workload::CLOCKED, clock)
                    .lacks(&Workload::ALL[2..4], "an execution by itself is the same as in the line above")
                    .lacks(Workload::ROUNDS, "an execution by itself is the same as in the line above")
                    .lacks(Workload::EXHAUSTIVE, fifo),
            ],
        )
    }

    fn run<P: Program>(variant: &str, job: &'static Job) -> Ran {
        match variant {
            "fresh" => (0..job.executions()).for_each(|_| run::<P>(&mut LocalPool::new(), job)),
            "kept" => {
                let mut pool = LocalPool::new();
                (0..job.executions()).for_each(|_| run::<P>(&mut pool, job));
            }
            _ => panic!("no variant {variant}"),
        }
        Ran::default()
    }
}

fn main() -> ExitCode {
    serve::<Pool>()
}
