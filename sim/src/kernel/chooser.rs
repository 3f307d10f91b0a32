//! [`Chooser`]: a scheduler as the kernel holds it.

use std::ops::{Deref, DerefMut};

use super::{Exhaustive, Random, Refusal, Scheduler};

/// Any scheduler. Those that long explorations use are known by their types, because their answers take fewer instructions
/// than a virtual call.
// With a tag of its own, which takes fewer instructions to look at than one that shares a word with the pointers.
#[repr(u8)]
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
    pub(super) fn refusal(&mut self) -> Option<Refusal> {
        match self {
            Self::Random(_) => None,
            Self::Exhaustive(exhaustive) => exhaustive.refusal(),
            Self::Any(scheduler) => scheduler.refusal(),
        }
    }

    #[inline]
    pub(super) fn end(&mut self) {
        match self {
            Self::Random(_) => (),
            Self::Exhaustive(exhaustive) => exhaustive.end(),
            Self::Any(scheduler) => scheduler.end(),
        }
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
