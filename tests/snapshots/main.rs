//! Snapshots by way of the facade: its macro, its prelude, and whose folder the files are in.

use reenact::assert_trace_snapshot;
use reenact::prelude::*;
use reenact::snapshots::Level;

fn execution() -> Execution<()> {
    Sim::new().run(|| async {
        let _ = reenact::task::Builder::new().name("sleeper").spawn(sleep(Duration::from_secs(1))).await;
        reenact::println!("awake");
    })
}

/// The file is in `tests/snapshots/snapshots` of this package, not of the one that has the macro.
#[test]
fn a_snapshot_lies_beside_the_test_that_takes_it() {
    assert_trace_snapshot!("sleeper", execution());
    assert!(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots/snapshots/snapshots__sleeper.snap").exists());
}

#[test]
fn the_prelude_brings_text_and_pictures() {
    let execution = execution();
    assert_trace_snapshot!(execution.trace_text().level(Level::Output), @r#"1s       main         prints "awake""#);
    assert!(execution.trace.lanes().starts_with("a main   b sleeper\n"));
}
