//! Schedules as proptest values: drawn, shrunk, saved and replayed beside other inputs.

use std::cell::{Cell, RefCell};
use std::fs;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{FileFailurePersistence, Reason, RngAlgorithm, RngSeed, TestError, TestRng, TestRunner};
use reenact_properties::{DrawnSchedules, hold, schedules};
use reenact_sim::{Schedule, Shared, task};

fn fixed(cases: u32) -> ProptestConfig {
    // The default for shrinking follows from the number of cases, of which one test has none.
    let max_shrink_iters = 1_000;
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(7),
        max_shrink_iters,
        ..ProptestConfig::default()
    }
}

/// Tasks say their number; fails if there are more than two and the last one is the first to.
async fn last_is_first(tasks: usize) {
    let order = Shared::new(Vec::new());
    let handles: Vec<_> = (0..tasks)
        .map(|n| {
            let order = order.clone();
            task::spawn(async move { order.with_mut(|order| order.push(n)) })
        })
        .collect();
    for handle in handles {
        handle.await.unwrap();
    }
    let order = order.get();
    assert!(tasks < 3 || order[0] != tasks - 1, "the last of {tasks} was first");
}

/// The failure of a property that fails.
fn failure(config: ProptestConfig, executions: u32) -> (Reason, usize, DrawnSchedules) {
    let inputs = (0..12_usize, schedules().executions(executions));
    match TestRunner::new(config).run(&inputs, |(tasks, schedule)| hold(&schedule, || last_is_first(tasks))) {
        Err(TestError::Fail(reason, (tasks, schedule))) => (reason, tasks, schedule),
        other => panic!("{other:?}"),
    }
}

#[test]
fn input_and_schedule_shrink_together_and_the_text_replays_strictly() {
    for executions in [1, 8] {
        let (reason, tasks, schedule) = failure(fixed(500), executions);
        let text = format!("{schedule:?}");
        let parsed: Schedule = text.parse().unwrap();
        assert_eq!((tasks, parsed.deviations().len()), (3, 1), "{text}");
        for part in [&text, "the last of 3 was first", "note: to replay it:", &format!("500 cases x {executions} executions")] {
            assert!(reason.message().contains(part), "{part}:\n{reason}");
        }
        let exactly: DrawnSchedules = text.parse().unwrap();
        let again = hold(&exactly, || last_is_first(3)).unwrap_err();
        assert!(again.to_string().contains("the last of 3 was first"), "{again}");
        // It is the schedule of three tasks; where it does not fit it is refused.
        let other = hold(&exactly, || last_is_first(1)).unwrap_err();
        assert!(other.to_string().contains("divergence"), "{other}");
    }
}

#[test]
fn a_schedule_shrinks_to_the_deviations_that_it_takes() {
    // Of four choices the second and the last have to be anything but 0.
    let body = || async {
        let drawn: Vec<u32> = (0..4).map(|_| reenact_sim::choose(5)).collect();
        prop_assert!(drawn[1] == 0 || drawn[3] == 0);
        Ok(())
    };
    let result = TestRunner::new(fixed(500)).run(&schedules(), |schedule| hold(&schedule, body));
    let Err(TestError::Fail(_, schedule)) = result else { panic!("{result:?}") };
    assert_eq!(format!("{schedule:?}"), "r1:1=1/5,3=1/5");
}

#[test]
fn the_same_seed_fails_in_the_same_way() {
    let [one, two] = [(); 2].map(|()| failure(fixed(500), 4));
    assert_eq!((one.0, format!("{:?}", one.2)), (two.0, format!("{:?}", two.2)));
}

#[test]
fn the_failing_pair_is_saved_in_the_regressions_file_and_replayed_from_it() {
    let folder = std::env::temp_dir().join(format!("reenact-properties-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("saved.txt");
    // proptest wants a name that lives as long as the program.
    let name: &'static str = Box::leak(file.to_str().unwrap().to_owned().into_boxed_str());
    let persisted = |cases, seed| ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(name))),
        source_file: Some(file!()),
        rng_seed: RngSeed::Fixed(seed),
        ..fixed(cases)
    };
    let first = failure(persisted(500, 7), 1);
    let saved = fs::read_to_string(&file).unwrap();
    assert!(saved.contains(&format!("(3, {:?})", first.2)), "{saved}");
    // No new case is drawn: it is the saved one that fails.
    let again = failure(persisted(0, 8), 1);
    assert_eq!((again.1, format!("{:?}", again.2)), (first.1, format!("{:?}", first.2)));
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_generator_that_has_run_dry_still_yields_schedules() {
    let rng = TestRng::from_seed(RngAlgorithm::PassThrough, &[]);
    let mut runner = TestRunner::new_with_rng(fixed(1), rng);
    let mut tree = schedules().executions(3).new_tree(&mut runner).unwrap();
    assert!(hold(&tree.current(), || last_is_first(2)).is_ok());
    assert!(!tree.simplify(), "nothing has failed");
}

#[test]
fn each_case_runs_as_many_executions_as_it_was_given_and_a_rejected_one_none_more() {
    let ran = Cell::new(0);
    let count = |schedule: DrawnSchedules| {
        hold(&schedule, || async { ran.set(ran.get() + 1) })?;
        Ok(())
    };
    TestRunner::new(fixed(20)).run(&schedules().executions(5), count).unwrap();
    assert_eq!(ran.get(), 100);
    let rejected = TestRunner::new(ProptestConfig { max_global_rejects: 10, ..fixed(20) }).run(&schedules(), |schedule| {
        hold(&schedule, || async {
            prop_assume!(false);
            Ok(())
        })
    });
    assert!(matches!(rejected, Err(TestError::Abort(_))), "{rejected:?}");
}

#[test]
fn schedules_of_one_strategy_differ() {
    let seen = RefCell::new(std::collections::BTreeSet::new());
    let note = |schedule: DrawnSchedules| {
        hold(&schedule, || async {
            let drawn: Vec<u32> = (0..3).map(|_| reenact_sim::choose(3)).collect();
            seen.borrow_mut().insert(drawn);
        })
    };
    TestRunner::new(fixed(2_000)).run(&schedules(), note).unwrap();
    assert_eq!(seen.borrow().len(), 27);
}

#[test]
#[should_panic(expected = "a case needs at least 1 execution")]
fn a_case_without_executions_is_refused() {
    let _ = schedules().executions(0);
}

reenact_properties::proptest! {
    #![proptest_config(fixed(64))]
    #![executions(4)]

    #[test]
    async fn the_macro_takes_several_functions(first in 0..5_u32, second in 0..5_u32) {
        prop_assume!(first != second);
        prop_assert_ne!(first, second);
    }

    #[test]
    #[should_panic(expected = "64 cases x 4 executions")]
    async fn the_macro_fails_with_its_budget(tasks in 0..12_usize) {
        last_is_first(tasks).await;
    }

    #[test]
    async fn the_macro_takes_functions_without_inputs() {
        last_is_first(2).await;
    }
}
