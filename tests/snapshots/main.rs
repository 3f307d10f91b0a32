//! Snapshots by way of the facade: its macro, its prelude, and whose folder the files are in.

mod isolated;

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

/// Holds in fifo order only.
async fn order_matters() {
    let seen = Shared::named("seen", 0);
    let first = spawn({
        let seen = seen.clone();
        async move { seen.set(1) }
    });
    let second = spawn(async move { assert_eq!(seen.get(), 1) });
    let _ = (first.await, second.await);
}

#[test]
fn a_failing_test_leaves_a_page_and_names_it() {
    let target = reenact::__private::TestTarget {
        file: file!(),
        module: module_path!(),
        function: "fails",
        package: None,
        manifest: Some(env!("CARGO_TARGET_TMPDIR")),
        binary: None,
        integration: true,
    };
    let run = || reenact::__private::run_test(target, &[], order_matters);
    let panic = std::panic::catch_unwind(run).unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    let file = text.lines().last().unwrap().strip_prefix("note: look at it:      ").unwrap_or_else(|| panic!("{text}"));
    assert!(file.ends_with("/reenact/snapshots--fails.html"), "{file}");
    let page = std::fs::read_to_string(file).unwrap();
    assert!(page.contains(r#""parting":1}"#), "a passing execution is beside it, and they part in the step after main's");
    assert!(page.contains(r#"panics with \"assertion `left == right` failed"#), "{text}");
}
