//! The future of a task, whatever its type, and then its result.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

/// A future of any type with its result of any type: the one allocation of a task.
pub(super) type Body = Pin<Box<dyn AnyBody>>;

/// What the kernel does with a task of whatever type.
pub(super) trait AnyBody {
    /// Polls the future; when it is done, keeps its result and drops it.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()>;
    /// Moves the result into an `Option` of its type.
    fn take(self: Pin<&mut Self>, into: &mut dyn Any);
    /// Becomes the body of another task, whose future is in an `Option` of its type. `false` if that is another type.
    fn refill(self: Pin<&mut Self>, future: &mut dyn Any) -> bool;
    /// The result, if there is one.
    fn output(&self) -> Option<&dyn Any>;
}

impl std::fmt::Debug for dyn AnyBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AnyBody")
    }
}

pin_project! {
    /// A future until it is done, then its result until it is taken.
    #[project = Stage]
    pub(super) enum TaskBody<F: Future> {
        Running { #[pin] future: F },
        Done { output: Option<F::Output> },
    }
}

impl<F: Future> TaskBody<F> {
    pub(super) fn new(future: F) -> Self {
        Self::Running { future }
    }
}

impl<F> AnyBody for TaskBody<F>
where
    F: Future + 'static,
    F::Output: 'static,
{
    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.as_mut().project() {
            Stage::Running { future } => match future.poll(cx) {
                Poll::Ready(output) => {
                    self.set(Self::Done { output: Some(output) });
                    Poll::Ready(())
                }
                Poll::Pending => Poll::Pending,
            },
            Stage::Done { .. } => Poll::Ready(()),
        }
    }

    fn take(self: Pin<&mut Self>, into: &mut dyn Any) {
        if let (Stage::Done { output }, Some(into)) = (self.project(), into.downcast_mut::<Option<F::Output>>()) {
            *into = output.take();
        }
    }

    fn refill(mut self: Pin<&mut Self>, future: &mut dyn Any) -> bool {
        let Some(future) = future.downcast_mut::<Option<F>>() else { return false };
        let Some(future) = future.take() else { return false };
        self.set(Self::new(future));
        true
    }

    fn output(&self) -> Option<&dyn Any> {
        match self {
            Self::Done { output: Some(output) } => Some(output),
            _ => None,
        }
    }
}
