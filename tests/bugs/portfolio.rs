//! The default scheduler finds every bug.

use super::measure::firsts;
use super::programs::all;

#[test]
fn the_portfolio_finds_every_bug_within_10_000_executions_whatever_the_seed() {
    for program in all() {
        let name = program.name;
        let firsts = firsts(program.buggy, "portfolio", 10_000);
        println!("{name}: {} executions in the median, {} at most", firsts[50], firsts[99]);
        assert!(firsts[99] <= 10_000, "{name}: {firsts:?}");
    }
}
