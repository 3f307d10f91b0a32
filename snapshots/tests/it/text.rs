//! The canonical text: its levels, and what does not change it.

use reenact_sim::{Failure, Shared, Sim, Trace, task, time};
use reenact_snapshots::{Level, TraceSnapshot, assert_trace_snapshot, insta};

use crate::support::{TENTH, trace, worker};

async fn pool() {
    let log = Shared::named("log", 0);
    let workers = [worker("worker", 1), worker("worker", 2)];
    log.set(1);
    workers[1].cancel();
    for worker in workers {
        let _ = worker.await;
    }
    drop(task::Builder::new().name("left").spawn(time::sleep(TENTH)));
    task::yield_now().await;
}

#[test]
fn tasks_and_output_are_told_unless_asked_otherwise() {
    assert_trace_snapshot!(trace("r1:", pool).trace_text().without_lines(), @r#"
    0s       main         starts
    0s       main         spawns worker
    0s       main         spawns worker#2
    0s       main         cancels worker#2
    0s       worker#2     is cancelled, and dropped
    0s       worker#2     ends cancelled
    100ms    worker       prints "worker is done"
    100ms    worker       ends
    100ms    main         spawns left
    100ms    main         ends
    100ms    left         is pending at exit
    "#);
}

#[test]
fn output_alone() {
    assert_trace_snapshot!(trace("r1:", pool).trace_text().level(Level::Output), @r#"100ms    worker       prints "worker is done""#);
}

#[test]
fn everything() {
    assert_trace_snapshot!(trace("r1:", pool).trace_text().level(Level::Everything).without_lines(), @r#"
    0s       main         starts
    0s       main         steps
    0s       main         spawns worker
    0s       main         spawns worker#2
    0s       main         writes log
    0s       main         cancels worker#2
    0s       worker       steps
    0s       worker       sleeps until 100ms
    0s       worker#2     steps
    0s       worker#2     is cancelled, and dropped
    0s       worker#2     ends cancelled
    100ms    -            timer of worker for 100ms fires
    100ms    -            timer wakes worker
    100ms    worker       steps
    100ms    worker       prints "worker is done"
    100ms    worker       ends
    100ms    worker       wakes main
    100ms    main         steps
    100ms    main         spawns left
    100ms    main         wakes itself
    100ms    left         steps
    100ms    left         sleeps until 200ms
    100ms    main         steps
    100ms    main         ends
    100ms    left         is pending at exit
    100ms    -            drops timer of left for 200ms
    "#);
}

#[test]
fn what_is_drawn_and_stepped_out_of_turn_is_told() {
    let text = trace("r1:0=2,1=1", || async {
        assert_eq!(reenact_sim::choose(3), 2);
        let (first, second) = (worker("first", 0), worker("second", 0));
        let _ = (first.await, second.await);
    });
    assert_trace_snapshot!(text.trace_text().level(Level::Everything).without_lines(), @r#"
    0s       main         starts
    0s       main         steps
    0s       main         draws 2 of 3
    0s       main         spawns first
    0s       main         spawns second
    0s       second       steps, out of turn
    0s       second       wakes itself
    0s       first        steps
    0s       first        wakes itself
    0s       second       steps
    0s       second       prints "second is done"
    0s       second       ends
    0s       first        steps
    0s       first        prints "first is done"
    0s       first        ends
    0s       first        wakes main
    0s       main         steps
    0s       main         ends
    "#);
}

#[test]
fn a_failure_is_told_up_to_its_end() {
    let failure: Failure = Sim::new().run(|| async { panic!("no {}", "more") }).outcome.map(|(): ()| ()).unwrap_err();
    assert_trace_snapshot!(failure, @r#"
    0s       main         starts
    0s       main         panics with "no more"
    "#);
}

/// A program with or without a task that has nothing to do with the others.
fn with_another(another: bool, level: Level) -> Vec<String> {
    let trace: Trace = trace("r1:", move || async move {
        let named = worker("worker", 2);
        let other = another.then(|| task::Builder::new().name("other").spawn(time::sleep(TENTH * 5)));
        let unnamed_other = another.then(|| task::spawn(async { time::sleep(TENTH * 5).await }));
        let unnamed = task::spawn(async { time::sleep(TENTH).await });
        let again = worker("worker", 3);
        let _ = (named.await, unnamed.await, again.await);
        drop((other, unnamed_other));
    });
    trace.trace_text().level(level).to_string().lines().map(str::to_owned).collect()
}

#[test]
fn another_task_adds_lines_and_changes_no_others() {
    for level in [Level::Output, Level::Tasks, Level::Everything] {
        let (without, with) = (with_another(false, level), with_another(true, level));
        let mut rest = with.iter();
        for line in &without {
            assert!(rest.any(|other| other == line), "{level:?}: `{line}` is not in its place in\n{}", with.join("\n"));
        }
        assert_eq!(with.len() > without.len(), level > Level::Output);
        if level == Level::Everything {
            assert!(with.iter().any(|line| line.contains("steps")), "{with:?}");
        }
    }
}

#[test]
fn rows_have_the_words_of_the_text() {
    let text = trace("r1:", pool).trace_text();
    let rows = text.rows();
    assert_eq!(rows.len(), text.to_string().lines().count());
    assert_eq!((&*rows[0].at, &*rows[0].task, &*rows[0].what), ("0s", "main", "starts"));
}

#[test]
fn no_line_holds_a_path_of_this_machine() {
    let text = trace("r1:", pool).trace_text().level(Level::Everything).to_string();
    assert!(text.contains(" at tests/it/support.rs:"), "{text}");
    assert!(!text.contains(env!("CARGO_MANIFEST_DIR")), "{text}");
}

#[test]
fn filters_of_insta_hold() {
    insta::with_settings!({ filters => vec![(r"\d+ms", "[time]")] }, {
        assert_trace_snapshot!(trace("r1:", pool).trace_text().level(Level::Output), @r#"[time]    worker       prints "worker is done""#);
    });
}
