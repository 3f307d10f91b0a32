//! [`Show`]: how far a long exploration is, for somebody who sits at the terminal.

use super::plan::Plan;
use super::tally::Tally;

#[cfg(feature = "progress")]
pub(super) use bar::Show;
#[cfg(not(feature = "progress"))]
pub(super) use nothing::Show;

#[cfg(feature = "progress")]
mod bar {
    #![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "whoever watches wants to know how long it takes")]

    use std::io::{IsTerminal, stderr};
    use std::sync::LazyLock;
    use std::time::{Duration, Instant};

    use indicatif::{HumanCount, HumanDuration, MultiProgress, ProgressBar, ProgressStyle};

    use super::{Plan, Tally};

    /// An exploration that takes no longer has nothing to show.
    const LONG: Duration = Duration::from_secs(2);

    /// To show it more often costs time, and nobody reads so fast.
    const PAUSE: Duration = Duration::from_millis(100);

    /// One for the process: tests explore next to each other.
    static LINES: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

    /// A line at the bottom of the terminal, if standard error is one.
    #[derive(Debug)]
    pub(in super::super) struct Show<'a> {
        start: Instant,
        /// Whether anybody watches. To ask takes a system call, as long as several short executions, so it is asked when there is
        /// something to show.
        on: Option<bool>,
        name: &'a str,
        /// Unknown where every schedule is tried.
        executions: Option<u64>,
        time_limit: Option<Duration>,
        bar: Option<ProgressBar>,
        /// When it was shown last, from the start.
        told: Duration,
    }

    impl<'a> Show<'a> {
        pub(in super::super) fn new(name: Option<&'a str>, plan: &Plan, start: Instant) -> Self {
            Self {
                start,
                on: plan.replay.is_some().then_some(false),
                name: name.unwrap_or("exploring"),
                executions: Some(plan.most()).filter(|most| *most < u64::MAX),
                time_limit: plan.time_limit,
                bar: None,
                told: Duration::ZERO,
            }
        }

        /// Whether anybody may be watching.
        pub(in super::super) fn is_on(&self) -> bool {
            self.on != Some(false)
        }

        /// Nothing more is to be shown.
        pub(in super::super) fn end(self) {}

        /// Shows what it has come to so far.
        pub(in super::super) fn tell(&mut self, tally: &Tally) {
            if !self.is_on() {
                return;
            }
            let elapsed = self.start.elapsed();
            if elapsed < LONG || elapsed < self.told + PAUSE || !*self.on.get_or_insert_with(|| stderr().is_terminal()) {
                return;
            }
            self.told = elapsed;
            let (name, executions) = (self.name, self.executions);
            let bar = self.bar.get_or_insert_with(|| {
                let bar = LINES.add(executions.map_or_else(ProgressBar::no_length, ProgressBar::new));
                let template = match executions {
                    Some(_) => "{prefix} [{bar:20}] {human_pos}/{human_len}  {msg}",
                    None => "{prefix} {spinner} {human_pos}  {msg}",
                };
                bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
                bar.set_prefix(name.to_owned());
                bar
            });
            bar.set_position(tally.executions);
            bar.set_message(message(tally, elapsed, executions, self.time_limit));
        }
    }

    /// Executions a second, distinct interleavings, how likely a further one is new, the time left.
    fn message(tally: &Tally, elapsed: Duration, executions: Option<u64>, limit: Option<Duration>) -> String {
        let rate = tally.executions as f64 / elapsed.as_secs_f64();
        let of_executions = executions.map(|most| (most.saturating_sub(tally.executions)) as f64 / rate.max(1e-9));
        let of_executions = of_executions.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let of_time = limit.map(|limit| limit.saturating_sub(elapsed));
        let left = of_executions.into_iter().chain(of_time).min();
        let left = left.map_or_else(String::new, |left| format!("  {} left", HumanDuration(left)));
        format!(
            "{}/s  {} distinct  unseen {:.3}{left}",
            HumanCount(rate as u64),
            HumanCount(tally.seen.distinct()),
            tally.seen.unseen()
        )
    }

    impl Drop for Show<'_> {
        fn drop(&mut self) {
            if let Some(bar) = self.bar.take() {
                bar.finish_and_clear();
                LINES.remove(&bar);
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn the_line_says_how_fast_how_much_is_new_and_how_long_it_takes() {
            let tally = Tally { executions: 5_000, ..Tally::default() };
            let seconds = Duration::from_secs;
            let text = message(&tally, seconds(5), Some(20_000), None);
            assert_eq!(text, "1,000/s  0 distinct  unseen 1.000  15 seconds left");
            let text = message(&tally, seconds(5), Some(20_000), Some(seconds(8)));
            assert_eq!(text, "1,000/s  0 distinct  unseen 1.000  3 seconds left");
            assert_eq!(message(&tally, seconds(5), None, None), "1,000/s  0 distinct  unseen 1.000");
        }
    }
}

#[cfg(not(feature = "progress"))]
mod nothing {
    #![allow(clippy::disallowed_types, reason = "as it is where something is shown")]

    use std::marker::PhantomData;
    use std::time::Instant;

    use super::{Plan, Tally};

    /// Nothing is shown.
    #[derive(Debug)]
    pub(in super::super) struct Show<'a>(PhantomData<&'a str>);

    impl<'a> Show<'a> {
        pub(in super::super) fn new(_name: Option<&'a str>, _plan: &Plan, _start: Instant) -> Self {
            Self(PhantomData)
        }

        pub(in super::super) fn is_on(&self) -> bool {
            false
        }

        pub(in super::super) fn end(self) {}

        pub(in super::super) fn tell(&mut self, _tally: &Tally) {}
    }
}
