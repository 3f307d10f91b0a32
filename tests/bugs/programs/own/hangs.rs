//! Tasks that wait for what cannot happen any more.

use std::cell::Cell;
use std::rc::Rc;

use futures::{StreamExt, stream};
use reenact::prelude::*;
use tokio::sync::{Mutex, Notify, mpsc, oneshot};

use super::super::kit::{go, settled, steps};
use super::super::{Form, Program, Run};

/// Waits for its reply, and notes it down under the lock.
async fn job(reply: oneshot::Receiver<()>, notes: Rc<Mutex<u32>>) {
    let _ = reply.await;
    let mut notes = notes.lock().await;
    yield_now().await;
    *notes += 1;
}

/// The body of a loop over buffered jobs takes a lock that a job has asked for, which is not polled as long as the body runs.
/// Fixed: each job is a task of its own.
fn buffered_stream(form: Form) -> Run {
    Box::pin(async move {
        let (notes, done) = (Rc::new(Mutex::new(0)), Rc::new(Cell::new(false)));
        let mut replies = Vec::new();
        for at in 0..2 {
            let (reply, replied) = oneshot::channel();
            replies.push(replied);
            go(async move {
                steps(5 * at).await;
                let _ = reply.send(());
            });
        }
        let ended = done.clone();
        go(async move {
            let jobs = stream::iter(replies).map(|reply| {
                let job = job(reply, notes.clone());
                match form {
                    Form::Buggy => futures::future::Either::Left(job),
                    Form::Fixed => futures::future::Either::Right(async { spawn(job).await.unwrap() }),
                }
            });
            let mut ended_jobs = jobs.buffer_unordered(2);
            while let Some(()) = ended_jobs.next().await {
                *notes.lock().await += 10;
            }
            ended.set(true);
        });
        settled().await;
        !done.get()
    })
}

pub(crate) const BUFFERED_STREAM: Program = Program {
    name: "buffered stream",
    wrong: "the loop waits for a job that it does not poll",
    buggy: || buffered_stream(Form::Buggy),
    fixed: || buffered_stream(Form::Fixed),
};

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

/// Two actors ask each other while they handle a message, and handle no other meanwhile. The second client comes so many steps
/// later. Fixed: work is a task of its own.
fn actor_cycle(later: u32, form: Form) -> Run {
    Box::pin(async move {
        let (one, other) = (mpsc::channel(2), mpsc::channel(2));
        let (senders, done) = ([one.0, other.0], Rc::new(Cell::new(0)));
        for (mut inbox, other) in [(one.1, senders[1].clone()), (other.1, senders[0].clone())] {
            go(async move {
                while let Some(message) = inbox.recv().await {
                    match message {
                        Message::Ping(reply) => drop(reply.send(())),
                        Message::Work(reply) => {
                            let other = other.clone();
                            let work = async move {
                                ask(&other, Message::Ping).await;
                                let _ = reply.send(());
                            };
                            match form {
                                Form::Buggy => work.await,
                                Form::Fixed => go(work),
                            }
                        }
                    }
                }
            });
        }
        for (client, actor) in (0..).zip(senders) {
            let done = done.clone();
            go(async move {
                steps(later * client).await;
                ask(&actor, Message::Work).await;
                done.set(done.get() + 1);
            });
        }
        settled().await;
        done.get() < 2
    })
}

pub(crate) const ACTOR_CYCLE: Program = Program {
    name: "actors ask each other",
    wrong: "each waits for the other's answer",
    buggy: || actor_cycle(3, Form::Buggy),
    fixed: || actor_cycle(3, Form::Fixed),
};

/// With 150,128 schedules.
pub(crate) const ACTOR_CYCLE_LATER: Program =
    Program { buggy: || actor_cycle(8, Form::Buggy), fixed: || actor_cycle(8, Form::Fixed), ..ACTOR_CYCLE };

/// One that is in flight until it is dropped.
struct InFlight(Rc<(Cell<u32>, Notify)>);

impl InFlight {
    fn enter(flights: &Rc<(Cell<u32>, Notify)>) -> Self {
        flights.0.set(flights.0.get() + 1);
        Self(flights.clone())
    }

    fn leave(flights: &(Cell<u32>, Notify)) {
        flights.0.set(flights.0.get() - 1);
        flights.1.notify_one();
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        Self::leave(&self.0);
    }
}

/// A request is counted when it is spawned and uncounted by its body, which never runs if it is cancelled before its first step.
/// Fixed: the guard is made outside and moves into the task.
fn cancelled_before_start(form: Form) -> Run {
    Box::pin(async move {
        let (flights, drained) = (Rc::new((Cell::new(0), Notify::new())), Rc::new(Cell::new(false)));
        let request = match form {
            Form::Buggy => {
                flights.0.set(1);
                let flights = flights.clone();
                spawn(async move {
                    let _guard = InFlight(flights);
                    yield_now().await;
                })
            }
            Form::Fixed => {
                let guard = InFlight::enter(&flights);
                spawn(async move {
                    let _guard = guard;
                    yield_now().await;
                })
            }
        };
        go(async move {
            request.cancel();
        });
        let done = drained.clone();
        go(async move {
            while flights.0.get() > 0 {
                flights.1.notified().await;
            }
            done.set(true);
        });
        settled().await;
        !drained.get()
    })
}

pub(crate) const CANCELLED_BEFORE_START: Program = Program {
    name: "cancelled before its start",
    wrong: "a request is counted for ever",
    buggy: || cancelled_before_start(Form::Buggy),
    fixed: || cancelled_before_start(Form::Fixed),
};
