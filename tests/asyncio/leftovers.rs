//! Nothing is left behind: however a construct is left, at whatever step, there is no armed timer, no registration, no task
//! unaccounted for.

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use futures::channel::oneshot;
use reenact::combinators::Group;
use reenact::prelude::*;
use reenact::task::{self, Census};

const SECOND: Duration = Duration::from_secs(1);

/// What children wait for: gates that open one by one. They hold no timer, so whatever timer is armed is the construct's.
#[derive(Clone, Default)]
struct Gates(Rc<RefCell<Vec<oneshot::Sender<()>>>>);

impl Gates {
    /// A child that ends when its gate opens.
    fn child(&self) -> impl Future<Output = u32> + use<> {
        let (sender, receiver) = oneshot::channel();
        self.0.borrow_mut().push(sender);
        async { receiver.await.map_or(1, |()| 2) }
    }

    fn open_one(&self) -> bool {
        self.0.borrow_mut().pop().is_some_and(|gate| gate.send(()).is_ok())
    }
}

/// Everything but tasks, which may run on, detached.
fn registrations(census: Census) -> (usize, usize, usize) {
    (census.timers, census.scopes, census.watches)
}

/// Lets every child end, and looks for what is left of it all.
async fn settle(gates: &Gates) {
    while !gates.0.borrow().is_empty() {
        gates.open_one();
    }
    sleep(SECOND).await;
    let census = task::census();
    assert_eq!((census.tasks, registrations(census)), (1, (0, 0, 0)));
}

/// The construct runs to its end, is dropped after each number of polls, and is cancelled before each step of its task. Its children
/// end one after the other meanwhile.
fn leaves_nothing<F>(construct: impl Fn(Gates) -> F)
where
    F: Future + 'static,
    F::Output: 'static,
{
    many_schedules(|| async {
        let gates = Gates::default();
        let task = spawn(construct(gates.clone()));
        while !task.is_finished() {
            sleep(SECOND / 4).await;
            gates.open_one();
        }
        assert_eq!(registrations(task::census()), (0, 0, 0));
        drop(task.await);
        settle(&gates).await;
    });
    for polls in 0..8 {
        many_schedules(|| async {
            let gates = Gates::default();
            {
                let mut future = pin!(construct(gates.clone()));
                for _ in 0..polls {
                    let ready = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_ready())).await;
                    if ready {
                        break;
                    }
                    gates.open_one();
                    sleep(SECOND / 4).await;
                }
            }
            // Children hold no timer and no watch.
            assert_eq!((task::census().timers, task::census().watches), (0, 0));
            settle(&gates).await;
        });
    }
    for steps in 0..8 {
        many_schedules(|| async {
            let gates = Gates::default();
            let task = spawn(construct(gates.clone()));
            for _ in 0..steps {
                yield_now().await;
                gates.open_one();
            }
            task.cancel();
            drop(task.await);
            assert_eq!((task::census().timers, task::census().watches), (0, 0));
            settle(&gates).await;
        });
    }
}

/// Every schedule with one preemption at most, and some with more.
fn many_schedules<F: Future<Output = ()>>(body: impl Fn() -> F) {
    for scheduler in ["exhaustive:1", "random"] {
        let report = Explorer::new().scheduler(scheduler.parse().unwrap()).executions(300).run(&body);
        if let Some(failure) = report.failure {
            panic!("{failure}\n{}", failure.trace);
        }
    }
}

#[test]
fn by_gather() {
    leaves_nothing(|gates| gather([gates.child(), gates.child()]));
    leaves_nothing(|gates| try_gather([gates.child(), gates.child()].map(|child| async { Err::<(), u32>(child.await) })));
}

#[test]
fn by_wait() {
    leaves_nothing(|gates| async move {
        let tasks = [spawn(gates.child()), spawn(gates.child())];
        wait(tasks).timeout(SECOND).until(ReturnWhen::FirstCompleted).await.done.len()
    });
}

#[test]
fn by_as_completed() {
    leaves_nothing(|gates| async move {
        let mut stream = as_completed([gates.child(), gates.child()]).timeout(SECOND);
        while let Some(Ok(_)) = stream.next().await {}
    });
}

#[test]
fn by_timeout_and_timeout_scope() {
    leaves_nothing(|gates| timeout(SECOND, gates.child()));
    leaves_nothing(|gates| {
        let child = gates.child();
        timeout_scope(SECOND, async |_| catch_cancel(child).await.is_ok())
    });
}

#[test]
fn by_wait_for_and_shield() {
    leaves_nothing(|gates| async move { wait_for(spawn(gates.child()), SECOND).await.is_ok() });
    leaves_nothing(|gates| async move { shield(gates.child()).await });
}

#[test]
fn by_race() {
    leaves_nothing(|gates| race([gates.child(), gates.child()]));
}

#[test]
fn by_select() {
    leaves_nothing(|gates| async move {
        reenact::select! {
            n = gates.child() => n,
            () = sleep(SECOND) => 0,
        }
    });
}

#[test]
fn by_task_group() {
    leaves_nothing(|gates| async move {
        task_group(async |group: Group<u32>| {
            for child in [gates.child(), gates.child()] {
                group.spawn(async { Ok(child.await) });
            }
            Ok::<(), u32>(())
        })
        .await
        .is_ok()
    });
    leaves_nothing(|gates| async move {
        task_group(async |group| {
            let failing = gates.child();
            group.spawn(async { Err::<(), u32>(failing.await) });
            let other = gates.child();
            group.spawn(async { catch_cancel(other).await.map(drop).or(Ok(())) });
            Ok::<(), u32>(())
        })
        .await
        .is_ok()
    });
}
