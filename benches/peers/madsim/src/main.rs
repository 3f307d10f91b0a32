//! madsim on the workloads.

#[cfg(not(madsim))]
compile_error!("without --cfg madsim this is tokio by another name: run cargo in this workspace, whose configuration sets it");

use std::future::Future;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::Duration;

use common::{Description, Job, Peer, Program, Ran, Tasks, Variant, Workload, serve};
use madsim::runtime::{Builder, Runtime};
use madsim::task::{self, JoinHandle};
use madsim::time;

struct Madsim;

impl Tasks for Madsim {
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

/// The builder takes a function without captures.
static JOB: OnceLock<&'static Job> = OnceLock::new();

impl Peer for Madsim {
    fn describe() -> Description {
        let no_search = "it has no search of all schedules";
        let (few, single) = (&Workload::ALL[..2], &Workload::ALL[2..10]);
        Description::new(
            "madsim",
            vec![
                Variant::as_used("test", "its `Builder`, which is what `#[madsim::test]` runs: a thread for each seed")
                    .runs(few, 50)
                    .runs(single, 2)
                    .lacks(Workload::EXHAUSTIVE, no_search),
                Variant::bare("runtime", "a `Runtime` for each seed, all on one thread")
                    .runs(few, 4)
                    .runs(single, 2)
                    .lacks(Workload::EXHAUSTIVE, no_search),
                Variant::bare("kept", "one `Runtime` for all executions, so with one seed")
                    .runs(few, 4)
                    .lacks(single, "an execution by itself is the same as in the line above")
                    .lacks(Workload::EXHAUSTIVE, no_search),
            ],
        )
    }

    fn run<P: Program>(variant: &str, job: &'static Job) -> Ran {
        match variant {
            "test" => {
                JOB.get_or_init(|| job);
                let mut builder = Builder::from_env();
                (builder.seed, builder.count, builder.jobs) = (0, job.executions(), 1);
                builder.run(|| P::main(Self, JOB.get().expect("it was set")));
            }
            "runtime" => {
                for seed in 0..job.executions() {
                    Runtime::with_seed_and_config(seed, Default::default()).block_on(P::main(Self, job));
                }
            }
            "kept" => {
                let runtime = Runtime::with_seed_and_config(0, Default::default());
                for _ in 0..job.executions() {
                    runtime.block_on(P::main(Self, job));
                }
            }
            _ => panic!("no variant {variant}"),
        }
        Ran::default()
    }
}

fn main() -> ExitCode {
    serve::<Madsim>()
}
