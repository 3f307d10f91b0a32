//! [`interval`].

use std::time::Duration;

use super::{Instant, now, sleep_until};

/// Ticks at regular instants of virtual time, the first one at once.
///
/// Ticks are `period` apart, counted from the call. A tick that nobody waited for is not lost: the following calls of
/// [`tick`](Interval::tick) catch up without waiting (tokio's `MissedTickBehavior::Burst`).
///
/// # Panics
///
/// Outside an execution; if `period` is zero.
///
/// ```
/// use reenact_sim::{Sim, time};
/// use std::time::Duration;
///
/// let execution = Sim::new().run(|| async {
///     let mut interval = time::interval(Duration::from_secs(1));
///     interval.tick().await;
///     interval.tick().await;
///     interval.tick().await
/// });
/// assert_eq!(execution.outcome?.to_string(), "2s");
/// # Ok::<(), reenact_sim::Failure>(())
/// ```
#[track_caller]
pub fn interval(period: Duration) -> Interval {
    assert!(period > Duration::ZERO, "reenact::time::interval: the period must not be zero");
    Interval { next: Some(now()), period }
}

/// The ticks of [`interval`].
#[derive(Debug)]
pub struct Interval {
    /// `None` past the end of virtual time.
    next: Option<Instant>,
    period: Duration,
}

impl Interval {
    /// Waits for the next tick and returns its instant. Dropping the future loses no tick.
    ///
    /// # Panics
    ///
    /// If that is past the end of virtual time.
    pub async fn tick(&mut self) -> Instant {
        let Some(at) = self.next else { panic!("the next tick of this interval is past the end of virtual time") };
        if now() < at {
            sleep_until(at).await;
        }
        self.next = at.checked_add(self.period);
        at
    }

    /// The time between two ticks.
    pub fn period(&self) -> Duration {
        self.period
    }
}
