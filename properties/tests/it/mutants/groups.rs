//! Wrong shields and task groups.

use reenact_combinators::{gather, task_group};
use reenact_properties::guarantees::Local;
use reenact_properties::scenario::{Failed, Outcome};
use reenact_sim::task::{TaskError, catch_cancel, resume_cancel, spawn};

use super::{Mutant, mutant};

type Children = Vec<Local<Outcome>>;

pub(super) fn mutants() -> Vec<Mutant> {
    vec![
        mutant!("shield that passes a cancel on", Shield, shield(child: Local<Outcome>) -> Local<Outcome>, child),
        mutant!("shield that cancels when dropped", Shield, shield(child: Local<Outcome>) -> Local<Outcome>, {
            let task = spawn(child).cancel_on_drop();
            async { task.await.unwrap() }
        }),
        mutant!("task_group that leaks its children", TaskGroup, task_group(children: Children) -> Local<Result<(), Vec<Failed>>>, async {
            for child in children {
                drop(spawn(child));
            }
            Ok(())
        }),
        mutant!("task_group that lets the siblings of an error run", TaskGroup, task_group(children: Children) -> Local<Result<(), Vec<Failed>>>, async {
            let errors: Vec<Failed> = gather(children).await.into_iter().filter_map(Result::err).collect();
            if errors.is_empty() { Ok(()) } else { Err(errors) }
        }),
        mutant!("task_group that tells of the first error only", TaskGroup, task_group(children: Children) -> Local<Result<(), Vec<Failed>>>, async {
            let group = task_group(async |group| {
                for child in children {
                    group.spawn(child);
                }
                Ok::<(), Failed>(())
            });
            group.await.map_err(|error| error.errors[..error.errors.len().min(1)].to_vec())
        }),
        mutant!("task_group that swallows errors", TaskGroup, task_group(children: Children) -> Local<Result<(), Vec<Failed>>>, async {
            let group = task_group(async |group| {
                for child in children {
                    group.spawn(child);
                }
                Ok::<(), Failed>(())
            });
            group.await.or(Ok(()))
        }),
        mutant!("task_group that forgets a request when there are errors", TaskGroup, task_group(children: Children) -> Local<Result<(), Vec<Failed>>>, async {
            let mut group = spawn(task_group(async |group| {
                for child in children {
                    group.spawn(child);
                }
                Ok::<(), Failed>(())
            }));
            let (ended, request) = match catch_cancel(&mut group).await {
                Ok(ended) => (ended, None),
                Err(request) => {
                    group.cancel();
                    (group.await, Some(request))
                }
            };
            match (ended, request) {
                (Ok(ended), _) => ended.map_err(|error| error.errors),
                (Err(TaskError::Panicked(panic)), _) => panic.resume(),
                (Err(TaskError::Cancelled), Some(request)) => resume_cancel(request).await,
                (Err(TaskError::Cancelled), None) => unreachable!("nobody else cancels it"),
            }
        }),
        mutant!("task_group that is left while its children clean up", TaskGroup, task_group(children: Children) -> Local<Result<(), Vec<Failed>>>, async {
            let tried = reenact_combinators::try_gather(children).await;
            tried.map(drop).map_err(|error| vec![error])
        }),
    ]
}
