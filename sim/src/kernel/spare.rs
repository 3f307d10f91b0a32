//! Bodies of tasks that are over, kept for tasks to come.
//!
//! Most executions spawn tasks of the same few types as the one before. Such a task gets the memory of one whose result was
//! taken, so that in steady state a spawn does not allocate.

use std::any::TypeId;
use std::hash::{Hash, Hasher};

use super::body::{Body, TaskBody};

/// Kinds of bodies that are told apart.
const KINDS: usize = 32;
/// Bodies of a kind at most.
const MOST: usize = 32;
/// Bodies of more bytes are not kept: to allocate them takes little against what they are there for.
const BYTES: usize = 512;

/// Bodies without future and result, by type.
#[derive(Debug)]
pub(super) struct Spares([Vec<Body>; KINDS]);

/// Where the bodies of a type are. Two types may be of one kind, and which are depends on the build: whoever takes a body asks
/// whether it is of the right type, and nothing but who allocates follows from the answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind(u8);

impl Kind {
    /// For main, which has no body, and for bodies that are not kept.
    pub(super) const NONE: Self = Self(KINDS as u8);

    /// The compiler knows it.
    #[inline]
    pub(super) fn of<F: Future + 'static>() -> Self {
        if size_of::<TaskBody<F>>() > BYTES {
            return Self::NONE;
        }
        let mut fold = Fold(0);
        TypeId::of::<F>().hash(&mut fold);
        Self((fold.finish() % KINDS as u64) as u8)
    }
}

/// A type's identity is a hash already.
struct Fold(u64);

impl Hasher for Fold {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.0 = self.0.rotate_left(8) ^ u64::from(byte));
    }

    #[inline]
    fn write_u64(&mut self, word: u64) {
        self.0 ^= word;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Spares {
    pub(super) const fn new() -> Self {
        Self([const { Vec::new() }; KINDS])
    }

    /// A body that may be of a type of this kind.
    #[inline]
    pub(super) fn take(&mut self, kind: Kind) -> Option<Body> {
        self.0.get_mut(usize::from(kind.0))?.pop()
    }

    /// Keeps a body that has nothing of the program left in it; or gives it back.
    #[inline(always)]
    pub(super) fn keep(&mut self, kind: Kind, body: Body) -> Option<Body> {
        let Some(kept) = self.0.get_mut(usize::from(kind.0)).filter(|kept| kept.len() < MOST) else { return Some(body) };
        kept.push(body);
        None
    }
}

#[cfg(test)]
mod tests {
    use std::future::{Pending, Ready, pending, ready};
    use std::task::{Context, Waker};

    use super::*;

    fn over(text: &str) -> Body {
        let mut body: Body = Box::pin(TaskBody::new(ready(text.to_owned())));
        assert!(body.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
        assert_eq!(result(&mut body).as_deref(), Some(text));
        body
    }

    fn kind_of<F: Future + 'static>(_: &F) -> Kind {
        Kind::of::<F>()
    }

    fn result(body: &mut Body) -> Option<String> {
        let mut output: Option<String> = None;
        body.as_mut().take(&mut output);
        output
    }

    #[test]
    fn a_body_serves_a_second_task_of_its_type() {
        let kind = Kind::of::<Ready<String>>();
        let mut spares = Spares::new();
        assert!(spares.take(kind).is_none());
        assert!(spares.keep(kind, over("first")).is_none());
        let mut body = spares.take(kind).unwrap();
        assert!(spares.take(kind).is_none());
        assert!(body.as_mut().refill(&mut Some(ready("second".to_owned()))));
        assert!(body.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
        assert_eq!(result(&mut body).as_deref(), Some("second"));
        assert_eq!(result(&mut body), None);
    }

    #[test]
    fn a_body_of_another_type_is_left_alone() {
        let mut other: Option<Pending<String>> = Some(pending());
        assert!(!over("first").as_mut().refill(&mut other));
        assert!(other.is_some());
    }

    #[test]
    fn neither_many_nor_large_bodies_are_kept() {
        let kind = Kind::of::<Ready<String>>();
        let mut spares = Spares::new();
        for n in 0..2 * MOST {
            assert_eq!(spares.keep(kind, over("small")).is_some(), n >= MOST);
        }
        let large = ready([0_u8; BYTES]);
        let kind = kind_of(&large);
        assert!(spares.keep(kind, Box::pin(TaskBody::new(large))).is_some());
        assert!(spares.take(kind).is_none());
    }
}
