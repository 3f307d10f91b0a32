//! A driver that is stopped while it is used, and a stack that takes an old top for a new one.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use crate::kit::Team;
use crate::model::{Model, Var, var};

/// `if !stop {pend+=1; assert !stopped} pend-=1; if 0 event=1 || stop=1; pend-=1; if 0 event=1; if event stopped=1`.
pub(crate) async fn bluetooth<M: Model>() -> bool {
    let new = || var::<M, _>(false);
    let (stop, stopped, event, pend) = (new(), new(), new(), var::<M, _>(1));
    let (wrong, mut team) = (Rc::new(Cell::new(false)), Team::<M>::new());
    let verdict = wrong.clone();
    let (seen, used, left, count) = (stop.clone(), stopped.clone(), event.clone(), pend.clone());
    team.go(async move {
        if !seen.get() {
            M::step().await;
            count.with_mut(|pend| *pend += 1);
            M::step().await;
            verdict.set(used.get());
        }
        M::step().await;
        leave::<M>(&count, &left).await;
    });
    team.go(async move {
        stop.set(true);
        M::step().await;
        leave::<M>(&pend, &event).await;
        M::step().await;
        if event.get() {
            M::step().await;
            stopped.set(true);
        }
    });
    team.done().await;
    wrong.get()
}

async fn leave<M: Model>(pend: &M::Var<i32>, event: &M::Var<bool>) {
    let left = pend.with_mut(|pend| {
        *pend -= 1;
        *pend
    });
    if left == 0 {
        M::step().await;
        event.set(true);
    }
}

/// Nodes 0, 1 and 2, of which 0 is on top.
struct Stack<M: Model> {
    top: M::Var<Option<usize>>,
    next: Rc<[M::Var<Option<usize>>; 3]>,
}

impl<M: Model> Stack<M> {
    /// Succeeds if the top is still what was seen.
    fn swap(&self, seen: Option<usize>, new: Option<usize>) -> bool {
        self.top.with_mut(|top| {
            let same = *top == seen;
            if same {
                *top = new;
            }
            same
        })
    }

    /// One attempt.
    async fn pop(&self) -> Option<usize> {
        let seen = self.top.get();
        let node = seen?;
        M::step().await;
        let next = self.next[node].get();
        M::step().await;
        self.swap(seen, next).then_some(node)
    }

    /// One attempt.
    async fn push(&self, node: usize) {
        let seen = self.top.get();
        M::step().await;
        self.next[node].set(seen);
        M::step().await;
        self.swap(seen, Some(node));
    }
}

/// `pop || x=pop; y=pop; free y; push x`, each with one attempt.
pub(crate) async fn aba_stack<M: Model>() -> bool {
    let new = |next| var::<M, _>(next);
    let (top, next) = (new(Some(0)), Rc::new([new(Some(1)), new(Some(2)), new(None)]));
    let (one, other) = (Stack::<M> { top: top.clone(), next: next.clone() }, Stack::<M> { top: top.clone(), next });
    let (freed, mut team) = (Rc::new(RefCell::new(BTreeSet::new())), Team::<M>::new());
    let free = freed.clone();
    team.go(async move {
        one.pop().await;
    });
    team.go(async move {
        let first = other.pop().await;
        M::step().await;
        let second = other.pop().await;
        free.borrow_mut().extend(second);
        if let Some(node) = first {
            M::step().await;
            other.push(node).await;
        }
    });
    team.done().await;
    top.get().is_some_and(|node| freed.borrow().contains(&node))
}
