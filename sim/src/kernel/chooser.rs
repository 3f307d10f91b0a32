//! [`Chooser`]: a scheduler as the kernel holds it.

use std::ops::{Deref, DerefMut};

use super::{Random, Scheduler};

/// Any scheduler. The random one is known by its type, because its answer takes fewer instructions than a virtual call.
#[derive(Debug)]
pub(crate) enum Chooser {
    Random(Box<Random>),
    Any(Box<dyn Scheduler>),
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
            Self::Any(scheduler) => &**scheduler,
        }
    }
}

impl DerefMut for Chooser {
    fn deref_mut(&mut self) -> &mut Self::Target {
        match self {
            Self::Random(random) => &mut **random,
            Self::Any(scheduler) => &mut **scheduler,
        }
    }
}
