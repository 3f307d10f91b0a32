//! The deterministic runtime of commonware on the workloads.

use std::future::Future;
use std::process::ExitCode;
use std::time::Duration;

use common::{Description, Job, Peer, Program, Ran, Tasks, Variant, Workload, serve};
use commonware_runtime::deterministic::{Context, Runner};
use commonware_runtime::{Clock, Handle, Runner as _, Spawner, Supervisor};

/// Each task gets a context of its own, as its documentation does it.
struct Commonware(Context);

impl Tasks for Commonware {
    type Inside = Context;
    type Handle = Handle<u64>;

    fn spawn<F, Fut>(&self, task: F) -> Handle<u64>
    where
        F: FnOnce(Context) -> Fut + Send + 'static,
        Fut: Future<Output = u64> + Send + 'static,
    {
        self.0.child("task").spawn(task)
    }

    async fn join(handle: Handle<u64>) -> u64 {
        handle.await.expect("it returns")
    }

    async fn sleep(inside: Context, ms: u64) {
        inside.sleep(Duration::from_millis(ms)).await;
    }
}

impl Peer for Commonware {
    fn describe() -> Description {
        Description::new(
            "commonware",
            vec![
                Variant::as_used("deterministic", "`deterministic::Runner::seeded` for each seed: events hashed, metrics kept")
                    .runs(&Workload::ALL[..2], 20)
                    .runs(&Workload::ALL[2..10], 5)
                    .lacks(Workload::EXHAUSTIVE, "it has no search of all schedules"),
            ],
        )
    }

    fn run<P: Program>(_: &str, job: &'static Job) -> Ran {
        for seed in 0..job.executions() {
            Runner::seeded(seed).start(|context| P::main(Self(context), job));
        }
        Ran::default()
    }
}

fn main() -> ExitCode {
    serve::<Commonware>()
}
