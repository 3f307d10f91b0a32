//! What counts in digests and what does not.

use std::fmt;

use reenact_sim::{Digest, Execution, FailureKind, Sim, task};
use tracing::subscriber::{NoSubscriber, with_default};
use tracing::{Level, event, info, info_span, warn};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::prelude::*;

use crate::{exhaustive, install, said};

fn run<F: Future<Output = ()>>(body: impl FnOnce() -> F) -> Execution<()> {
    let _layer = install();
    Sim::new().run(body)
}

fn digest<F: Future<Output = ()>>(body: impl FnOnce() -> F) -> Digest {
    run(body).trace.digest()
}

#[test]
fn level_message_fields_and_spans_count_and_targets_do_not() {
    let line = digest(|| async { info!(target: "one", n = 1, "said") });
    assert_eq!(line, digest(|| async { info!(target: "two", n = 1, "said") }));
    for other in [
        digest(|| async { warn!(target: "one", n = 1, "said") }),
        digest(|| async { info!(target: "one", n = 1, "told") }),
        digest(|| async { info!(target: "one", n = 2, "said") }),
        digest(|| async { info!(target: "one", m = 1, "said") }),
        digest(|| async { info!(target: "one", "said n=1") }),
        digest(|| async { info_span!("span").in_scope(|| info!(target: "one", n = 1, "said")) }),
        digest(|| async {}),
    ] {
        assert_ne!(line, other);
    }
}

async fn talkative() {
    let tasks = [1, 2].map(|n| {
        task::spawn(async move {
            info!(n, "begins");
            task::yield_now().await;
            info_span!("late").in_scope(|| warn!(n, "ends"));
        })
    });
    for task in tasks {
        task.await.unwrap();
    }
}

async fn silent() {
    let tasks = [1, 2].map(|_| task::spawn(async { task::yield_now().await }));
    for task in tasks {
        task.await.unwrap();
    }
}

#[test]
fn without_the_layer_nothing_changes() {
    let here = |body: fn() -> Local| with_default(NoSubscriber::new(), || Sim::new().run(body).trace.digest());
    assert_eq!(here(|| Box::pin(talkative())), here(|| Box::pin(silent())));
    assert_ne!(digest(talkative), digest(silent));
}

type Local = std::pin::Pin<Box<dyn Future<Output = ()>>>;

/// Explorations keep digests only; what they find is run again with a full trace, and another digest would be the failure.
#[test]
fn digests_are_the_same_at_every_trace_level_and_schedules_with_the_layer_and_without() {
    let fails = || async {
        talkative().await;
        assert!(reenact_sim::choose(3) < 2, "to be looked at");
    };
    let with = {
        let _layer = install();
        exhaustive().run(fails).failure.unwrap()
    };
    assert_eq!(with.kind, FailureKind::Panic, "{with}");
    assert_eq!(with.trace.log().count(), 4);
    let without = with_default(NoSubscriber::new(), || exhaustive().run(fails).failure.unwrap());
    assert_eq!(without.trace.log().count(), 0);
    assert_eq!(with.schedule, without.schedule);
}

#[test]
#[allow(clippy::disallowed_methods, reason = "it is about threads, as those of a test runner")]
fn every_thread_tells_the_same() {
    // All of them share one subscriber of the process, as tests do.
    let threads: Vec<_> = (0..4)
        .map(|_| {
            std::thread::spawn(|| {
                reenact_tracing::init(Level::TRACE);
                (0..50)
                    .map(|_| Sim::new().run(talkative).trace)
                    .map(|trace| (trace.digest(), trace.to_string()))
                    .collect::<Vec<_>>()
            })
        })
        .collect();
    let told: Vec<_> = threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
    assert_eq!(told.len(), 200);
    assert!(told.iter().all(|other| *other == told[0]), "{told:?}");
    assert!(told[0].1.contains("log WARN late: it::counts: ends n=1"), "{}", told[0].1);
    // And several jobs explore as one does.
    let [one, four] = [1, 4].map(|jobs| exhaustive().run_parallel(jobs, talkative));
    assert_eq!((one.executions, one.distinct, one.exhausted), (four.executions, four.distinct, true));

    let other_level = std::panic::catch_unwind(|| reenact_tracing::init(Level::WARN)).unwrap_err();
    let text = other_level.downcast_ref::<String>().unwrap();
    assert!(text.contains("called with warn and before that with trace"), "{text}");
}

#[test]
fn a_filter_decides_what_there_is() {
    let subscriber = tracing_subscriber::registry().with(reenact_tracing::layer().with_filter(LevelFilter::WARN));
    // Of a span that is filtered out nothing is told either.
    let trace = with_default(subscriber, || Sim::new().run(talkative).trace);
    assert_eq!(said(&trace), ["WARN ends n=1", "WARN ends n=2"]);
}

#[test]
fn values_are_told_in_one_line_as_the_program_writes_them() {
    /// What a value says while it is formatted is not told.
    struct Loud;
    impl fmt::Debug for Loud {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            info!("formatting");
            f.write_str("Loud")
        }
    }
    let error = std::io::Error::other("disk full");
    let body = async move || {
        info!(text = "two\nwords", loud = ?Loud, shown = %1.5, r#type = 7_u8, "\u{1b}[31mit's {}", "red");
        warn!(error = &error as &dyn std::error::Error);
        event!(Level::DEBUG, flag = true, none = tracing::field::Empty);
    };
    assert_eq!(
        said(&run(body).trace),
        [r#"INFO \u{1b}[31mit's red text="two\nwords" loud=Loud shown=1.5 type=7"#, "WARN error=disk full", "DEBUG flag=true",]
    );
}

#[test]
fn what_the_log_crate_says_has_its_own_target_and_no_file() {
    // As tracing-log hands events over.
    let execution = run(|| async {
        event!(target: "log", Level::INFO, { log.target = "pool::connect", log.file = "a/pool.rs", log.line = 7 }, "connected");
    });
    assert_eq!(execution.trace.log().map(ToString::to_string).collect::<Vec<_>>(), ["INFO pool::connect: connected"]);
}
