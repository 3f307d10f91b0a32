//! Property tests by way of the facade: its macro, and its module for ordinary `proptest!` blocks.

use proptest::prelude::*;
use reenact::prelude::*;

async fn phase(millis: u64) -> u64 {
    sleep(Duration::from_millis(millis)).await;
    millis
}

// From here on as in README.md.
reenact::proptest! {
    #[test]
    async fn gather_keeps_argument_order(millis in prop::collection::vec(0..50_u64, 0..8)) {
        let phases: Vec<_> = millis.iter().map(|n| phase(*n)).collect();
        prop_assert_eq!(gather(phases).await, millis);
    }
}

/// So the example of README.md is compiled and run as it stands there.
#[test]
fn the_example_of_the_readme_is_the_one_above() {
    let readme = include_str!("../../README.md");
    let start = readme.find("reenact::proptest! {").unwrap();
    let example = readme[start..].split("```").next().unwrap();
    assert!(example.contains("#[test]\n    async fn ") && example.ends_with("}\n"), "{example}");
    let (_, here) = include_str!("main.rs").split_once("// From here on as in README.md.\n").unwrap();
    assert!(here.starts_with(example), "README.md has another example than this test:\n{example}");
}

fn quietly() -> ProptestConfig {
    ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() }
}

/// Reads, and writes one more; what another one has written in between is lost.
async fn add(count: Shared<u32>) {
    let seen = count.get();
    yield_now().await;
    count.set(seen + 1);
}

reenact::proptest! {
    #![proptest_config(quietly())]
    #![executions(4)]

    #[test]
    #[should_panic(expected = "an update was lost")]
    async fn a_property_that_depends_on_the_schedule_fails(head_start in 0..3_u32) {
        let count = Shared::new(0);
        let first = spawn(add(count.clone()));
        for _ in 0..head_start {
            yield_now().await;
        }
        let second = spawn(add(count.clone()));
        prop_assert!(first.await.is_ok() && second.await.is_ok());
        prop_assert!(count.get() == 2, "an update was lost");
    }
}

proptest! {
    #![proptest_config(quietly())]

    #[test]
    fn schedules_are_values_beside_others(
        millis in 0..50_u64,
        schedule in reenact::properties::schedules(),
    ) {
        reenact::properties::hold(&schedule, || async move {
            prop_assert_eq!(phase(millis).await, millis);
            Ok(())
        })?;
    }
}
