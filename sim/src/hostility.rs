//! [`Hostility`]: what a hostile executor may do.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::time::Duration;

use crate::error::Error;

/// How many spurious polls and how many late wakes an execution has at most, where nobody said a number.
const MOST: u32 = 2;
/// How late a wake is at most, where nobody said it.
const LATE_BY: u64 = 1_000_000;

/// What an executor may do to futures, because the contract of [`Future`] allows it, and a friendly one never does.
///
/// Published crates break on it: they were only ever polled by executors that are kinder than they have to be. A hostile simulation
/// ([`Sim::hostile`](crate::Sim::hostile), [`Explorer::hostile`](crate::Explorer::hostile),
/// `#[reenact::test(hostile)]`, `REENACT_HOSTILE`) does it at **choice points** of kind [`Fault`](crate::ChoiceKind::Fault), so what breaks a
/// program is recorded, replayed and shrunk like everything else. Alternative 0 is always the friendly one: under fifo a hostile
/// execution does what it does without hostility.
///
/// | what | text | where the choice is made | what std says |
/// | --- | --- | --- | --- |
/// | a task is polled although nobody woke it | `spurious` or `spurious:N`: N times an execution | after a step that leaves its task waiting; when the clock has moved, for each waiting task | "Futures alone are inert; they must be *actively* `poll`ed"; a poll is allowed at any time before `Ready` |
/// | every poll of a task brings another waker, and the wakers of earlier polls do nothing any more; [`will_wake`](std::task::Waker::will_wake) is false between them | `fresh` | at the second poll of each task | "on multiple calls to `poll`, only the `Waker` from the `Context` passed to the most recent call should be scheduled to receive a wakeup" |
/// | a wake arrives late: once all that is ready has stepped (64 steps at most), and, if the next timers are due within a millisecond, after them | `late`, `late:N` or `late:N:D`: N times an execution, outrun by timers within D, as in `5ms` | at each wake of a waiting task | nothing: a wake says that the task should be polled, never when |
///
/// A wake is never lost. A late one arrives before a deadlock is declared, before a limit of virtual time fails the execution, and before main's
/// end gives ready tasks their last step. The clock may move before it arrives: once, and no further than the wake may be late. Within
/// one instant the scheduler decides who steps next in any case, so a wake that is late within its instant would show nothing that
/// another order does not show; but what happens a moment before a timeout, and is heard of a moment after it, is seen in
/// no friendly execution and in every real one. So with late wakes a sleep may return later than its deadline. Cancel requests are no
/// wakes; they are never late.
///
/// How often it happens: schedulers that draw at random take a fault at one of 2, 4, .. 256 such choices, which of these is drawn anew for
/// each execution, so that short and long programs get some (as in A. Groce et al., "Swarm Testing", ISSTA 2012). The exhaustive scheduler
/// tries all of them; the two numbers keep its tree small.
///
/// ```
/// use reenact_sim::{Explorer, Hostility, time};
/// use std::{future::{Future, poll_fn}, task::Poll, time::Duration};
///
/// // Takes the second poll for the wake that it waits for.
/// async fn hasty() {
///     let mut sleep = Box::pin(time::sleep(Duration::from_secs(1)));
///     let mut polled = false;
///     poll_fn(|cx| match std::mem::replace(&mut polled, true) {
///         true => Poll::Ready(()),
///         false => sleep.as_mut().poll(cx),
///     })
///     .await;
///     assert!(sleep.is_elapsed(), "woken too early");
/// }
///
/// let explorer = Explorer::new().hostile(Hostility::all());
/// let failure = explorer.run(hasty).failure.unwrap();
/// assert!(failure.message.contains("woken too early"));
/// // One fault, and what the schedule needs to know of the hostility.
/// assert_eq!(failure.schedule.to_string(), "r1:0=1/2;hostile=spurious:2,fresh,late:2:1ms");
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "a hostility does nothing by itself: give it to Sim::hostile or Explorer::hostile"]
pub struct Hostility {
    spurious_polls: u32,
    late_wakes: u32,
    /// Nanoseconds.
    late_by: u64,
    fresh_wakers: bool,
}

impl Hostility {
    pub(crate) const NONE: Self = Self { spurious_polls: 0, late_wakes: 0, late_by: LATE_BY, fresh_wakers: false };

    /// A friendly executor: the default.
    pub const fn none() -> Self {
        Self::NONE
    }

    /// All of it, with at most 2 spurious polls and 2 late wakes an execution, late by a millisecond at most.
    pub const fn all() -> Self {
        Self { spurious_polls: MOST, late_wakes: MOST, late_by: LATE_BY, fresh_wakers: true }
    }

    /// How many times an execution polls a task that nobody woke, at most.
    pub const fn spurious_polls(mut self, most: u32) -> Self {
        self.spurious_polls = most;
        self
    }

    /// Whether tasks may get another waker at every poll, with the earlier ones dead.
    pub const fn fresh_wakers(mut self, fresh: bool) -> Self {
        self.fresh_wakers = fresh;
        self
    }

    /// How many wakes of an execution arrive late, at most.
    pub const fn late_wakes(mut self, most: u32) -> Self {
        self.late_wakes = most;
        self
    }

    /// How late a wake may be: timers that are due so soon after it may fire first. A millisecond if this is not called.
    ///
    /// A program whose timers are seconds apart shows more if this is seconds, too. No more than 584 years count.
    pub const fn late_by(mut self, most: Duration) -> Self {
        let nanos = most.as_nanos();
        self.late_by = if nanos > u64::MAX as u128 { u64::MAX } else { nanos as u64 };
        self
    }

    /// Whether it is no hostility at all.
    pub const fn is_none(&self) -> bool {
        !self.fresh_wakers && self.spurious_polls == 0 && self.late_wakes == 0
    }

    /// How late a wake may be says nothing where none is.
    const fn parts(&self) -> (u32, u32, u64, bool) {
        let late_by = if self.late_wakes > 0 { self.late_by } else { 0 };
        (self.spurious_polls, self.late_wakes, late_by, self.fresh_wakers)
    }

    pub(crate) const fn most_spurious_polls(&self) -> u32 {
        self.spurious_polls
    }

    pub(crate) const fn most_late_wakes(&self) -> u32 {
        self.late_wakes
    }

    pub(crate) const fn most_late_by(&self) -> Duration {
        Duration::from_nanos(self.late_by)
    }

    pub(crate) const fn has_fresh_wakers(&self) -> bool {
        self.fresh_wakers
    }
}

/// Hostilities are equal if they allow the same.
impl PartialEq for Hostility {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for Hostility {}

impl Hash for Hostility {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

impl Default for Hostility {
    fn default() -> Self {
        Self::NONE
    }
}

impl fmt::Display for Hostility {
    /// `none`, or what [`FromStr`] reads: all numbers are written, so that a saved text never changes its meaning.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if self.spurious_polls > 0 {
            parts.push(format!("spurious:{}", self.spurious_polls));
        }
        if self.fresh_wakers {
            parts.push("fresh".to_owned());
        }
        if self.late_wakes > 0 {
            parts.push(format!("late:{}:{}", self.late_wakes, written(self.late_by)));
        }
        f.write_str(if parts.is_empty() { "none" } else { "" })?;
        f.write_str(&parts.join(","))
    }
}

const UNITS: [(&str, u64); 4] = [("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000), ("ns", 1)];

/// In the largest unit that makes it a whole number.
fn written(nanos: u64) -> String {
    let fits = |(_, unit): &&(&str, u64)| nanos.is_multiple_of(*unit);
    let (name, unit) = UNITS.iter().find(fits).unwrap_or(&UNITS[3]);
    format!("{}{name}", nanos / unit)
}

/// A whole number with its unit.
fn read(text: &str) -> Option<u64> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, name) = text.split_at(digits);
    let (_, unit) = UNITS.iter().find(|(known, _)| *known == name)?;
    number.parse::<u64>().ok()?.checked_mul(*unit)
}

impl FromStr for Hostility {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let invalid = || {
            Error::hostility(format!(
                "`{text}` is no hostility: none, all, or some of spurious, spurious:N, fresh, late, late:N and late:N:D are, as \
                 in spurious:1,late:1:5ms (N is 1 or more, {MOST} where it is missing; D is 1ms where it is missing)"
            ))
        };
        match text {
            "none" => return Ok(Self::none()),
            "all" => return Ok(Self::all()),
            _ => {}
        }
        let mut hostility = Self::none();
        for part in text.split(',') {
            let mut parts = part.split(':');
            let name = parts.next().unwrap_or_default();
            let most = match parts.next() {
                Some(number) => {
                    let number = number.parse::<u32>().ok().filter(|most| *most > 0 && !number.starts_with('+'));
                    Some(number.ok_or_else(invalid)?)
                }
                None => None,
            };
            let by = match parts.next() {
                Some(by) => Some(read(by).ok_or_else(invalid)?),
                None => None,
            };
            if parts.next().is_some() {
                return Err(invalid());
            }
            let given = match (name, most, by) {
                ("spurious", most, None) => std::mem::replace(&mut hostility.spurious_polls, most.unwrap_or(MOST)) > 0,
                ("late", most, by) => {
                    hostility.late_by = by.unwrap_or(LATE_BY);
                    std::mem::replace(&mut hostility.late_wakes, most.unwrap_or(MOST)) > 0
                }
                ("fresh", None, None) => std::mem::replace(&mut hostility.fresh_wakers, true),
                _ => return Err(invalid()),
            };
            if given {
                return Err(Error::hostility(format!("`{text}` says `{name}` twice")));
            }
        }
        Ok(hostility)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_what_it_parses() {
        for text in
            ["none", "spurious:1", "fresh", "late:7:1ms", "spurious:2,fresh,late:2:3s", "fresh,late:1:1500us", "late:1:7ns"]
        {
            assert_eq!(text.parse::<Hostility>().unwrap().to_string(), text);
        }
        assert_eq!("all".parse::<Hostility>().unwrap(), Hostility::all());
        assert_eq!("late,spurious".parse::<Hostility>().unwrap(), Hostility::all().fresh_wakers(false));
    }

    #[test]
    fn what_does_not_parse_says_what_would() {
        for text in [
            "",
            "some",
            "spurious:0",
            "spurious:x",
            "late:+1",
            "late:1:",
            "late:1:5",
            "late:1:1.5ms",
            "late:1:1ms:1",
            "fresh:1",
            "fresh,",
            "all,fresh",
            "none,late",
        ] {
            let error = text.parse::<Hostility>().unwrap_err();
            assert!(error.is_hostility());
            assert!(error.to_string().starts_with(&format!("`{text}` is no hostility: none, all")), "{error}");
        }
        for text in ["late,late", "fresh,fresh", "spurious:1,spurious"] {
            assert!(text.parse::<Hostility>().unwrap_err().to_string().ends_with("twice"));
        }
    }
}
