//! reenact on the workloads: explorations as users run them. There is no barer way: schedule and digest cannot be switched off.

use std::future::Future;
use std::process::ExitCode;
use std::time::Duration;

use common::{Description, Job, Peer, Program, Ran, Tasks, Variant, Workload, serve};
use reenact::task::{self, Task};
use reenact::{Explorer, SchedulerKind, Sim, time};

struct Reenact;

impl Tasks for Reenact {
    type Inside = ();
    type Handle = Task<u64>;

    fn spawn<F, Fut>(&self, task: F) -> Task<u64>
    where
        F: FnOnce(()) -> Fut + Send + 'static,
        Fut: Future<Output = u64> + Send + 'static,
    {
        task::spawn(task(()))
    }

    async fn join(handle: Task<u64>) -> u64 {
        handle.await.expect("it returns")
    }

    fn sleep((): (), ms: u64) -> impl Future<Output = ()> + Send + 'static {
        time::sleep(Duration::from_millis(ms))
    }

    fn yield_now() -> impl Future<Output = ()> + Send + 'static {
        task::yield_now()
    }
}

impl Peer for Reenact {
    fn describe() -> Description {
        let search = "its schedulers for all schedules are another line";
        let explored = &Workload::ALL[..10];
        Description::new(
            "reenact",
            vec![
                Variant::as_used(
                    "random",
                    "`Explorer`, scheduler `random`: schedules and digests recorded, some executions run twice",
                )
                .runs(explored, 2)
                .lacks(Workload::EXHAUSTIVE, search),
                Variant::as_used("pct:3", "the same with scheduler `pct:3`, told how many steps to expect where there is one execution to learn it from")
                    .runs(explored, 2)
                    .lacks(Workload::EXHAUSTIVE, search),
                Variant::as_used("exhaustive", "the same with scheduler `exhaustive`")
                    .runs(Workload::EXHAUSTIVE, 1)
                    .lacks(explored, "it tries every schedule of a program; only W6 is small enough"),
                Variant::as_used("full trace", "`Sim`: one execution at a time, every event kept, as a replay shows it")
                    .runs(explored, 4)
                    .lacks(Workload::EXHAUSTIVE, "it is one execution"),
            ],
        )
    }

    fn run<P: Program>(variant: &str, job: &'static Job) -> Ran {
        if variant == "full trace" {
            for seed in 0..job.executions() {
                let execution = Sim::new().seed(seed).scheduler(SchedulerKind::Random).run(|| P::main(Self, job));
                assert!(execution.outcome.is_ok(), "a failure");
            }
            return Ran::default();
        }
        let scheduler = match variant.parse().expect("a variant is a scheduler") {
            // Of itself it learns this from its first executions.
            SchedulerKind::Pct { depth, .. } if job.executions() == 1 => {
                let steps = u32::try_from(job.workload.operations(job.size)).expect("no workload is so long");
                SchedulerKind::Pct { depth, steps: Some(steps) }
            }
            other => other,
        };
        let explorer = Explorer::new().executions(job.executions()).seed(1).scheduler(scheduler);
        let report = explorer.run(|| P::main(Self, job));
        assert!(report.failure.is_none(), "{report}");
        let search = matches!(job.workload, Workload::Exhaustive { .. });
        Ran { search: search.then_some((report.executions, report.exhausted)) }
    }
}

fn main() -> ExitCode {
    serve::<Reenact>()
}
