//! Bugs that only async code has.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use futures::task::AtomicWaker;
use futures::{StreamExt, stream};
use tokio::sync::{Mutex, RwLock, broadcast, mpsc, oneshot};

use crate::kit::{Team, steps};
use crate::model::{Model, Var, var};

/// A client asks a worker while it holds a lock that the worker takes now and then.
pub(crate) async fn guard_across_await<M: Model>() -> bool {
    let (state, mut team) = (Rc::new(Mutex::new(0)), Team::<M>::new());
    let (ask, mut asked) = mpsc::channel::<oneshot::Sender<u32>>(1);
    let refreshed = state.clone();
    team.go(async move {
        {
            let mut state = refreshed.lock().await;
            M::step().await;
            *state += 1;
        }
        while let Some(reply) = asked.recv().await {
            let _ = reply.send(1);
        }
    });
    team.go(async move {
        let guard = state.lock().await;
        M::step().await;
        let (reply, answer) = oneshot::channel();
        let _ = ask.send(reply).await;
        let _ = answer.await;
        drop(guard);
    });
    team.done().await;
    false
}

/// A reader reads again while it reads; a writer that has come in between goes first.
pub(crate) async fn nested_read<M: Model>() -> bool {
    let (table, mut team) = (Rc::new(RwLock::new(0)), Team::<M>::new());
    let written = table.clone();
    team.go(async move { *written.write().await += 1 });
    team.go(async move {
        let outer = table.read().await;
        steps::<M>(2).await;
        let _sum = *outer + *table.read().await;
    });
    team.done().await;
    false
}

/// A list is borrowed across an await.
#[allow(clippy::await_holding_refcell_ref, reason = "this is the bug")]
pub(crate) async fn borrow_across_await<M: Model>() -> bool {
    let (list, wrong, mut team) = (Rc::new(RefCell::new(vec![0])), Rc::new(Cell::new(false)), Team::<M>::new());
    let shown = list.clone();
    team.go(async move {
        let mut list = shown.borrow_mut();
        M::step().await;
        list.push(1);
    });
    let verdict = wrong.clone();
    team.go(async move {
        steps::<M>(2).await;
        // What `borrow_mut` would panic at.
        match list.try_borrow_mut() {
            Ok(mut list) => list.push(2),
            Err(_) => verdict.set(true),
        }
    });
    team.done().await;
    wrong.get()
}

/// The body of a loop over buffered jobs takes a lock that a job has asked for, which is not polled as long as the body runs.
pub(crate) async fn buffered_stream<M: Model>() -> bool {
    let (notes, mut team, mut replies) = (Rc::new(Mutex::new(0)), Team::<M>::new(), Vec::new());
    for at in 0..2 {
        let (reply, replied) = oneshot::channel();
        replies.push(replied);
        team.go(async move {
            steps::<M>(5 * at).await;
            let _ = reply.send(());
        });
    }
    team.go(async move {
        let jobs = stream::iter(replies).map(|reply: oneshot::Receiver<()>| async {
            let _ = reply.await;
            let mut notes = notes.lock().await;
            M::step().await;
            *notes += 1;
        });
        let mut ended = jobs.buffer_unordered(2);
        while let Some(()) = ended.next().await {
            *notes.lock().await += 10;
        }
    });
    team.done().await;
    false
}

enum Message {
    /// Ask the other actor before the answer.
    Work(oneshot::Sender<()>),
    Ping(oneshot::Sender<()>),
}

async fn ask(actor: &mpsc::Sender<Message>, message: fn(oneshot::Sender<()>) -> Message) {
    let (reply, answer) = oneshot::channel();
    let _ = actor.send(message(reply)).await;
    let _ = answer.await;
}

/// Two actors ask each other while they handle a message, and handle no other meanwhile.
pub(crate) async fn actor_cycle<M: Model>() -> bool {
    let (one, other) = (mpsc::channel(2), mpsc::channel(2));
    let (senders, mut team) = ([one.0, other.0], Team::<M>::new());
    for (mut inbox, other) in [(one.1, senders[1].clone()), (other.1, senders[0].clone())] {
        // They end with nobody.
        drop(team.spawn(async move {
            while let Some(message) = inbox.recv().await {
                match message {
                    Message::Ping(reply) => drop(reply.send(())),
                    Message::Work(reply) => {
                        ask(&other, Message::Ping).await;
                        let _ = reply.send(());
                    }
                }
            }
        }));
    }
    for (client, actor) in (0..).zip(senders) {
        team.go(async move {
            steps::<M>(3 * client).await;
            ask(&actor, Message::Work).await;
        });
    }
    team.done().await;
    false
}

/// Two tasks wait on a waker that has room for one.
pub(crate) async fn single_slot_waker<M: Model>() -> bool {
    let (slot, ready, mut team) = (Rc::new(AtomicWaker::new()), var::<M, _>(false), Team::<M>::new());
    let (woken, set) = (slot.clone(), ready.clone());
    team.go(async move {
        set.set(true);
        woken.wake();
    });
    for _ in 0..2 {
        let (slot, ready) = (slot.clone(), ready.clone());
        team.go(poll_fn(move |cx| {
            slot.register(cx.waker());
            if ready.get() { Poll::Ready(()) } else { Poll::Pending }
        }));
    }
    team.done().await;
    false
}

/// A task wakes itself until a reply is there, at most 6 times, and starves the one that replies.
pub(crate) async fn self_waking<M: Model>() -> bool {
    let (reply, gave_up, mut team) = (var::<M, _>(false), Rc::new(Cell::new(false)), Team::<M>::new());
    let replied = reply.clone();
    team.go(async move {
        steps::<M>(2).await;
        replied.set(true);
    });
    let verdict = gave_up.clone();
    team.go(async move {
        for _ in 0..6 {
            if reply.get() {
                return;
            }
            M::step().await;
        }
        verdict.set(true);
    });
    team.done().await;
    gave_up.get()
}

/// A reader takes a snapshot and then subscribes to changes; one comes in between.
pub(crate) async fn subscribed_late<M: Model>() -> bool {
    let (state, seen, mut team) = (var::<M, _>(0), Rc::new(Cell::new(0)), Team::<M>::new());
    let (changes, keep) = broadcast::channel(4);
    let written = state.clone();
    team.go(async move {
        for value in 1..3 {
            written.set(value);
            let _ = changes.send(value);
            M::step().await;
        }
        // There is no other sender, so whoever listens comes to an end.
    });
    let (read, view) = (state.clone(), seen.clone());
    team.go(async move {
        steps::<M>(3).await;
        view.set(read.get());
        M::step().await;
        let mut changes = keep.resubscribe();
        while let Ok(value) = changes.recv().await {
            view.set(value);
        }
    });
    team.done().await;
    seen.get() != state.get()
}

/// Requests share a connection, whose replies come in order. One that is cancelled while it waits leaves its reply to the next
/// one.
pub(crate) async fn stale_reply<M: Model>() -> bool {
    let ((requests, mut queue), (replies, inbox)) = (mpsc::unbounded_channel(), mpsc::unbounded_channel());
    let (connection, wrong) = (Rc::new(Mutex::new(inbox)), Rc::new(Cell::new(false)));
    let mut team = Team::<M>::new();
    team.go(async move {
        while let Some(id) = queue.recv().await {
            let _ = replies.send(id);
        }
    });
    let clients = [1, 2].map(|id| {
        let (connection, requests, wrong) = (connection.clone(), requests.clone(), wrong.clone());
        async move {
            let mut inbox = connection.lock().await;
            let _ = requests.send(id);
            wrong.set(wrong.get() || inbox.recv().await != Some(id));
        }
    });
    drop(requests);
    let [first, second] = clients;
    let first = team.spawn(first);
    team.go(second);
    team.go(async move {
        steps::<M>(3).await;
        M::cancel(&first);
    });
    team.done().await;
    wrong.get()
}
