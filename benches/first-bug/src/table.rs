//! Medians, their ratios, and tables of them.

use std::fmt;
use std::io::Write;

/// Results of many seeds. Those of seeds that found nothing are at least what they say.
#[derive(Clone, Debug)]
pub(crate) struct Sample(Vec<(f64, bool)>);

impl Sample {
    pub(crate) fn new(results: impl Iterator<Item = (f64, bool)>) -> Self {
        let mut results: Vec<_> = results.collect();
        results.sort_by(|one, other| one.0.total_cmp(&other.0));
        Self(results)
    }

    /// Of an even number, the greater of the two in the middle.
    pub(crate) fn median(&self) -> f64 {
        self.0.get(self.0.len() / 2).map_or(f64::NAN, |(value, _)| *value)
    }

    /// Whether the median is a lower bound only: as many seeds have found nothing as there are above it, or more.
    pub(crate) fn is_bound(&self) -> bool {
        2 * self.0.iter().filter(|(_, nothing)| *nothing).count() >= self.0.len()
    }

    /// As a number of executions.
    pub(crate) fn whole(&self, most: u64) -> String {
        if self.is_bound() { format!("> {most}") } else { format!("{:.0}", self.median()) }
    }

    /// With three digits.
    pub(crate) fn short(&self) -> String {
        let bound = if self.is_bound() { "> " } else { "" };
        let median = self.median();
        format!("{bound}{median:.*}", if median < 10.0 { 1 } else { 0 })
    }
}

/// How many times one median is as great as another one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Ratio {
    Of(f64),
    /// The one above has found nothing.
    AtLeast(f64),
    /// The one below has found nothing.
    AtMost(f64),
    /// Neither has.
    Unknown,
}

pub(crate) fn ratio(above: &Sample, below: &Sample) -> Ratio {
    let value = above.median() / below.median();
    match (above.is_bound(), below.is_bound()) {
        (false, false) => Ratio::Of(value),
        (true, false) => Ratio::AtLeast(value),
        (false, true) => Ratio::AtMost(value),
        (true, true) => Ratio::Unknown,
    }
}

impl Ratio {
    pub(crate) fn value(self) -> f64 {
        match self {
            Self::Of(value) | Self::AtLeast(value) | Self::AtMost(value) => value,
            Self::Unknown => f64::NAN,
        }
    }

    pub(crate) fn is_over(self, limit: f64) -> bool {
        matches!(self, Self::Of(value) | Self::AtLeast(value) if value > limit)
    }

    pub(crate) fn is_at_least(self, limit: f64) -> bool {
        matches!(self, Self::Of(value) | Self::AtLeast(value) if value >= limit)
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, value) = match *self {
            Self::Of(value) => ("", value),
            Self::AtLeast(value) => ("> ", value),
            Self::AtMost(value) => ("< ", value),
            Self::Unknown => return f.write_str("-"),
        };
        match value {
            value if value < 10.0 => write!(f, "{sign}{value:.2}"),
            value => write!(f, "{sign}{value:.0}"),
        }
    }
}

/// Of those that are known.
pub(crate) fn geometric_mean(values: &[f64]) -> f64 {
    let logarithms: Vec<f64> = values.iter().filter(|value| value.is_finite()).map(|value| value.ln()).collect();
    (logarithms.iter().sum::<f64>() / logarithms.len() as f64).exp()
}

pub(crate) fn head(out: &mut impl Write, columns: &[&str]) -> std::io::Result<()> {
    writeln!(out, "| {} |", columns.join(" | "))?;
    writeln!(out, "| --- |{}", " ---: |".repeat(columns.len() - 1))
}

pub(crate) fn row(out: &mut impl Write, name: &str, cells: &[String]) -> std::io::Result<()> {
    writeln!(out, "| {name} | {} |", cells.join(" | "))
}

pub(crate) fn list(names: &[&str]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}
