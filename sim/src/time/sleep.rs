//! [`sleep`] and [`sleep_until`].

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use super::Instant;
use crate::kernel::{self, TimerKey};
use crate::outside;
use crate::trace::{Site, WaitReason, recorder};

/// The virtual time of the running execution.
///
/// # Panics
///
/// Outside an execution.
#[track_caller]
pub fn now() -> Instant {
    outside::check("reenact::time::now");
    kernel::with(|kernel| kernel.now())
}

/// The virtual time of the running execution; `None` outside one. For libraries that also work without a simulation.
pub fn try_now() -> Option<Instant> {
    outside::is_inside().then(|| kernel::with(|kernel| kernel.now()))
}

/// Waits for a duration of virtual time.
///
/// The deadline is fixed here, at the call (as in tokio); the timer is armed at the first poll and removed when the future
/// is dropped. The sleep is over exactly at its deadline, never later: the clock jumps there as soon as no task is ready.
/// `sleep(Duration::ZERO)` is a [`yield_now`](crate::task::yield_now), not a timer (as in asyncio).
///
/// # Panics
///
/// Outside an execution; if the deadline is past the end of virtual time.
///
/// ```
/// use reenact_sim::{Sim, time};
/// use std::time::Duration;
///
/// let execution = Sim::new().run(|| async {
///     time::sleep(Duration::from_secs(3600)).await;
///     time::now()
/// });
/// assert_eq!(execution.outcome?.to_string(), "3600s");
/// # Ok::<(), reenact_sim::Failure>(())
/// ```
#[track_caller]
pub fn sleep(duration: Duration) -> Sleep {
    outside::check("reenact::time::sleep");
    Sleep::new(kernel::with(|kernel| kernel.now()) + duration)
}

/// Waits until an instant of virtual time. An instant that has been reached already is a
/// [`yield_now`](crate::task::yield_now).
///
/// # Panics
///
/// Outside an execution.
#[track_caller]
pub fn sleep_until(deadline: Instant) -> Sleep {
    outside::check("reenact::time::sleep_until");
    Sleep::new(deadline)
}

/// The future of [`sleep`] and [`sleep_until`]. Dropping it removes its timer.
#[derive(Debug)]
#[must_use = "a sleep does nothing until it is awaited"]
pub struct Sleep {
    deadline: Instant,
    site: Site,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    New,
    /// The deadline was reached at the first poll; ready at the next one.
    Yielded,
    Armed(TimerKey),
    Done,
}

impl Sleep {
    #[track_caller]
    pub(crate) fn new(deadline: Instant) -> Self {
        Self { deadline, site: Site::here(), state: State::New }
    }

    /// When the sleep is over.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Whether its deadline has been reached.
    #[track_caller]
    pub fn is_elapsed(&self) -> bool {
        now() >= self.deadline
    }
}

impl Future for Sleep {
    type Output = ();

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // Its deadline has come: nothing else is to be done then. Outside every execution no key is owned.
        if let State::Armed(key) = self.state
            && kernel::with(|kernel| kernel.owns(key) && self.deadline <= kernel.now())
        {
            outside::check("a sleep");
            self.state = State::Done;
            return Poll::Ready(());
        }
        match self.state {
            State::New => self.begin(cx),
            _ => self.wait(cx),
        }
    }
}

impl Sleep {
    /// The first poll, in the common case.
    fn begin(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let armed = kernel::with(
            |kernel| {
                if kernel.now() < self.deadline { kernel.arm_plainly(self.deadline, cx.waker()) } else { None }
            },
        );
        match armed {
            Some(key) => {
                self.state = State::Armed(key);
                Poll::Pending
            }
            None => self.wait(cx),
        }
    }

    /// What a poll does that does not find its deadline come.
    #[cold]
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        kernel::with(|kernel| {
            match self.state {
                State::New if self.deadline <= kernel.now() => {
                    outside::check("a sleep");
                    self.state = State::Yielded;
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                State::New => {
                    outside::check("a sleep");
                    self.state = State::Armed(kernel.arm(self.deadline, cx.waker()));
                }
                State::Yielded | State::Done => {
                    self.state = State::Done;
                    return Poll::Ready(());
                }
                State::Armed(key) => {
                    outside::check("a sleep");
                    assert!(kernel.owns(key), "a sleep belongs to the execution in which it was first polled: await it there");
                    kernel.rearm(key, cx.waker());
                }
            }
            let (deadline, site) = (self.deadline, self.site);
            recorder::with(|recorder| recorder.waits(|| WaitReason::Until { deadline, site }));
            Poll::Pending
        })
    }
}

impl Drop for Sleep {
    #[inline]
    fn drop(&mut self) {
        if let State::Armed(key) = self.state {
            kernel::with(|kernel| kernel.disarm(key));
        }
    }
}
