//! How many schedules there are within a preemption bound, and how many of them go wrong.

use std::ops::ControlFlow;

use reenact::prelude::*;

use super::programs::*;
use super::published::{self, Published};
use super::tree::Trees;

/// How many executions `exhaustive:bound` takes, and how many of them go wrong.
fn within(bound: usize, program: Body) -> (u64, u64) {
    let mut wrong = 0;
    let kind = SchedulerKind::Exhaustive { preemptions: Some(bound as u32) };
    let report = Explorer::new().scheduler(kind).pending_at_exit(PendingAtExit::Ignore).visit(program, |execution| {
        wrong += u64::from(matches!(execution.outcome, Ok(true)));
        ControlFlow::Continue(())
    });
    assert!(report.exhausted, "{report}");
    (report.executions, wrong)
}

#[test]
fn a_preemption_bound_takes_exactly_the_schedules_within_it() {
    // Every bound is an exploration: not of those that have very many.
    for known in published::KNOWN.iter().filter(|known| known.ours.0 < 10_000) {
        let (program, trees) = (known.program, known.trees().expect("there are few"));
        let (schedules, wrong) = trees.ours.by_preemptions();
        let mut expected = (0, 0);
        for (bound, (schedules, wrong)) in schedules.iter().zip(&wrong).enumerate() {
            expected = (expected.0 + schedules, expected.1 + wrong);
            assert_eq!(within(bound, program.buggy), expected, "{}, at most {bound}", program.name);
        }
        println!("{}: {schedules:?} schedules with 0, 1, .. preemptions, of which {wrong:?} go wrong", program.name);
    }
}

/// With exactly 0, 1, 2, .. preemptions: schedules, and those of them that go wrong.
type Known = (Program, &'static [u64], &'static [u64]);

/// As published, without steps in vain.
const KNOWN: [Known; 10] = [
    (LOST_UPDATE_2, &[2, 2, 2], &[0, 2, 2]),
    (LOST_UPDATE_3, &[6, 18, 36, 30], &[0, 18, 36, 30]),
    (REORDER_2, &[6, 18, 36, 30], &[0, 8, 12, 8]),
    (DEADLOCK, &[2, 4], &[0, 2]),
    (PHILOSOPHERS_3, &[6, 51, 72, 21, 18], &[0, 3, 3, 0, 0]),
    (BLUETOOTH, &[2, 7, 13, 22, 12, 13, 3, 1], &[0, 1, 0, 3, 0, 0, 0, 0]),
    (COALESCED, &[10, 56, 174, 338, 466, 396, 224, 44], &[0, 0, 4, 8, 0, 0, 0, 0]),
    (FUTURELOCK, &[6, 18, 12, 6], &[0, 6, 9, 6]),
    (ABA_STACK, &[2, 10, 32, 64, 56, 56], &[0, 1, 2, 7, 11, 0]),
    (NAIVE_MUTEX, &[2, 8, 8, 24, 36, 36, 24, 8, 2], &[0, 0, 2, 8, 16, 20, 16, 8, 2]),
];

/// Where a task that looks at a lock in vain takes a step, preemptions are others, too.
const WITH_STEPS_IN_VAIN: [Known; 3] = [
    (DEADLOCK, &[2, 8, 8, 4], &[0, 2, 2, 0]),
    (PHILOSOPHERS_3, &[6, 72, 294, 615, 711, 459, 102, 3], &[0, 3, 18, 27, 0, 0, 0, 0]),
    (FUTURELOCK, &[6, 23, 14, 6], &[0, 6, 9, 6]),
];

/// All its interleavings.
fn trees(program: Program) -> &'static Trees {
    let known = published::KNOWN.iter().find(|known| known.program.name == program.name);
    known.and_then(Published::trees).expect("it is known, and there are few")
}

#[test]
fn the_schedules_with_each_number_of_preemptions_are_the_published_ones() {
    for (program, schedules, wrong) in KNOWN {
        let trees = trees(program);
        assert_eq!(trees.effective.by_preemptions(), (schedules.to_vec(), wrong.to_vec()), "{}", program.name);
        let in_vain = WITH_STEPS_IN_VAIN.iter().find(|(other, ..)| other.name == program.name);
        let (_, schedules, wrong) = in_vain.copied().unwrap_or((program, schedules, wrong));
        assert_eq!(trees.ours.by_preemptions(), (schedules.to_vec(), wrong.to_vec()), "{}, with steps in vain", program.name);
    }
}

/// The same by the number of delays, a bound that reenact has no scheduler for: the trees are right by that measure, too. Delays, unlike
/// preemptions, depend on the order in which the tasks were spawned; so two rows are ours and not the published ones: futurelock (1, 4, 9, 13,
/// 11, 3, 1, of which 0, 2, 2, 7, 6, 3, 1 go wrong) and notify_one coalesced (202, 274, 281, 232, 170, 128, 82, 41, 23, 4 from 5 delays on, the
/// same of which go wrong).
const BY_DELAYS: [Known; 10] = [
    (LOST_UPDATE_2, &[1, 2, 2, 1], &[0, 1, 2, 1]),
    (LOST_UPDATE_3, &[1, 4, 10, 15, 19, 17, 13, 7, 3, 1], &[0, 2, 8, 14, 19, 17, 13, 7, 3, 1]),
    (REORDER_2, &[1, 4, 10, 15, 19, 17, 13, 7, 3, 1], &[0, 0, 3, 5, 5, 5, 6, 3, 1, 0]),
    (DEADLOCK, &[1, 3, 2], &[0, 1, 1]),
    (PHILOSOPHERS_3, &[1, 7, 24, 37, 43, 32, 18, 6], &[0, 0, 1, 2, 2, 1, 0, 0]),
    (BLUETOOTH, &[1, 4, 12, 20, 19, 13, 3, 1], &[0, 1, 0, 3, 0, 0, 0, 0]),
    (
        COALESCED,
        &[1, 8, 30, 81, 151, 208, 268, 283, 236, 164, 128, 84, 39, 23, 4],
        &[0, 0, 1, 3, 2, 1, 3, 2, 0, 0, 0, 0, 0, 0, 0],
    ),
    (FUTURELOCK, &[1, 5, 10, 16, 7, 3], &[0, 0, 3, 8, 7, 3]),
    (ABA_STACK, &[1, 3, 24, 24, 84, 28, 56], &[0, 1, 0, 9, 0, 11, 0]),
    (NAIVE_MUTEX, &[1, 5, 8, 16, 30, 36, 30, 16, 5, 1], &[0, 0, 1, 5, 12, 18, 18, 12, 5, 1]),
];

#[test]
fn the_schedules_with_each_number_of_delays_are_known() {
    for (program, schedules, wrong) in BY_DELAYS {
        assert_eq!(trees(program).effective.by_delays(), (schedules.to_vec(), wrong.to_vec()), "{}", program.name);
    }
}
