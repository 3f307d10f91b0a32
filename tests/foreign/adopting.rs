//! The worked example of docs/ADOPTING.md: it holds in a simulation and runs on tokio, and the page shows its very lines.

#[path = "../../examples/adopting.rs"]
#[allow(unreachable_pub, reason = "an example is a program of its own")]
mod example;

use std::time::Duration;

use reenact::{Explorer, Sim};

use example::{Batcher, Simulated, Tokio, nobody_waits_too_long};

const PAGE: &str = include_str!("../../docs/ADOPTING.md");

#[test]
fn the_example_holds_under_every_schedule_tried() {
    let report = Explorer::new().executions(1_000).run(nobody_waits_too_long);
    assert!(report.failure.is_none(), "{}", report.failure.unwrap());
    assert!(report.warnings.is_empty(), "{:?}", report.warnings);
    assert!(report.distinct > 100, "{report}");
}

#[test]
fn the_example_runs_on_tokio() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let batch = runtime.block_on(async {
        let batcher = Batcher::start(&Tokio, 2, Duration::from_secs(60));
        let (first, second) = tokio::join!(batcher.add(1), batcher.add(2));
        assert_eq!(first, second);
        first
    });
    assert_eq!(batch, [1, 2]);
}

#[test]
fn a_batch_that_is_not_full_is_given_out_when_patience_is_over() {
    let execution = Sim::new().run(|| async { Batcher::start(&Simulated, 2, Duration::from_secs(60)).add(7).await });
    assert_eq!(execution.stats.elapsed, Duration::from_secs(60));
    assert_eq!(execution.outcome.unwrap(), [7]);
}

#[test]
fn the_page_shows_lines_of_the_example() {
    let source = include_str!("../../examples/adopting.rs");
    let blocks: Vec<&str> = PAGE.split("```rust\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() >= 4);
    for block in blocks {
        assert!(source.contains(block), "examples/adopting.rs does not have\n{block}");
    }
}
