//! How many schedules there are within a preemption bound, and how many of them go wrong.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::rc::Rc;

use reenact::prelude::*;

use super::programs::*;

/// How many executions `exhaustive:bound` takes, and how many of them go wrong.
fn within(bound: usize, program: Program) -> (u64, u64) {
    let mut wrong = 0;
    let kind = SchedulerKind::Exhaustive { preemptions: Some(bound as u32) };
    let report = Explorer::new().scheduler(kind).visit(program, |execution| {
        wrong += u64::from(matches!(execution.outcome, Ok(true)));
        ControlFlow::Continue(())
    });
    assert!(report.exhausted, "{report}");
    (report.executions, wrong)
}

#[test]
fn a_preemption_bound_takes_exactly_the_schedules_within_it() {
    // With exactly 0, 1, 2, .. preemptions: schedules, and those of them that go wrong.
    let known: [(&str, Program, &[u64], &[u64]); 4] = [
        ("lost_update_2", LOST_UPDATE_2, &[2, 2, 2], &[0, 2, 2]),
        ("lost_update_3", LOST_UPDATE_3, &[6, 18, 36, 30], &[0, 18, 36, 30]),
        ("reorder_2", REORDER_2, &[6, 18, 36, 30], &[0, 8, 12, 8]),
        ("bluetooth", BLUETOOTH, &[2, 7, 13, 22, 12, 13, 3, 1], &[0, 1, 0, 3, 0, 0, 0, 0]),
    ];
    for (name, program, schedules, wrong) in known {
        let mut expected = (0, 0);
        for (bound, (schedules, wrong)) in schedules.iter().zip(wrong).enumerate() {
            expected = (expected.0 + schedules, expected.1 + wrong);
            assert_eq!(within(bound, program), expected, "{name}, at most {bound}");
        }
        println!("{name}: {schedules:?} schedules with 0, 1, .. preemptions, of which {wrong:?} go wrong");
    }
}

#[test]
fn a_preemption_bound_takes_exactly_the_interleavings_of_a_grid_within_it() {
    // Tasks, steps of each, schedules with exactly 0, 1, 2, .. preemptions.
    let known: [(u32, u32, &[u64]); 7] = [
        (2, 2, &[2, 2, 2]),
        (2, 3, &[2, 4, 8, 4, 2]),
        (2, 4, &[2, 6, 18, 18, 18, 6, 2]),
        (3, 1, &[6]),
        (3, 2, &[6, 18, 36, 30]),
        (3, 3, &[6, 36, 150, 360, 510, 444, 174]),
        (4, 2, &[24, 144, 504, 984, 864]),
    ];
    for (tasks, steps, counts) in known {
        let mut expected = 0;
        for (bound, count) in counts.iter().enumerate() {
            expected += count;
            let kind = SchedulerKind::Exhaustive { preemptions: Some(bound as u32) };
            let most = Rc::new(Cell::new(0));
            let report = Explorer::new().scheduler(kind).visit(
                || grid(tasks, steps),
                |execution| {
                    most.set(execution.stats.preemptions.max(most.get()));
                    ControlFlow::Continue(())
                },
            );
            assert_eq!((report.executions, most.get()), (expected, bound as u64), "{tasks} x {steps}, at most {bound}");
        }
        println!("{tasks} x {steps}: {counts:?} schedules with 0, 1, .. preemptions");
    }
}
