//! The results as text.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use crate::counts::Counter;
use crate::curve::Curve;
use crate::measure::Point;

/// What a terminal shows as soon as it is known.
pub(crate) fn line(point: &Point) -> String {
    format!("{:<8} {:>10}  {}", point.curve.name(), point.size, cells(point).join("  "))
}

fn cells(point: &Point) -> Vec<String> {
    let counts = |figure: fn(&crate::counts::Counts) -> f64, digits: usize| {
        point.counts.as_ref().map_or("-".to_owned(), |counts| format!("{:.digits$}", figure(counts)))
    };
    vec![
        format!("{:.1}", point.nanoseconds),
        format!("{:.1} .. {:.1}", point.spread.0, point.spread.1),
        counts(|counts| counts.instructions, 0),
        counts(|counts| counts.first_level_misses, 2),
        counts(|counts| counts.last_level_misses, 2),
        point.bytes.map_or("-".to_owned(), |bytes| format!("{bytes:.0}")),
    ]
}

/// The page that stands in the documentation.
pub(crate) fn page(points: &[Point], counter: Option<&Counter>) -> String {
    let mut page = String::from("<!-- Written by `cargo run --release` in benches/size. -->\n\n# Cost against size\n\n");
    let counted = counter.map_or("not counted".to_owned(), |counter| format!("cachegrind of {}", counter.version));
    let _ = writeln!(page, "{}, {}; instructions and misses: {counted}.", processor(), compiler());
    page.push_str(
        "Times are medians, with the fastest and the slowest round. Everything is for one unit, in executions after the first, when \
         memory is there already; bytes are what the first execution has added to the process.\n\n![the curves](size.svg)\n",
    );
    for curve in Curve::ALL {
        let of_curve: Vec<&Point> = points.iter().filter(|point| point.curve == curve).collect();
        if of_curve.is_empty() {
            continue;
        }
        let _ = writeln!(page, "\n## {}\n\nOne unit: a {}.\n", curve.name(), curve.unit());
        page.push_str("| size | ns | spread | instructions | L1 misses | LL misses | bytes |\n");
        page.push_str("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
        for point in &of_curve {
            let _ = writeln!(page, "| {} | {} |", grouped(point.size), cells(point).join(" | "));
        }
        if let Some(growth) = growth(&of_curve) {
            let _ = writeln!(page, "\n{growth} {}", curve.why());
        }
    }
    page
}

/// How much a unit costs more in a large execution than in one of 100, below which begin and end decide: as far as misses were
/// counted, because they explain it.
fn growth(points: &[&Point]) -> Option<String> {
    let counted: Vec<_> = points.iter().filter_map(|point| Some((point, point.counts.as_ref()?))).collect();
    let (small, few) = counted.iter().find(|(point, _)| point.size >= 100)?;
    let (large, many) = counted.last().filter(|(point, _)| point.size > small.size)?;
    Some(format!(
        "From {} to {}: {:.1} times the time, {:.1} times the instructions; a unit misses the first cache {:.2} and {:.2} times, the last one \
         {:.2} and {:.2} times.",
        grouped(small.size),
        grouped(large.size),
        large.nanoseconds / small.nanoseconds,
        many.instructions / few.instructions,
        few.first_level_misses,
        many.first_level_misses,
        few.last_level_misses,
        many.last_level_misses,
    ))
}

/// 1,000,000 for 1000000.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap_or_default()).collect();
    groups.join(",")
}

fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    name.map_or("processor unknown".to_owned(), |(_, name)| name.to_owned())
}

fn compiler() -> String {
    let output = Command::new("rustc").arg("--version").output();
    output.map_or("compiler unknown".to_owned(), |output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
