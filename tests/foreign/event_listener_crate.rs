//! `event-listener`.

use std::cell::Cell;
use std::rc::Rc;

use event_listener::Event;
use reenact::prelude::*;

use crate::{Log, every_seed_replays};

#[test]
fn a_listener_made_before_the_look_misses_no_notification() {
    every_seed_replays("event-listener flag", || async {
        let (event, flag, log) = (Rc::new(Event::new()), Rc::new(Cell::new(false)), Log::default());
        let waiters = [0, 1, 2].map(|n| {
            let (event, flag, log) = (event.clone(), flag.clone(), log.clone());
            spawn(async move {
                while !flag.get() {
                    let listener = event.listen();
                    yield_now().await;
                    if flag.get() {
                        break;
                    }
                    listener.await;
                }
                log.add(n);
            })
        });
        yield_now().await;
        flag.set(true);
        event.notify(usize::MAX);
        gather(waiters).await;
        log.take()
    });
}

#[test]
fn notify_additional_wakes_as_many_as_it_says() {
    every_seed_replays("event-listener notify", || async {
        let (event, log) = (Rc::new(Event::new()), Log::default());
        let listening = Rc::new(Cell::new(0));
        let waiters = [0, 1, 2, 3].map(|n| {
            let (event, log, listening) = (event.clone(), log.clone(), listening.clone());
            spawn(async move {
                let listener = event.listen();
                listening.set(listening.get() + 1);
                listener.await;
                log.add(n);
            })
        });
        while listening.get() < 4 {
            yield_now().await;
        }
        event.notify_additional(1);
        event.notify_additional(1);
        for _ in 0..20 {
            yield_now().await;
        }
        assert!(log.0.borrow().len() <= 2, "two were notified");
        event.notify_additional(2);
        gather(waiters).await;
        log.take()
    });
}
