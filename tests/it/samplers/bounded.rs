//! How many schedules there are within a preemption bound.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::rc::Rc;

use reenact::prelude::*;

use super::programs::*;

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
