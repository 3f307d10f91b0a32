//! A child of a group: hands its error over, and says when it is over.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::group::Shared;

/// What the handle of a child yields if the child has ended with an error: the error itself is in the
/// [`GroupError`](crate::GroupError), once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChildFailed(());

impl fmt::Display for ChildFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("child of a task group failed: its error is in the group's")
    }
}

impl std::error::Error for ChildFailed {}

pin_project! {
    pub(super) struct Child<F, E> {
        #[pin]
        future: F,
        membership: Membership<E>,
    }
}

/// Ends with the child, in whatever way that does.
struct Membership<E> {
    group: Rc<Shared<E>>,
    number: u64,
    /// If it is dropped meanwhile, the child has panicked.
    polling: bool,
}

impl<F, E> Child<F, E> {
    pub(super) fn new(future: F, group: Rc<Shared<E>>, number: u64) -> Self {
        Self { future, membership: Membership { group, number, polling: false } }
    }
}

impl<F, T, E> Future for Child<F, E>
where
    F: Future<Output = Result<T, E>>,
{
    type Output = Result<T, ChildFailed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        this.membership.polling = true;
        let polled = this.future.poll(cx);
        this.membership.polling = false;
        let Poll::Ready(result) = polled else { return Poll::Pending };
        let result = result.map_err(|error| {
            this.membership.group.child_failed(this.membership.number, error);
            ChildFailed(())
        });
        this.membership.group.child_ended(this.membership.number, false);
        Poll::Ready(result)
    }
}

impl<E> Drop for Membership<E> {
    fn drop(&mut self) {
        self.group.child_ended(self.number, self.polling);
    }
}
