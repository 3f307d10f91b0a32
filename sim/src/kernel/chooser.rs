//! [`Chooser`]: a scheduler as the kernel holds it.

use std::ops::{Deref, DerefMut};

use super::{Exhaustive, Random, Refusal, Scheduler};

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
            Self::Exhaustive(exhaustive) => exhaustive.end(),
            Self::Any(scheduler) => scheduler.end(),
        }
    }
}

/// Where the scheduler of the running execution is. Every kind has a place of its own: to look whether somebody is there takes
/// fewer instructions than to tell the kinds apart, and each choice between tasks looks.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) random: Option<Box<Random>>,
    pub(super) exhaustive: Option<Box<Exhaustive>>,
    any: Option<Box<dyn Scheduler>>,
}

impl Seat {
    pub(super) const EMPTY: Self = Self { random: None, exhaustive: None, any: None };

    #[inline]
    pub(super) fn put(&mut self, chooser: Chooser) {
        // Only an execution that was left by a panic has one in its seat still.
        if self.random.is_some() || self.exhaustive.is_some() || self.any.is_some() {
            *self = Self::EMPTY;
        }
        match chooser {
            Chooser::Random(random) => self.random = Some(random),
            Chooser::Exhaustive(exhaustive) => self.exhaustive = Some(exhaustive),
            Chooser::Any(scheduler) => self.any = Some(scheduler),
        }
    }

    #[inline]
    pub(super) fn take(&mut self) -> Option<Chooser> {
        if let Some(random) = self.random.take() {
            return Some(Chooser::Random(random));
        }
        if let Some(exhaustive) = self.exhaustive.take() {
            return Some(Chooser::Exhaustive(exhaustive));
        }
        self.any.take().map(Chooser::Any)
    }

    pub(super) fn get(&mut self) -> Option<&mut dyn Scheduler> {
        if let Some(random) = &mut self.random {
            return Some(&mut **random);
        }
        if let Some(exhaustive) = &mut self.exhaustive {
            return Some(&mut **exhaustive);
        }
        match &mut self.any {
            Some(scheduler) => Some(&mut **scheduler),
            None => None,
        }
    }

    #[inline]
    pub(super) fn refusal(&mut self) -> Option<Refusal> {
        if let Some(exhaustive) = &mut self.exhaustive {
            return if exhaustive.has_refused() { exhaustive.refusal() } else { None };
        }
        self.any.as_mut().and_then(|scheduler| scheduler.refusal())
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
