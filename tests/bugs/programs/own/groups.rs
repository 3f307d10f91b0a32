//! Tasks that belong together.

use std::cell::Cell;
use std::rc::Rc;

use futures::FutureExt;
use reenact::prelude::*;

use super::super::kit::{go, settled, steps, var};
use super::super::{Form, Program, Run};

/// Two children write to a log; when one fails the log is closed, and the other one goes on. Fixed: in a task group, which
/// ends with its last child.
fn child_outlives_group(form: Form) -> Run {
    Box::pin(async move {
        let (closed, late) = (var(false), Rc::new(Cell::new(false)));
        let (log, verdict) = (closed.clone(), late.clone());
        let writes = async move {
            for _ in 0..3 {
                verdict.set(verdict.get() || log.get());
                yield_now().await;
            }
            Ok::<(), &str>(())
        };
        let fails = async {
            steps(4).await;
            Err::<(), &str>("failed")
        };
        go(async move {
            match form {
                Form::Buggy => drop(try_gather([writes.boxed_local(), fails.boxed_local()]).await),
                Form::Fixed => {
                    let group = task_group(async |group| {
                        group.spawn(writes);
                        group.spawn(fails);
                        Ok(())
                    });
                    drop(group.await);
                }
            }
            closed.set(true);
        });
        settled().await;
        late.get()
    })
}

pub(crate) const CHILD_OUTLIVES_GROUP: Program = Program {
    name: "child outlives its group",
    wrong: "a child writes to a closed log",
    buggy: || child_outlives_group(Form::Buggy),
    fixed: || child_outlives_group(Form::Fixed),
};

/// Takes the first task of the set of those that are done for the one that was done first. Fixed: asks for that order.
fn first_of_a_set(form: Form) -> Run {
    Box::pin(async move {
        let (last, wrong) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(false)));
        let verdict = wrong.clone();
        go(async move {
            let tasks = [1, 2, 3].map(|n| {
                let last = last.clone();
                spawn(async move {
                    sleep(Duration::from_millis(10)).await;
                    last.set(last.get() * 10 + n);
                    n
                })
            });
            let waited = wait(tasks).await;
            let first = match form {
                Form::Buggy => waited.done.into_iter().next(),
                Form::Fixed => waited.done.by_completion().into_iter().next(),
            };
            if let Some(task) = first {
                verdict.set(task.try_result().unwrap().unwrap() != last.get() / 100);
            }
        });
        settled().await;
        wrong.get()
    })
}

pub(crate) const FIRST_OF_A_SET: Program = Program {
    name: "first of a set",
    wrong: "the first of the set is not the first that was done",
    buggy: || first_of_a_set(Form::Buggy),
    fixed: || first_of_a_set(Form::Fixed),
};
