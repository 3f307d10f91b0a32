//! The four programs of the document, each with its transcript and what has to hold under every schedule.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use reenact::{Explorer, Report, Schedule, SchedulerKind, Sim, Trace};

macro_rules! example {
    ($name:ident, $path:literal) => {
        #[path = $path]
        #[allow(dead_code, unreachable_pub, clippy::duplicate_mod, reason = "an example, used here for its program only")]
        mod $name;
    };
}

example!(asyncio_wait, "../../../examples/asyncio_wait.rs");
example!(asyncio_wait_timeout, "../../../examples/asyncio_wait_timeout.rs");
example!(asyncio_gather, "../../../examples/asyncio_gather.rs");
example!(asyncio_as_completed, "../../../examples/asyncio_as_completed.rs");

/// One program.
pub(crate) struct Program {
    pub(crate) name: &'static str,
    /// What the document says it prints.
    pub(crate) transcript: &'static str,
    /// What must hold for every transcript.
    #[allow(dead_code, reason = "the tests check it, the main job also says it")]
    pub(crate) guarantee: &'static str,
    holds: fn(&[&str]) -> bool,
    runner: &'static (dyn Runner + Sync),
}

/// A program's body, as something that can be stored.
trait Runner {
    fn visit(&self, explorer: &Explorer, look: &mut dyn FnMut(Vec<String>, &Schedule, &str)) -> Report;
    fn explore(&self, explorer: &Explorer) -> Report;
    fn trace(&self, schedule: &Schedule) -> Trace;
}

struct Body<F>(F);

impl<F, P> Runner for Body<F>
where
    F: Fn() -> P,
    P: Future<Output = ()>,
{
    fn visit(&self, explorer: &Explorer, look: &mut dyn FnMut(Vec<String>, &Schedule, &str)) -> Report {
        explorer.visit(&self.0, |execution| {
            look(execution.trace.output(), &execution.schedule, &execution.trace.digest().to_string());
            ControlFlow::Continue(())
        })
    }

    fn explore(&self, explorer: &Explorer) -> Report {
        explorer.run(&self.0)
    }

    fn trace(&self, schedule: &Schedule) -> Trace {
        Sim::new().replay(schedule).run(&self.0).trace
    }
}

/// What exploring a program has shown.
pub(crate) struct Explored {
    #[allow(dead_code, reason = "the golden traces need only the transcripts")]
    pub(crate) report: Report,
    /// Every transcript, with the shortest schedule that gives it and that execution's digest.
    pub(crate) transcripts: BTreeMap<String, (Schedule, String)>,
}

impl Explored {
    /// The schedule that gives a transcript.
    pub(crate) fn schedule_of(&self, transcript: &str) -> Option<&Schedule> {
        self.transcripts.get(transcript).map(|(schedule, _)| schedule)
    }
}

impl Program {
    /// Runs the program under every schedule.
    pub(crate) fn every_schedule(&self) -> Explored {
        self.visit(&Explorer::new().scheduler(SchedulerKind::Exhaustive { preemptions: None }))
    }

    /// Runs the program under the schedules of an explorer.
    pub(crate) fn visit(&self, explorer: &Explorer) -> Explored {
        let mut transcripts: BTreeMap<String, (Schedule, String)> = BTreeMap::new();
        let report = self.runner.visit(explorer, &mut |lines, schedule, digest| {
            let found = transcripts.entry(lines.join("\n"));
            let found = found.or_insert_with(|| (schedule.clone(), digest.to_owned()));
            if schedule.deviations().len() < found.0.deviations().len() {
                *found = (schedule.clone(), digest.to_owned());
            }
        });
        Explored { report, transcripts }
    }

    /// Explores the program without looking at its output, as a test does.
    #[allow(dead_code, reason = "the golden traces do not")]
    pub(crate) fn explore(&self, explorer: &Explorer) -> Report {
        self.runner.explore(explorer)
    }

    /// What happens under a schedule.
    #[allow(dead_code, reason = "for the golden traces")]
    pub(crate) fn trace(&self, schedule: &Schedule) -> Trace {
        self.runner.trace(schedule)
    }

    /// Whether the guarantee holds for a transcript.
    #[allow(dead_code, reason = "the golden traces are reviewed instead")]
    pub(crate) fn guarantee_holds(&self, transcript: &str) -> bool {
        (self.holds)(&transcript.lines().collect::<Vec<_>>())
    }
}

pub(crate) const PROGRAMS: [Program; 4] = [
    Program {
        name: "asyncio_wait",
        transcript: "\
starting main
waiting for phases to complete
in phase 0
in phase 1
in phase 2
done with phase 0
done with phase 1
done with phase 2
results: ['phase 1 result', 'phase 0 result', 'phase 2 result']",
        guarantee: "wait returns when all three phases are done, and each result is there once, in whatever order",
        holds: |lines| {
            let Some((results, before)) = lines.split_last() else { return false };
            let each = |text: &str| (0..3).all(|i| results.matches(&format!("'phase {i} {text}'")).count() == 1);
            each("result") && (0..3).all(|i| before.contains(&format!("done with phase {i}").as_str()))
        },
        runner: &Body(asyncio_wait::program),
    },
    Program {
        name: "asyncio_wait_timeout",
        transcript: "\
starting main
waiting 0.1 for phases to complete
in phase 1
in phase 0
in phase 2
done with phase 0
1 completed and 2 pending
cancelling tasks
exiting main
phase 1 cancelled
phase 2 cancelled",
        guarantee: "exactly the phases that are not done when main looks are pending (1 or 2, never 0 or 3), and each is cancelled after main has asked",
        holds: |lines| {
            let at = |wanted: &str| lines.iter().position(|line| *line == wanted);
            let split = match (at("1 completed and 2 pending"), at("2 completed and 1 pending")) {
                (Some(at), None) => Some((at, vec![0], vec![1, 2])),
                (None, Some(at)) => Some((at, vec![0, 1], vec![2])),
                _ => None,
            };
            let Some((split, completed, pending)) = split else { return false };
            let done_before = |i: &i32| at(&format!("done with phase {i}")).is_some_and(|done| done < split);
            let cancelled_after = |i: &i32| at(&format!("phase {i} cancelled")) > at("exiting main");
            let never_done = |i: &i32| at(&format!("done with phase {i}")).is_none();
            completed.iter().all(done_before) && pending.iter().all(|i| cancelled_after(i) && never_done(i))
        },
        runner: &Body(asyncio_wait_timeout::program),
    },
    Program {
        name: "asyncio_gather",
        transcript: "\
starting main
waiting for phases to complete
in phase2
in phase1
done with phase2
done with phase1
results: ['phase1 result', 'phase2 result']",
        guarantee: "gather keeps argument order, although phase2 is always done first",
        holds: |lines| {
            let at = |wanted: &str| lines.iter().position(|line| *line == wanted);
            at("done with phase2").is_some()
                && at("done with phase2") < at("done with phase1")
                && lines.last() == Some(&"results: ['phase1 result', 'phase2 result']")
        },
        runner: &Body(asyncio_gather::program),
    },
    Program {
        name: "asyncio_as_completed",
        transcript: "\
starting main
waiting for phases to complete
in phase 0
in phase 2
in phase 1
done with phase 2
received answer 'phase 2 result'
done with phase 1
received answer 'phase 1 result'
done with phase 0
received answer 'phase 0 result'
results: ['phase 2 result', 'phase 1 result', 'phase 0 result']",
        guarantee: "as_completed yields each result once, in completion order, before the next phase is done",
        holds: |lines| {
            let expected: Vec<String> = (0..3)
                .rev()
                .flat_map(|i| [format!("done with phase {i}"), format!("received answer 'phase {i} result'")])
                .chain(["results: ['phase 2 result', 'phase 1 result', 'phase 0 result']".to_owned()])
                .collect();
            lines.len() == 12 && lines[5..].iter().zip(&expected).all(|(line, expected)| line == expected)
        },
        runner: &Body(asyncio_as_completed::program),
    },
];
