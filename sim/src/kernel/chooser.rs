//! [`Chooser`]: a scheduler as the kernel holds it.

use std::ops::{Deref, DerefMut};

use super::{Exhaustive, Model, Random, Refusal, Scheduler};

/// Any scheduler. Those that long explorations use are known by their types, because their answers take fewer instructions
/// than a virtual call.
// With a tag of its own, which takes fewer instructions to look at than one that shares a word with the pointers; and with
// a whole word of it, so that it is moved in words.
#[repr(u64)]
#[derive(Debug)]
pub(crate) enum Chooser {
    Random(Box<Random>),
    /// Without a bound.
    Exhaustive(Box<Exhaustive>),
    Any(Box<dyn Scheduler>),
}

/// What is asked once in every execution.
impl Chooser {
    #[inline]
    pub(crate) fn observes(&self) -> bool {
        match self {
            Self::Random(_) | Self::Exhaustive(_) => false,
            Self::Any(scheduler) => scheduler.observes(),
        }
    }

    #[inline]
    pub(crate) fn exhausted(&self) -> bool {
        match self {
            Self::Random(_) => false,
            Self::Exhaustive(exhaustive) => exhaustive.exhausted(),
            Self::Any(scheduler) => scheduler.exhausted(),
        }
    }

    #[inline]
    pub(crate) fn begin(&mut self, execution: u64, model: &Model) {
        match self {
            Self::Random(random) => random.begin(execution, model),
            Self::Exhaustive(exhaustive) => exhaustive.start(),
            Self::Any(scheduler) => scheduler.begin(execution, model),
        }
    }

    pub(crate) fn as_exhaustive(&mut self) -> Option<&mut Exhaustive> {
        match self {
            Self::Random(_) => None,
            Self::Exhaustive(exhaustive) => Some(exhaustive),
            Self::Any(scheduler) => scheduler.as_exhaustive(),
        }
    }

    #[inline]
    pub(super) fn end(&mut self) {
        match self {
            Self::Random(_) => (),
            Self::Exhaustive(exhaustive) => exhaustive.advance(),
            Self::Any(scheduler) => scheduler.end(),
        }
    }
}

/// Where the scheduler of the running execution is. One kind has a place of its own: to look whether somebody is there takes
/// fewer instructions than to tell the kinds apart, and each choice between tasks looks.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) random: Option<Box<Random>>,
    pub(super) other: Option<Chooser>,
}

impl Seat {
    pub(super) const EMPTY: Self = Self { random: None, other: None };

    /// Takes the scheduler of an execution that begins. The seat is empty: to forget that nobody sat there saves a look at it.
    #[inline]
    pub(super) fn put(&mut self, scheduler: &mut Option<Chooser>) {
        debug_assert!(self.get().is_none(), "two schedulers at a time");
        match scheduler.take() {
            Some(Chooser::Random(random)) => std::mem::forget(self.random.replace(random)),
            other => std::mem::forget(std::mem::replace(&mut self.other, other)),
        }
    }

    /// Gives it back to whoever has none meanwhile.
    #[inline]
    pub(super) fn give_back(&mut self, scheduler: &mut Option<Chooser>) {
        let taken = match self.random.take() {
            Some(random) => Some(Chooser::Random(random)),
            None => self.other.take(),
        };
        std::mem::forget(std::mem::replace(scheduler, taken));
    }

    #[inline]
    pub(super) fn get(&mut self) -> Option<&mut dyn Scheduler> {
        if let Some(random) = &mut self.random {
            return Some(&mut **random);
        }
        match self.other.as_mut()? {
            Chooser::Random(random) => Some(&mut **random),
            Chooser::Exhaustive(exhaustive) => Some(&mut **exhaustive),
            Chooser::Any(scheduler) => Some(&mut **scheduler),
        }
    }

    #[inline]
    pub(super) fn refusal(&mut self) -> Option<Refusal> {
        if self.random.is_some() { None } else { self.other_refusal() }
    }

    fn other_refusal(&mut self) -> Option<Refusal> {
        match &mut self.other {
            Some(Chooser::Exhaustive(exhaustive)) if exhaustive.has_refused() => exhaustive.refusal(),
            Some(Chooser::Any(scheduler)) => scheduler.refusal(),
            _ => None,
        }
    }
}

impl From<Box<Exhaustive>> for Chooser {
    fn from(exhaustive: Box<Exhaustive>) -> Self {
        if exhaustive.is_bounded() { Self::Any(exhaustive) } else { Self::Exhaustive(exhaustive) }
    }
}

impl From<Box<dyn Scheduler>> for Chooser {
    fn from(scheduler: Box<dyn Scheduler>) -> Self {
        Self::Any(scheduler)
    }
}

impl Deref for Chooser {
    type Target = dyn Scheduler;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Random(random) => &**random,
            Self::Exhaustive(exhaustive) => &**exhaustive,
            Self::Any(scheduler) => &**scheduler,
        }
    }
}

impl DerefMut for Chooser {
    fn deref_mut(&mut self) -> &mut Self::Target {
        match self {
            Self::Random(random) => &mut **random,
            Self::Exhaustive(exhaustive) => &mut **exhaustive,
            Self::Any(scheduler) => &mut **scheduler,
        }
    }
}
