//! What [`gather`](crate::gather) accepts: anything that can be iterated over futures of one type, or a tuple of futures of
//! different types.

use std::future::Future;
use std::panic::Location;

use reenact_sim::task::{Builder, Task, TaskError, Watch};

use crate::outcome;

/// Futures that can be spawned as the children of one combinator. `Kind` is inferred: [`Each`] or [`Tuple`].
pub trait Futures<Kind> {
    /// The handles of the children.
    type Children: Iterable;

    /// Spawns the futures in argument order.
    fn spawn(self, site: &'static Location<'static>) -> Self::Children;
}

/// The children of a combinator: a list or a tuple of task handles.
pub trait Iterable {
    /// Their values: a list or a tuple.
    type Values;
    /// How each ended.
    type Ends;

    /// Watches all of them, in order.
    fn watch(&self, watch: &mut Watch);
    /// Requests that every unfinished one ends.
    fn cancel(&self);
    /// The panic of the n-th, if it panicked: goes on panicking.
    fn resume(&self, n: usize);
    /// Their values. All must have ended.
    fn values(&self) -> Self::Values;
    /// How each ended. All must have.
    fn ends(&self) -> Self::Ends;
}

/// Futures of one type: `Vec`, array, iterator.
#[derive(Debug)]
pub enum Each {}

/// Futures of different types: a tuple of up to eight.
#[derive(Debug)]
pub enum Tuple {}

impl<I> Futures<Each> for I
where
    I: IntoIterator,
    I::Item: Future + 'static,
    <I::Item as Future>::Output: 'static,
{
    type Children = Vec<Task<<I::Item as Future>::Output>>;

    fn spawn(self, site: &'static Location<'static>) -> Self::Children {
        self.into_iter().map(|future| Builder::new().spawned_at(site).spawn(future)).collect()
    }
}

fn resume<T: 'static>(task: &Task<T>) {
    if task.has_failed(|_| false)
        && let Some(Err(TaskError::Panicked(panic))) = task.try_result()
    {
        panic.resume();
    }
}

fn end<T: 'static>(task: &Task<T>) -> Result<T, TaskError> {
    task.try_result().unwrap_or(Err(TaskError::Cancelled))
}

impl<T: 'static> Iterable for Vec<Task<T>> {
    type Values = Vec<T>;
    type Ends = Vec<Result<T, TaskError>>;

    fn watch(&self, watch: &mut Watch) {
        for task in self {
            watch.add(task);
        }
    }

    fn cancel(&self) {
        for task in self {
            task.cancel();
        }
    }

    fn resume(&self, n: usize) {
        resume(&self[n]);
    }

    fn values(&self) -> Vec<T> {
        self.iter().map(|task| outcome::value(task, "gather")).collect()
    }

    fn ends(&self) -> Self::Ends {
        self.iter().map(end).collect()
    }
}

macro_rules! tuples {
    ($($(($future:ident $output:ident $n:tt))*;)*) => {$(
        impl<$($future,)*> Futures<Tuple> for ($($future,)*)
        where
            $($future: Future + 'static, $future::Output: 'static,)*
        {
            type Children = ($(Task<$future::Output>,)*);

            fn spawn(self, site: &'static Location<'static>) -> Self::Children {
                ($(Builder::new().spawned_at(site).spawn(self.$n),)*)
            }
        }

        impl<$($output: 'static,)*> Iterable for ($(Task<$output>,)*) {
            type Values = ($($output,)*);
            type Ends = ($(Result<$output, TaskError>,)*);

            fn watch(&self, watch: &mut Watch) {
                $(watch.add(&self.$n);)*
            }

            fn cancel(&self) {
                $(self.$n.cancel();)*
            }

            fn resume(&self, n: usize) {
                $(if n == $n {
                    resume(&self.$n);
                })*
            }

            fn values(&self) -> Self::Values {
                ($(outcome::value(&self.$n, "gather"),)*)
            }

            fn ends(&self) -> Self::Ends {
                ($(end(&self.$n),)*)
            }
        }
    )*};
}

tuples! {
    (A T0 0);
    (A T0 0) (B T1 1);
    (A T0 0) (B T1 1) (C T2 2);
    (A T0 0) (B T1 1) (C T2 2) (D T3 3);
    (A T0 0) (B T1 1) (C T2 2) (D T3 3) (E T4 4);
    (A T0 0) (B T1 1) (C T2 2) (D T3 3) (E T4 4) (F T5 5);
    (A T0 0) (B T1 1) (C T2 2) (D T3 3) (E T4 4) (F T5 5) (G T6 6);
    (A T0 0) (B T1 1) (C T2 2) (D T3 3) (E T4 4) (F T5 5) (G T6 6) (H T7 7);
}
