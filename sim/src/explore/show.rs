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
    pub(in super::super) struct Show {
        start: Instant,
        on: bool,
        name: String,
        /// Unknown where every schedule is tried.
        executions: Option<u64>,
        time_limit: Option<Duration>,
        bar: Option<ProgressBar>,
        /// When it was shown last, from the start.
        told: Duration,
    }

    impl Show {
        pub(in super::super) fn new(name: Option<&str>, plan: &Plan) -> Self {
            Self {
                start: Instant::now(),
                on: plan.replay.is_none() && stderr().is_terminal(),
                name: name.unwrap_or("exploring").to_owned(),
                executions: Some(plan.most()).filter(|most| *most < u64::MAX),
                time_limit: plan.time_limit,
                bar: None,
                told: Duration::ZERO,
            }
        }

        /// Whether anybody watches.
        pub(in super::super) fn is_on(&self) -> bool {
            self.on
        }

        /// Nothing more is to be shown.
        pub(in super::super) fn end(self) {}

        /// Shows what it has come to so far.
        pub(in super::super) fn tell(&mut self, tally: &Tally) {
            let elapsed = self.start.elapsed();
            if !self.on || elapsed < LONG || elapsed < self.told + PAUSE {
                return;
            }
            self.told = elapsed;
            let (name, executions) = (&self.name, self.executions);
            let bar = self.bar.get_or_insert_with(|| {
                let bar = LINES.add(executions.map_or_else(ProgressBar::no_length, ProgressBar::new));
                let template = match executions {
                    Some(_) => "{prefix} [{bar:20}] {human_pos}/{human_len}  {msg}",
                    None => "{prefix} {spinner} {human_pos}  {msg}",
                };
                bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
                bar.set_prefix(name.clone());
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

    impl Drop for Show {
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
    use super::{Plan, Tally};

    /// Nothing is shown.
    #[derive(Debug)]
    pub(in super::super) struct Show;

    impl Show {
        pub(in super::super) fn new(_name: Option<&str>, _plan: &Plan) -> Self {
            Self
        }

        pub(in super::super) fn is_on(&self) -> bool {
            false
        }

        pub(in super::super) fn end(self) {}

        pub(in super::super) fn tell(&mut self, _tally: &Tally) {}
    }
}
