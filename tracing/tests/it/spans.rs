//! Which spans an event is said in.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::time::Duration;

use reenact_combinators::gather;
use reenact_sim::{Sim, TraceEvent, task, time};
use tracing::{Instrument, Span, error, info, info_span, instrument};

use crate::{exhaustive, install, said};

#[instrument(skip_all, fields(step))]
async fn parse(id: u32) {
    info!("begins");
    task::yield_now().await;
    Span::current().record("step", id * 10);
    info!("ends");
}

/// Two tasks in spans that are entered and left by turns.
async fn two_requests() {
    let request = |id: u32| task::spawn(async move { parse(id).await }.instrument(info_span!("request", id)));
    gather([1, 2].map(request)).await;
}

#[test]
fn under_every_schedule_a_line_is_in_the_spans_of_its_own_task() {
    let _layer = install();
    let mut orders = BTreeSet::new();
    let report = exhaustive().visit(two_requests, |execution| {
        let trace = &execution.trace;
        let mut told = Vec::new();
        for (_, task, event) in trace.timeline() {
            let TraceEvent::Logged { line } = event else { continue };
            let path = trace.task(task.expect("said in a step")).unwrap().path.to_string();
            told.push((path, line.without_target().to_string()));
        }
        let mut of_tasks = told.clone();
        of_tasks.sort();
        // Main is 0, what gather spawns are 0.2 and 0.3, and these wait for 0.0 and 0.1.
        let lines = [1, 2].map(|id| {
            let spans = |fields: &str| format!("INFO request{{id={id}}}:parse{fields}:");
            let path = format!("0.{}", id - 1);
            [(path.clone(), format!("{} begins", spans(""))), (path, format!("{} ends", spans(&format!("{{step={id}0}}"))))]
        });
        assert_eq!(of_tasks, lines.concat(), "{trace}");
        orders.insert(told);
        ControlFlow::Continue(())
    });
    assert!(report.exhausted && report.failure.is_none(), "{report}");
    // All ways in which two times two lines can be interleaved.
    assert_eq!(orders.len(), 6);
}

#[test]
fn what_a_dropped_task_says_is_said_in_its_span() {
    struct Says;
    impl Drop for Says {
        fn drop(&mut self) {
            error!("dropped");
        }
    }
    let _layer = install();
    let execution = Sim::new().run(|| async {
        let says = Says;
        let held = async move {
            let _says = says;
            time::sleep(Duration::from_secs(9)).await;
        };
        let task = task::spawn(held.instrument(info_span!("holder")));
        task::yield_now().await;
        task.cancel();
        let _ = task.await;
    });
    assert_eq!(said(&execution.trace), ["ERROR holder: dropped"]);
}

/// An exploration with several jobs runs on other threads, on which nothing is around it.
#[test]
fn spans_that_stand_around_an_execution_are_not_told() {
    let _layer = install();
    let around = info_span!("around");
    let execution = around.in_scope(|| {
        Sim::new().run(|| async {
            info!("in none");
            info_span!("within").in_scope(|| info!("in one"));
        })
    });
    assert_eq!(said(&execution.trace), ["INFO in none", "INFO within: in one"]);
}

#[test]
fn outside_of_executions_nothing_happens() {
    let _layer = install();
    let span = info_span!("before", n = 1);
    span.in_scope(|| info!("nobody hears this"));
    let execution = Sim::new().run(|| async {});
    span.record("n", 2);
    assert_eq!(execution.trace.log().count(), 0);
}
