//! The trace: every kind of event, its text, and where two traces part.

use std::time::Duration;

use reenact::prelude::*;
use reenact::task;

const SECOND: Duration = Duration::from_secs(1);

async fn worker() {
    reenact::println!("working\nhard");
    sleep(SECOND).await;
}

/// One of everything that a trace can show, but for panics.
async fn everything() {
    let lock = Shared::named("lock", ());
    let first = spawn(worker());
    let second = task::Builder::new().name("second").spawn(catch_cancel(sleep(5 * SECOND)));
    sleep(SECOND).await;
    lock.set(());
    let _ = choose(2);
    second.cancel();
    let _ = (first.await, second.await);
    drop(spawn(sleep(9 * SECOND)));
    yield_now().await;
}

#[test]
fn the_text_form_is_one_line_an_event() {
    let execution = Sim::new().run(everything);
    execution.outcome.as_ref().unwrap();
    let text = execution.trace.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), execution.trace.events().len() + 1, "and one with the digest");
    let line = |n: u32| n + WORKER_LINE;
    let expected = format!(
        "      0s         start 0 `main`
      0s  0      step 0 `main`
      0s  0      spawn 0.0 `worker` at tests/it/trace.rs:{first}:17
      0s  0      spawn 0.1 `second` at tests/it/trace.rs:{second}:54
      0s  0      arm timer 0 for 1s
      0s         choice 0: 0/2 step 0.0 `worker`
      0s  0.0    step 0.0 `worker`
      0s  0.0    print \"working\\nhard\"
      0s  0.0    arm timer 1 for 1s
      0s  0.1    step 0.1 `second`
      0s  0.1    arm timer 2 for 5s
      1s         clock moves to 1s
      1s         timer 0 fires
      1s         wake 0 `main` by timer
      1s         timer 1 fires
      1s         wake 0.0 `worker` by timer
      1s         choice 1: 0/2 step 0 `main`
      1s  0      step 0 `main`
      1s  0      writes lock
      1s  0      choice 2: 0/2 data
      1s  0      cancel 0.1 `second`
      1s  0      wake 0.1 `second`
      1s         choice 3: 0/2 step 0.0 `worker`
      1s  0.0    step 0.0 `worker`
      1s  0.0    end 0.0 `worker`: returned
      1s  0.0    wake 0 `main`
      1s         choice 4: 0/2 step 0.1 `second`
      1s  0.1    step 0.1 `second`
      1s  0.1    cancel reaches 0.1 `second`: delivered to 1 scope
      1s  0.1    drop timer 2
      1s  0.1    end 0.1 `second`: returned
      1s  0      step 0 `main`
      1s  0      spawn 0.2 at tests/it/trace.rs:{third}:10
      1s  0      wake 0 `main`
      1s         choice 5: 0/2 step 0.2
      1s  0.2    step 0.2
      1s  0.2    arm timer 3 for 10s
      1s  0      step 0 `main`
      1s  0      end 0 `main`: returned
      1s         pending at exit 0.2
      1s         drop timer 3",
        first = line(8),
        second = line(9),
        third = line(15)
    );
    assert_eq!(lines[..lines.len() - 1].join("\n"), expected);
}

/// The line of `async fn worker`.
const WORKER_LINE: u32 = 10;

#[test]
fn output_is_split_into_lines() {
    let execution = Sim::new().run(everything);
    assert_eq!(execution.trace.output(), ["working", "hard"]);
}

#[test]
fn the_first_difference_names_the_event_in_both_traces() {
    let body = || async {
        let tasks = ["a", "b"].map(|name| task::Builder::new().name(name).spawn(async {}));
        wait(tasks).await;
    };
    let run = |schedule: &str| Sim::new().replay(&schedule.parse().unwrap()).run(body).trace;
    let (fifo, other) = (run("r1:"), run("r1:0=1"));
    assert_eq!(fifo.first_difference(&fifo), None);
    let difference = fifo.first_difference(&other).unwrap();
    assert_eq!(
        difference.to_string(),
        "the same for 4 events, then\n  first:        0s         choice 0: 0/2 step 0.0 `a`\n  second:       0s         choice 0: 1/2 \
         step 0.1 `b`"
    );
    let shorter = Sim::new().max_steps(2).run(body).trace;
    let difference = fifo.first_difference(&shorter).unwrap();
    assert_eq!(difference.right, None);
}

#[test]
fn the_trace_of_a_failure_ends_with_the_failure() {
    let execution = Sim::new().run(|| async {
        drop(spawn(sleep(SECOND)));
        yield_now().await;
        panic!("here");
    });
    let failure: Failure = execution.outcome.map(|_: ()| ()).unwrap_err();
    assert!(matches!(failure.trace.events().last(), Some(TraceEvent::Panicked { .. })), "{}", failure.trace);
}

#[test]
fn a_long_trace_keeps_its_ends_and_the_whole_schedule_and_digest() {
    let body = || async {
        let tasks = [1, 2].map(|_| {
            spawn(async {
                for _ in 0..500 {
                    sleep(SECOND).await;
                }
            })
        });
        wait(tasks).await;
        let _ = choose(2);
    };
    let sim = || Sim::new().seed(1).scheduler(SchedulerKind::Random);
    let (whole, cut) = (sim().run(body), sim().max_trace_events(100).run(body));
    assert_eq!(cut.trace.digest(), whole.trace.digest());
    assert_eq!(cut.schedule, whole.schedule);
    assert!(cut.schedule.deviations().iter().all(|deviation| deviation.task.is_some() || deviation.index == 500));
    assert!(cut.trace.events().len() <= 100);
    let lines = cut.trace.to_string();
    assert_eq!(lines.lines().filter(|line| line.ends_with("events are left out ..")).count(), 1, "{lines}");
    assert_eq!(lines.lines().last(), whole.trace.to_string().lines().last());
    assert_eq!(lines.lines().nth_back(1), whole.trace.to_string().lines().nth_back(1));
}
