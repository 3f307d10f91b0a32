//! The four programs of the document: which transcripts there are, and that the document's own is among them.

#[path = "../../src/bin/four_programs/programs.rs"]
mod programs;

use std::collections::BTreeSet;

use programs::{PROGRAMS, Program};
use reenact::{Explorer, SchedulerKind};

/// Executions and distinct transcripts over every schedule.
const COUNTS: [(&str, u64, usize); 4] =
    [("asyncio_wait", 72, 72), ("asyncio_wait_timeout", 60, 36), ("asyncio_gather", 2, 2), ("asyncio_as_completed", 6, 6)];

fn with_counts() -> impl Iterator<Item = (&'static Program, u64, usize)> {
    PROGRAMS.iter().zip(COUNTS).map(|(program, (name, executions, transcripts))| {
        assert_eq!(program.name, name);
        (program, executions, transcripts)
    })
}

#[test]
fn every_schedule_gives_exactly_these_transcripts_and_the_document_s_is_among_them() {
    for (program, executions, transcripts) in with_counts() {
        let explored = program.every_schedule();
        assert!(explored.report.exhausted);
        assert_eq!(explored.report.executions, executions, "{}", program.name);
        assert_eq!(explored.transcripts.len(), transcripts, "{}", program.name);
        let schedule = explored.schedule_of(program.transcript).expect("the document's transcript is among them");
        println!("{}: the document's transcript under {schedule}", program.name);
        assert_eq!(schedule.deviations().len(), 1, "one deviation from fifo is enough for {}", program.name);
        for text in explored.transcripts.keys() {
            assert!(program.guarantee_holds(text), "{} under every schedule:\n{text}", program.name);
        }
    }
}

#[test]
fn fifo_gives_one_transcript_each_and_it_is_not_the_document_s() {
    for program in &PROGRAMS {
        let explored = program.visit(&Explorer::new().scheduler(SchedulerKind::Fifo).executions(3));
        assert_eq!(explored.transcripts.len(), 1, "{}", program.name);
        assert!(explored.schedule_of(program.transcript).is_none(), "{}", program.name);
    }
}

#[test]
fn ten_thousand_random_executions_find_the_same_transcripts() {
    for program in &PROGRAMS {
        let every: BTreeSet<String> = program.every_schedule().transcripts.into_keys().collect();
        let random = program.visit(&Explorer::new().scheduler(SchedulerKind::Random).executions(10_000).seed(1));
        assert_eq!(random.report.executions, 10_000);
        assert_eq!(random.transcripts.into_keys().collect::<BTreeSet<_>>(), every, "{}", program.name);
    }
}

#[test]
fn exploring_without_traces_sees_the_same_number_of_interleavings() {
    for (program, executions, _) in with_counts() {
        let report = program.explore(&Explorer::new().scheduler(SchedulerKind::Exhaustive { preemptions: None }));
        assert_eq!((report.executions, report.distinct, report.exhausted), (executions, executions, true), "{}", program.name);
        assert!(report.failure.is_none() && report.warnings.is_empty(), "{report}");
    }
}

/// The same schedule gives the same digest in debug and release, on every machine and in every version: the values are
/// written down here, and this test runs in both profiles.
#[test]
fn the_document_s_executions_have_these_digests() {
    let digests = ["c13351f3bd542d30", "6edf53ac6bd279b8", "6848effd545f377f", "907aeff143f0c88c"];
    let found = PROGRAMS.each_ref().map(|program| program.every_schedule().transcripts[program.transcript].1.clone());
    assert_eq!(found, digests);
}

#[test]
fn the_check_of_a_guarantee_can_fail() {
    for program in &PROGRAMS {
        let lines: Vec<&str> = program.transcript.lines().collect();
        assert!(program.guarantee_holds(&lines.join("\n")), "{}", program.name);
        assert!(!program.guarantee_holds(&lines[..lines.len() - 1].join("\n")), "{} without its last line", program.name);
        assert!(!program.guarantee_holds(""), "{}", program.name);
    }
}
