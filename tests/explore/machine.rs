//! A planted bug that only a long run of right choices leads to.

use std::cell::Cell;
use std::rc::Rc;

use reenact::cover;
use reenact::task::{spawn, yield_now};

const SECRET: [usize; 16] = [2, 0, 3, 1, 1, 3, 0, 2, 2, 1, 0, 3, 3, 0, 1, 2];

/// Four tasks of 8 steps; 16 of them in one order lead to the end, one of another task back to the beginning. The order is looked up in
/// a table, so that no branch shows how far it has come. Returns the furthest state that was come to.
pub(crate) async fn machine() -> usize {
    let (state, furthest) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
    let tasks = [0, 1, 2, 3].map(|me| {
        let (state, furthest) = (state.clone(), furthest.clone());
        spawn(async move {
            for _ in 0..8 {
                let right = usize::from(SECRET[state.get()] == me);
                state.set((state.get() + 1) * right);
                furthest.set(furthest.get().max(state.get()));
                cover!("state", state.get());
                assert!(state.get() < SECRET.len(), "planted");
                yield_now().await;
            }
        })
    });
    for task in tasks {
        task.await.unwrap();
    }
    furthest.get()
}
