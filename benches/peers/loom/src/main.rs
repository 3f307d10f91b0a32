//! loom on the workloads: each task is a thread of its model that drives a future, each yield a step on a shared atomic.

use std::process::ExitCode;
use std::sync::Arc as RealArc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use common::{Description, Job, Peer, Program, Ran, Variant, Workload, executed, fold, serve};
use loom::future::block_on;
use loom::model::Builder;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use loom::thread;

struct Loom;

/// The main thread of a model: a thread for each number, which adds to a shared counter so often, joined in order.
fn model(steps: &[u64]) {
    let shared = Arc::new(AtomicUsize::new(0));
    let thread = |&steps: &u64| {
        let shared = Arc::clone(&shared);
        thread::spawn(move || {
            block_on(async move {
                for _ in 0..steps {
                    shared.fetch_add(1, SeqCst);
                }
                steps
            })
        })
    };
    let threads: Vec<_> = steps.iter().map(thread).collect();
    executed(threads.into_iter().fold(0, |checksum, thread| fold(checksum, thread.join().expect("it returns"))));
}

impl Peer for Loom {
    fn describe() -> Description {
        let atomics = "to it a yield is no choice: each is an addition to an atomic that all tasks share";
        let threads = "a model has at most 5 threads, and a bounded number of steps";
        let mut others = vec![Workload::Timers, Workload::PingPong, Workload::Crowd];
        others.extend(Workload::ROUNDS);
        Description::new(
            "loom",
            vec![
                Variant::as_used("model", "`loom::model`, the first permutations of its search")
                    .runs_but(&[Workload::Yielding], 50, atomics)
                    .runs_but(Workload::EXHAUSTIVE, 200, atomics)
                    .lacks(&[Workload::Sleeping], "it has no clock")
                    .lacks(&others, threads),
            ],
        )
    }

    fn run<P: Program>(_: &str, job: &'static Job) -> Ran {
        let steps: Vec<u64> = match job.workload {
            Workload::Yielding => vec![1, 2, 3],
            Workload::Exhaustive { tasks, yields } => (0..tasks).map(|_| yields).collect(),
            other => panic!("{other} is not for loom"),
        };
        let limit = usize::try_from(job.size).expect("64 bits");
        let mut builder = Builder::new();
        builder.max_branches = 100_000;
        // It looks at its limits when it is time for a checkpoint, before the execution of that number.
        builder.max_permutations = Some(limit + 1);
        builder.checkpoint_interval = limit + 1;
        let executions = RealArc::new(AtomicU64::new(0));
        let counter = RealArc::clone(&executions);
        builder.check(move || {
            counter.fetch_add(1, Relaxed);
            model(&steps);
        });
        let executions = executions.load(Relaxed);
        Ran { search: Some((executions, executions < job.size)) }
    }
}

fn main() -> ExitCode {
    serve::<Loom>()
}
