//! [`Instant`]: a point of virtual time.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};
use std::time::Duration;

/// A point of virtual time: whole nanoseconds since the start of the execution.
///
/// Unlike `std::time::Instant` it has a fixed start, [`Instant::ZERO`], so it can be written down and compared across
/// executions. Virtual time ends 2^64 nanoseconds (584 years) after its start.
///
/// ```
/// use reenact_sim::time::Instant;
/// use std::time::Duration;
///
/// let later = Instant::ZERO + Duration::from_millis(100);
/// assert_eq!(later - Instant::ZERO, Duration::from_millis(100));
/// assert_eq!(later.to_string(), "100ms");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

impl Instant {
    /// The start of every execution.
    pub const ZERO: Self = Self(0);

    pub(crate) const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// Nanoseconds since the start.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// The instant `duration` later, or `None` past the end of virtual time.
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        let nanos = u64::try_from(duration.as_nanos()).ok()?;
        self.0.checked_add(nanos).map(Self)
    }

    /// The time from `earlier` to this instant, or `None` if `earlier` is later.
    pub fn checked_duration_since(self, earlier: Self) -> Option<Duration> {
        self.0.checked_sub(earlier.0).map(Duration::from_nanos)
    }

    /// The time from `earlier` to this instant, or zero if `earlier` is later.
    pub fn saturating_duration_since(self, earlier: Self) -> Duration {
        self.checked_duration_since(earlier).unwrap_or_default()
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    /// # Panics
    ///
    /// Past the end of virtual time.
    #[track_caller]
    fn add(self, duration: Duration) -> Self {
        match self.checked_add(duration) {
            Some(sum) => sum,
            None => panic!(
                "{self} + {} s is past the end of virtual time, 584 years after its start; \
                 to wait for ever, await std::future::pending()",
                duration.as_secs()
            ),
        }
    }
}

impl AddAssign<Duration> for Instant {
    #[track_caller]
    fn add_assign(&mut self, duration: Duration) {
        *self = *self + duration;
    }
}

impl Sub for Instant {
    type Output = Duration;

    /// # Panics
    ///
    /// If `earlier` is later than this instant: durations are never negative.
    #[track_caller]
    fn sub(self, earlier: Self) -> Duration {
        match self.checked_duration_since(earlier) {
            Some(duration) => duration,
            None => panic!("{self} - {earlier} is negative; saturating_duration_since gives zero instead"),
        }
    }
}

impl Sub<Duration> for Instant {
    type Output = Self;

    /// # Panics
    ///
    /// Before the start of virtual time.
    #[track_caller]
    fn sub(self, duration: Duration) -> Self {
        let nanos = u64::try_from(duration.as_nanos()).ok().and_then(|nanos| self.0.checked_sub(nanos));
        match nanos {
            Some(nanos) => Self(nanos),
            None => panic!("{self} - {} s is before the start of virtual time", duration.as_secs()),
        }
    }
}

impl fmt::Display for Instant {
    /// In the largest unit that needs no more than nine decimals: `100ms`, `1.5s`, `0s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return f.pad("0s");
        }
        f.pad(&format!("{:?}", Duration::from_nanos(self.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_short_and_exact() {
        let show = |nanos| Instant::from_nanos(nanos).to_string();
        assert_eq!(show(0), "0s");
        assert_eq!(show(1), "1ns");
        assert_eq!(show(1_500), "1.5µs");
        assert_eq!(show(100_000_000), "100ms");
        assert_eq!(show(1_500_000_000), "1.5s");
    }

    #[test]
    #[should_panic(expected = "is negative; saturating_duration_since gives zero")]
    fn a_negative_duration_is_refused() {
        let _ = Instant::ZERO - Instant::from_nanos(1);
    }

    #[test]
    #[should_panic(expected = "past the end of virtual time")]
    fn an_absurd_duration_is_refused() {
        let _ = Instant::ZERO + Duration::MAX;
    }
}
