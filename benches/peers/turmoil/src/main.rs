//! turmoil on the workloads, as a simulation of one client.

use std::future::Future;
use std::process::ExitCode;
use std::time::Duration;

use common::{Description, Job, Peer, Program, Ran, Tasks, Variant, Workload, serve};
use tokio::task::{self, JoinHandle};
use tokio::time;

struct Turmoil;

impl Tasks for Turmoil {
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

impl Peer for Turmoil {
    fn describe() -> Description {
        let fifo = "tasks of a host run first come, first served: there are no schedules to search";
        let single = &Workload::ALL[2..10];
        Description::new(
            "turmoil",
            vec![
                Variant::as_used("1 ms tick", "a simulation for each execution, with the tick it has by default")
                    .runs(&[Workload::Sleeping], 200)
                    .runs(&[Workload::Yielding], 10)
                    .runs(single, 2)
                    .lacks(Workload::EXHAUSTIVE, fifo),
                Variant::bare("100 ms tick", "the same with a tick as long as the workload's shortest sleep")
                    .runs(&[Workload::Sleeping], 20)
                    .lacks(&[Workload::Yielding], "no virtual time passes, so the tick does not matter")
                    .lacks(single, "a tick is as long as many of the sleeps together, or does not matter")
                    .lacks(Workload::EXHAUSTIVE, fifo),
            ],
        )
    }

    fn run<P: Program>(variant: &str, job: &'static Job) -> Ran {
        for seed in 0..job.executions() {
            let mut builder = turmoil::Builder::new();
            builder.rng_seed(seed).simulation_duration(Duration::from_secs(1_000_000));
            if variant == "100 ms tick" {
                builder.tick_duration(Duration::from_millis(100));
            }
            let mut simulation = builder.build();
            simulation.client("main", async move {
                P::main(Self, job).await;
                Ok(())
            });
            simulation.run().expect("it returns");
        }
        Ran::default()
    }
}

fn main() -> ExitCode {
    serve::<Turmoil>()
}
