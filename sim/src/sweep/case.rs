//! What the two closures of a sweep may return.

use std::future::Future;

use super::Swept;
use crate::explore::Verdict;

/// Tells the implementations of [`SweepCase`] and [`Invariants`] apart. Nobody has to name these.
pub(super) mod kind {
    /// A future by itself.
    #[derive(Debug)]
    pub struct Alone;
    /// A world and a future in it.
    #[derive(Debug)]
    pub struct WithWorld;
    /// A value that is a verdict.
    #[derive(Debug)]
    pub struct Now;
    /// A future of one.
    #[derive(Debug)]
    pub struct Later;
}

/// What the first closure of a sweep makes, anew each time: a future, or a world and a future that works in it.
///
/// The world is what the invariants are told of; of a future by itself they are told what was done to it ([`Swept`]).
/// `K` is found by the compiler.
pub trait SweepCase<K> {
    /// What the invariants get.
    type World;
    /// What is interrupted.
    type Future: Future + 'static;

    /// Takes it apart; `swept` is for cases without a world.
    fn split(self, swept: Swept) -> (Self::World, Self::Future);
}

impl<F: Future + 'static> SweepCase<kind::Alone> for F {
    type World = Swept;
    type Future = F;

    fn split(self, swept: Swept) -> (Swept, F) {
        (swept, self)
    }
}

impl<W, F: Future + 'static> SweepCase<kind::WithWorld> for (W, F) {
    type World = W;
    type Future = F;

    fn split(self, _: Swept) -> (W, F) {
        self
    }
}

/// What the second closure of a sweep returns: `()` after assertions of its own, a `Result`, or a future of one of them.
///
/// `K` is found by the compiler.
pub trait Invariants<K> {
    /// What does not hold, if anything.
    fn broken(self) -> impl Future<Output = Option<String>>;
}

impl<V: Verdict> Invariants<kind::Now> for V {
    async fn broken(self) -> Option<String> {
        self.error()
    }
}

impl<F> Invariants<kind::Later> for F
where
    F: Future,
    F::Output: Verdict,
{
    async fn broken(self) -> Option<String> {
        self.await.error()
    }
}
