//! The hand-written floor: the least that an executor with a virtual clock and a seeded pick can do.

mod executor;
mod picks;
mod timers;

use std::future::Future;
use std::hint::black_box;
use std::process::ExitCode;

use common::{Description, Job, Peer, Program, Ran, Tasks, Variant, Workload, serve};
use executor::{Core, Join, execute};
use picks::{DepthFirst, Random, Recorded};

struct Floor;

impl Tasks for Floor {
    type Inside = ();
    type Handle = Join<u64>;

    fn spawn<F, Fut>(&self, task: F) -> Join<u64>
    where
        F: FnOnce(()) -> Fut + Send + 'static,
        Fut: Future<Output = u64> + Send + 'static,
    {
        executor::spawn(task(()))
    }

    fn join(handle: Join<u64>) -> impl Future<Output = u64> + 'static {
        handle
    }

    fn sleep((): (), ms: u64) -> impl Future<Output = ()> + Send + 'static {
        executor::sleep(ms)
    }
}

impl Peer for Floor {
    fn describe() -> Description {
        let only_kept = "an execution by itself is the same as in the line above";
        let rest: Vec<_> = Workload::ALL[2..].to_vec();
        Description::new(
            "floor",
            vec![
                Variant::bare("kept", "buffers kept from one execution to the next, random pick, nothing recorded")
                    .runs(&Workload::ALL, 1),
                Variant::bare("fresh", "new buffers for each execution").runs(&Workload::ALL[..2], 1).lacks(&rest, only_kept),
                Variant::bare("recorded", "as the first, and each choice written down and folded into a digest")
                    .runs(&Workload::ALL[..10], 1)
                    .lacks(Workload::EXHAUSTIVE, "the search of the first line has written its choices down"),
            ],
        )
    }

    fn run<P: Program>(variant: &str, job: &'static Job) -> Ran {
        let mut core = Core::default();
        if let Workload::Exhaustive { .. } = job.workload {
            let (mut search, mut executions) = (DepthFirst::default(), 0);
            loop {
                execute(&mut core, P::main(Self, job), search.begin());
                executions += 1;
                let more = search.advance();
                if !more || executions == job.size {
                    return Ran { search: Some((executions, !more)) };
                }
            }
        }
        let mut recorded = Recorded::default();
        for seed in 0..job.executions() {
            match variant {
                "kept" => execute(&mut core, P::main(Self, job), Random::new(seed)),
                "fresh" => execute(&mut Core::default(), P::main(Self, job), Random::new(seed)),
                "recorded" => {
                    execute(&mut core, P::main(Self, job), recorded.begin(seed));
                    black_box(recorded.digest());
                }
                _ => panic!("no variant {variant}"),
            }
        }
        Ran::default()
    }
}

fn main() -> ExitCode {
    serve::<Floor>()
}
