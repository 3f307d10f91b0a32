//! A stack whose top is compared and swapped, and that takes an old top for a new one.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use reenact::prelude::*;

use super::kit::{go, settled, var};
use super::{Form, Program, Run};

/// Nodes 0, 1 and 2, of which 0 is on top.
#[derive(Clone)]
struct Stack {
    /// The node, and how often the top was changed.
    top: Shared<(Option<usize>, u32)>,
    next: Rc<[Shared<Option<usize>>; 3]>,
    form: Form,
}

impl Stack {
    /// Succeeds if the top is still what was seen. The fixed form also compares how often it was changed.
    fn swap(&self, seen: (Option<usize>, u32), new: Option<usize>) -> bool {
        self.top.with_mut(|top| {
            let same = if self.form == Form::Fixed { *top == seen } else { top.0 == seen.0 };
            if same {
                *top = (new, top.1 + 1);
            }
            same
        })
    }

    /// One attempt.
    async fn pop(&self) -> Option<usize> {
        let seen = self.top.get();
        let node = seen.0?;
        yield_now().await;
        let next = self.next[node].get();
        yield_now().await;
        self.swap(seen, next).then_some(node)
    }

    /// One attempt.
    async fn push(&self, node: usize) {
        let seen = self.top.get();
        yield_now().await;
        self.next[node].set(seen.0);
        yield_now().await;
        self.swap(seen, Some(node));
    }
}

/// `pop || x=pop; y=pop; free y; push x`, each with one attempt.
fn aba_stack(form: Form) -> Run {
    Box::pin(async move {
        let stack = Stack { top: var((Some(0), 0)), next: Rc::new([var(Some(1)), var(Some(2)), var(None)]), form };
        let freed = Rc::new(RefCell::new(BTreeSet::new()));
        let (one, other, free) = (stack.clone(), stack.clone(), freed.clone());
        go(async move {
            one.pop().await;
        });
        go(async move {
            let first = other.pop().await;
            yield_now().await;
            let second = other.pop().await;
            free.borrow_mut().extend(second);
            if let Some(node) = first {
                yield_now().await;
                other.push(node).await;
            }
        });
        settled().await;
        stack.top.get().0.is_some_and(|node| freed.borrow().contains(&node))
    })
}

pub(crate) const ABA_STACK: Program = Program {
    name: "aba_stack",
    wrong: "a freed node is on top",
    buggy: || aba_stack(Form::Buggy),
    fixed: || aba_stack(Form::Fixed),
};
