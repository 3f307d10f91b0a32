//! Probabilities that are known exactly.

use super::programs::*;
use super::{MANY, check};

#[test]
fn one_program_tells_all_schedulers_apart() {
    for (scheduler, expected) in [
        ("random", 1.0 / 2.0),
        ("urw", 2.0 / 3.0),
        ("pos", 1.0 / 3.0),
        ("pct:1:4", 0.0),
        ("pct:2:4", 1.0 / 4.0),
        ("pct:3:4", 7.0 / 16.0),
        ("pct:4:4", 37.0 / 64.0),
        // One resource, so every order of its steps is equally likely.
        ("surw", 2.0 / 3.0),
    ] {
        check("lost_update_2", LOST_UPDATE_2.buggy, scheduler, expected, MANY);
    }
}

#[test]
fn pct_learns_the_number_of_steps() {
    // k is 5, because main's last step counts. The first 4 executions, of which 3 are random, are too few to show.
    for (scheduler, expected) in [("pct:2", 1.0 / 5.0), ("pct:3", 9.0 / 25.0)] {
        check("lost_update_2", LOST_UPDATE_2.buggy, scheduler, expected, MANY);
    }
}

#[test]
fn the_bound_of_pct_is_tight_on_chains() {
    for (name, program, scheduler, expected) in [
        ("chain_3", CHAIN_3.buggy, "pct:2:3", 1.0 / 6.0),
        ("chain_4", CHAIN_4.buggy, "pct:3:4", 1.0 / 32.0),
        ("chain_5", CHAIN_5.buggy, "pct:4:5", 1.0 / 250.0),
        ("chain_3 with 20 private steps", CHAIN_3_PADDED, "pct:2:23", 1.0 / 46.0),
        ("chain_4 with 20 private steps", CHAIN_4_PADDED, "pct:3:24", 1.0 / 1152.0),
        ("chain_3", CHAIN_3.buggy, "pct:1:3", 0.0),
        ("chain_4", CHAIN_4.buggy, "pct:2:4", 0.0),
        ("chain_5", CHAIN_5.buggy, "pct:3:5", 0.0),
    ] {
        check(name, program, scheduler, expected, MANY);
    }
}

#[test]
fn one_long_and_one_short_task() {
    for (name, program, k) in [("uneven_10", UNEVEN_10.buggy, 10), ("uneven_25", UNEVEN_25, 25)] {
        check(name, program, "random", 0.5_f64.powi(k), MANY);
        check(name, program, "urw", 1.0 / f64::from(k + 1), MANY);
        check(name, program, &format!("pct:1:{}", k + 1), 0.5, MANY);
    }
}
