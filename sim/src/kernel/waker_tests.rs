//! Wakes that must do nothing, and wakes that come from elsewhere. Together with the vtable's notes this stands for what an
//! interpreter such as Miri would check: every path through the waker, for every kind of word.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::waker::TaskWord;
use crate::surroundings::Evidence;
use crate::task::{self, catch_cancel, spawn};
use crate::{Execution, Explorer, FailureKind, Sim, TraceEvent, WokenBy, time};

/// The waker of the running task.
async fn own_waker() -> Waker {
    poll_fn(|cx| Poll::Ready(cx.waker().clone())).await
}

fn wakes<T>(execution: &Execution<T>) -> usize {
    execution.trace.events().iter().filter(|event| matches!(event, TraceEvent::Woken { .. })).count()
}

#[test]
fn a_word_keeps_serial_and_slot_apart() {
    for serial in [1, 2, 4_095, 4_096, (1 << 40) - 1] {
        for slot in [0, 1, (1 << 24) - 1] {
            let word = TaskWord::new(serial, slot);
            assert_eq!((word.serial(), word.slot()), (serial, slot));
            assert_ne!(word, TaskWord::NONE);
        }
    }
}

#[test]
fn clone_drop_wake_and_wake_by_ref_mean_the_same_task() {
    let execution = Sim::new().run(|| async {
        let waker = own_waker().await;
        let copy = waker.clone();
        assert!(waker.will_wake(&copy));
        drop(copy.clone());
        for by_value in [true, false, true] {
            let mut first = true;
            poll_fn(|cx| {
                if !std::mem::take(&mut first) {
                    return Poll::Ready(());
                }
                assert!(cx.waker().will_wake(&waker));
                if by_value {
                    {
                        let woken = waker.clone();
                        woken.wake()
                    }
                } else {
                    copy.wake_by_ref()
                }
                Poll::Pending
            })
            .await;
        }
    });
    execution.outcome.unwrap();
}

#[test]
fn waking_twice_is_one_step() {
    let execution = Sim::new().run(|| async {
        let mut polls = 0;
        poll_fn(|cx| {
            polls += 1;
            cx.waker().wake_by_ref();
            cx.waker().wake_by_ref();
            if polls == 3 { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        polls
    });
    assert_eq!(execution.stats.steps, 3);
    assert_eq!(execution.outcome.unwrap(), 3);
}

#[test]
fn the_waker_of_a_finished_task_does_nothing_even_when_its_slot_is_used_again() {
    let execution = Sim::new().run(|| async {
        let stale = spawn(own_waker()).await.unwrap();
        let steps = std::rc::Rc::new(std::cell::Cell::new(0));
        let counted = steps.clone();
        let next = spawn(poll_fn(move |_| {
            counted.set(counted.get() + 1);
            Poll::<()>::Pending
        }));
        task::yield_now().await;
        for _ in 0..10 {
            stale.wake_by_ref();
            task::yield_now().await;
        }
        stale.wake();
        task::yield_now().await;
        drop(next);
        steps.get()
    });
    assert_eq!(execution.outcome.unwrap(), 1);
}

#[test]
fn a_waker_of_an_execution_that_is_over_does_nothing() {
    let mut kept = Vec::new();
    for _ in 0..3 {
        kept.push(Sim::new().run(own_waker).outcome.unwrap());
    }
    // Outside any execution, and inside another one.
    kept.iter().for_each(Waker::wake_by_ref);
    let execution = Sim::new().run(|| async {
        kept.iter().for_each(Waker::wake_by_ref);
        task::yield_now().await;
        kept.into_iter().for_each(Waker::wake);
    });
    execution.outcome.as_ref().unwrap();
    assert_eq!((execution.stats.steps, wakes(&execution)), (2, 1));
}

#[test]
fn waking_after_everything_is_dropped_is_harmless() {
    let waker = {
        let execution = Sim::new().run(|| async {
            let (sender, receiver) = mpsc::channel();
            drop(spawn(poll_fn(move |cx| {
                let _ = sender.send(cx.waker().clone());
                Poll::<()>::Pending
            })));
            task::yield_now().await;
            receiver.recv().unwrap()
        });
        execution.outcome.unwrap()
    };
    waker.wake();
}

#[test]
fn a_task_that_wakes_itself_in_its_last_step_is_not_stepped_again() {
    let execution = Sim::new().run(|| async {
        let task = spawn(poll_fn(|cx| {
            cx.waker().wake_by_ref();
            Poll::Ready(5)
        }));
        task.await.unwrap()
    });
    assert_eq!((execution.stats.steps, execution.stats.choices), (3, 0));
    assert_eq!(execution.outcome.unwrap(), 5);
}

#[test]
fn foreign_wakers_may_do_anything_when_they_are_woken_or_dropped() {
    // A waker that spawns and sleeps when it is dropped: whatever holds it must not be borrowed then.
    struct Busy;
    impl std::task::Wake for Busy {
        fn wake(self: Arc<Self>) {}
    }
    impl Drop for Busy {
        fn drop(&mut self) {
            drop(spawn(async {}));
            drop(time::sleep(Duration::from_secs(1)));
        }
    }
    let execution = Sim::new().run(|| async {
        let busy = || Waker::from(Arc::new(Busy));
        let mut sleep = pin!(time::sleep(Duration::from_secs(1)));
        let mut join = spawn(time::sleep(Duration::from_secs(2)));
        let mut scope = pin!(catch_cancel(time::sleep(Duration::from_secs(3))));
        for _ in 0..3 {
            assert!(sleep.as_mut().poll(&mut Context::from_waker(&busy())).is_pending());
            assert!(std::pin::Pin::new(&mut join).poll(&mut Context::from_waker(&busy())).is_pending());
            assert!(scope.as_mut().poll(&mut Context::from_waker(&busy())).is_pending());
        }
        time::sleep(Duration::from_secs(5)).await;
    });
    execution.outcome.unwrap();
}

#[test]
#[allow(clippy::disallowed_methods, reason = "this is about other threads")]
fn a_wake_from_another_thread_fails_the_execution_and_names_task_and_thread() {
    let (to_thread, from_test) = mpsc::channel::<Waker>();
    let (to_test, from_thread) = mpsc::channel::<()>();
    let thread = std::thread::Builder::new().name("reactor".into()).spawn(move || {
        from_test.recv().unwrap().wake();
        to_test.send(()).unwrap();
    });
    let execution = Sim::new().run(|| async {
        let listener = task::Builder::new().name("listener").spawn(poll_fn(move |cx| {
            let _ = to_thread.send(cx.waker().clone());
            Poll::<()>::Pending
        }));
        task::yield_now().await;
        from_thread.recv().unwrap();
        listener.await
    });
    thread.unwrap().join().unwrap();
    let failure = execution.outcome.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Nondeterminism);
    assert_eq!(failure.task_name.as_deref(), Some("listener"));
    assert!(failure.message.contains("was woken from another thread, `reactor`"), "{failure}");
    let by_thread = TraceEvent::Woken { task: crate::TaskId::new(1), by: WokenBy::Thread("reactor".into()) };
    assert!(execution.trace.events().contains(&by_thread));
}

#[test]
#[allow(clippy::disallowed_methods, reason = "this is about other threads")]
fn a_wake_from_another_thread_is_noticed_while_tasks_are_always_ready() {
    let (to_thread, from_test) = mpsc::channel::<Waker>();
    let thread = std::thread::spawn(move || from_test.recv().unwrap().wake());
    let thread = RefCell::new(Some(thread));
    let execution = Sim::new().max_steps_per_instant(50_000).run(|| async {
        let waker = spawn(own_waker()).await.unwrap();
        let listener = spawn(poll_fn(move |cx| {
            let _ = to_thread.send(cx.waker().clone());
            Poll::<()>::Pending
        }));
        task::yield_now().await;
        if let Some(thread) = thread.take() {
            thread.join().unwrap();
        }
        waker.wake();
        spawn(async {
            loop {
                task::yield_now().await;
            }
        });
        listener.await
    });
    assert_eq!(execution.outcome.unwrap_err().kind, FailureKind::Nondeterminism);
    assert!(execution.stats.steps < 5_000, "{} steps", execution.stats.steps);
}

#[test]
fn who_awaits_a_task_last_is_woken_whoever_awaited_it_before() {
    struct Counted(AtomicUsize);
    impl std::task::Wake for Counted {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
    // No trace is kept, so that wakers count no clones and words stand for them.
    let report = Explorer::new().executions(20).run(|| async {
        let counted = Arc::new(Counted(AtomicUsize::new(0)));
        let foreign = Waker::from(counted.clone());
        let poll = |join: &mut task::Task<()>, cx: &mut Context<'_>| std::pin::Pin::new(join).poll(cx).is_pending();
        let mut join = spawn(time::sleep(Duration::from_secs(1)));
        assert!(poll(&mut join, &mut Context::from_waker(&foreign)));
        join.await.unwrap();
        assert_eq!(counted.0.load(Ordering::Relaxed), 0);
        assert_eq!(time::now().as_nanos(), 1_000_000_000);
        let mut join = spawn(time::sleep(Duration::from_secs(1)));
        poll_fn(|cx| {
            assert!(poll(&mut join, cx));
            assert!(poll(&mut join, &mut Context::from_waker(&foreign)));
            Poll::Ready(())
        })
        .await;
        time::sleep(Duration::from_secs(2)).await;
        assert_eq!(counted.0.load(Ordering::Relaxed), 1);
        assert_eq!(Arc::strong_count(&counted), 2);
        join.await.unwrap();
    });
    assert!(report.failure.is_none(), "{report}");
}

#[test]
#[allow(clippy::disallowed_methods, reason = "this is about other threads")]
fn a_late_wake_from_another_thread_does_nothing() {
    let waker = Sim::new().run(own_waker).outcome.unwrap();
    let other = waker.clone();
    std::thread::spawn(move || {
        other.wake_by_ref();
        // Also on a thread with a kernel of its own.
        let execution = Sim::new().run(|| async { other.wake() });
        execution.outcome.unwrap();
    })
    .join()
    .unwrap();
    let execution = Sim::new().run(|| async { time::sleep(Duration::from_secs(1)).await });
    execution.outcome.as_ref().unwrap();
    assert_eq!(wakes(&execution), 1);
    waker.wake();
}

#[test]
#[allow(clippy::disallowed_methods, reason = "this is about other threads")]
fn wakes_and_drops_while_a_thread_ends_are_harmless() {
    thread_local! {
        static KEPT: RefCell<Vec<Box<dyn std::any::Any>>> = const { RefCell::new(Vec::new()) };
    }
    struct WakeOnDrop(Waker);
    impl Drop for WakeOnDrop {
        fn drop(&mut self) {
            self.0.wake_by_ref();
        }
    }
    let thread = std::thread::spawn(|| {
        // Destructors of thread locals run in an order that nobody controls: before and after those of the kernel.
        KEPT.with_borrow_mut(|kept| kept.push(Box::new(())));
        let waker = Sim::new().run(own_waker).outcome.unwrap();
        let (sleep, task) = Sim::new().run(|| async { (time::sleep(Duration::from_secs(1)), spawn(async {})) }).outcome.unwrap();
        KEPT.with_borrow_mut(|kept| kept.push(Box::new((WakeOnDrop(waker), sleep, task))));
    });
    thread.join().unwrap();
}

#[test]
fn serials_are_handed_out_in_blocks_that_are_given_back() {
    // More tasks than a block has serials, in one execution and in many.
    for _ in 0..3 {
        let execution = Sim::new().run(|| async {
            for _ in 0..10_000 {
                let stale = spawn(own_waker()).await.unwrap();
                stale.wake();
            }
        });
        execution.outcome.unwrap();
        assert_eq!(execution.stats.steps, 20_001);
    }
}

#[test]
fn wakers_that_outlive_their_execution_are_counted() {
    let evidence = || super::with(|kernel| kernel.evidence());
    let kept = RefCell::new(Vec::new());
    let use_wakers = || async {
        let waker = own_waker().await;
        let copies = [waker.clone(), waker.clone()];
        waker.wake_by_ref();
        waker.wake();
        let [woken, dropped] = copies;
        drop(dropped);
        woken.wake();
        spawn(task::yield_now()).await.unwrap();
    };
    drop(Sim::new().run(use_wakers));
    assert_eq!(evidence(), None);
    drop(Sim::new().run(|| async {
        let waker = own_waker().await;
        kept.borrow_mut().push(waker);
        spawn(own_waker()).await.unwrap().wake_by_ref();
    }));
    assert_eq!(evidence(), Some(Evidence::Held { wakers: 1 }));
    drop(Sim::new().run(use_wakers));
    assert_eq!(evidence(), None);
    // To drop those of a former execution is nobody's doing in this one.
    drop(Sim::new().run(|| async { kept.take() }).outcome);
    assert_eq!(evidence(), None);
}
