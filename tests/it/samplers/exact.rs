//! Probabilities that are known exactly.

use super::programs::*;
use super::waiting::*;
use super::{MANY, check, share};

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
        check("lost_update_2", LOST_UPDATE_2, scheduler, expected, MANY);
    }
}

#[test]
fn pct_learns_the_number_of_steps() {
    // k is 5, because main's last step counts. The first 4 executions, of which 3 are random, are too few to show.
    for (scheduler, expected) in [("pct:2", 1.0 / 5.0), ("pct:3", 9.0 / 25.0)] {
        check("lost_update_2", LOST_UPDATE_2, scheduler, expected, MANY);
    }
}

#[test]
fn the_bound_of_pct_is_tight_on_chains() {
    for (name, program, scheduler, expected) in [
        ("chain_3", CHAIN_3, "pct:2:3", 1.0 / 6.0),
        ("chain_4", CHAIN_4, "pct:3:4", 1.0 / 32.0),
        ("chain_5", CHAIN_5, "pct:4:5", 1.0 / 250.0),
        ("chain_3 with 20 private steps", CHAIN_3_PADDED, "pct:2:23", 1.0 / 46.0),
        ("chain_4 with 20 private steps", CHAIN_4_PADDED, "pct:3:24", 1.0 / 1152.0),
        ("chain_3", CHAIN_3, "pct:1:3", 0.0),
        ("chain_4", CHAIN_4, "pct:2:4", 0.0),
        ("chain_5", CHAIN_5, "pct:3:5", 0.0),
    ] {
        check(name, program, scheduler, expected, MANY);
    }
}

/// Name, program, steps, then probabilities: random, urw, pct of depth 1, 2 and 3, pos (from 100,000 runs).
type Row = (&'static str, Program, u32, [f64; 5], f64);

/// Programs of which no task ever waits. Where a task may stop early, URW's probability follows from the steps that each takes
/// at most: for bluetooth 5 and 5, for the other three 3 and 3.
const KNOWN: [Row; 13] = [
    ("lost_update_3", LOST_UPDATE_3, 6, [0.833333, 0.933333, 0.0, 0.333333, 0.555556], 0.66624),
    ("bank_audit", BANK_AUDIT, 6, [0.1875, 0.333333, 0.0, 0.25, 0.319444], 0.29136),
    ("reorder_2", REORDER_2, 6, [0.246914, 0.311111, 0.0, 0.111111, 0.203704], 0.32080),
    ("reorder_3", REORDER_3, 8, [0.222656, 0.271429, 0.0, 0.0625, 0.117188], 0.28642),
    ("write_skew", WRITE_SKEW, 6, [0.5625, 0.75, 0.0, 0.25, 0.402778], 0.35217),
    ("oversell_2", OVERSELL, 6, [0.5, 0.6, 0.0, 0.166667, 0.305556], 0.33410),
    ("timeout vs completion", TIMEOUT, 6, [0.625, 0.75, 0.0, 0.25, 0.430556], 0.41367),
    ("bluetooth", BLUETOOTH, 10, [0.039062, 0.015873, 0.0, 0.05, 0.075], 0.06585),
    ("chain_3", CHAIN_3, 3, [0.25, 0.333333, 0.0, 0.166667, 0.277778], 0.24744),
    ("chain_4", CHAIN_4, 4, [0.125, 0.166667, 0.0, 0.0, 0.03125], 0.12426),
    ("chain_5", CHAIN_5, 5, [0.0625, 0.1, 0.0, 0.0, 0.0], 0.06281),
    ("uneven_5", UNEVEN_5, 6, [0.03125, 0.166667, 0.5, 0.166667, 0.055556], 0.03042),
    ("uneven_10", UNEVEN_10, 11, [0.000977, 0.090909, 0.5, 0.090909, 0.016529], 0.00096),
];

#[test]
fn every_program_goes_wrong_as_often_as_it_should() {
    for (name, program, steps, [random, _, pct1, pct2, pct3], _) in KNOWN {
        check(name, program, "random", random, MANY);
        for (depth, expected) in [(1, pct1), (2, pct2), (3, pct3)] {
            check(name, program, &format!("pct:{depth}:{steps}"), expected, MANY);
        }
    }
}

#[test]
fn urw_and_pos_go_wrong_as_often_as_they_should() {
    for (name, program, _, [_, urw, ..], pos) in KNOWN {
        let measured = [share(program, "urw", MANY), share(program, "pos", MANY)];
        // POS: both sides are measurements, each of 100,000 executions.
        let tolerance = 4.5 * (2.0 * pos * (1.0 - pos) / MANY as f64).sqrt() + 1e-5;
        let margin = 4.5 * (urw * (1.0 - urw) / MANY as f64).sqrt() + 1e-6;
        println!(
            "{name}: urw {:.5}, {urw:.5} ± {margin:.5} expected; pos {:.5}, {pos:.5} ± {tolerance:.5} expected",
            measured[0], measured[1]
        );
        assert!((measured[0] - urw).abs() <= margin, "{name}: urw {} instead of {urw}", measured[0]);
        assert!((measured[1] - pos).abs() <= tolerance, "{name}: pos {} instead of {pos}", measured[1]);
    }
}

#[test]
fn waiting_tasks_do_not_distort_a_random_walk() {
    for (name, program, expected) in [
        ("deadlock01", DEADLOCK, 0.5),
        ("philosophers_3", PHILOSOPHERS, 1.0 / 3.0),
        ("twostage_1+1", TWO_STAGES, 0.03125),
        ("lost_wakeup", LOST_WAKEUP, 0.125),
    ] {
        check(name, program, "random", expected, MANY);
    }
    for (name, program, scheduler, expected) in [
        ("deadlock01", DEADLOCK, "pct:2:10", 0.1),
        ("deadlock01", DEADLOCK, "pct:3:10", 0.19),
        ("philosophers_3", PHILOSOPHERS, "pct:2:12", 1.0 / 24.0),
        ("lost_wakeup", LOST_WAKEUP, "pct:2:5", 0.1),
        ("lost_wakeup", LOST_WAKEUP, "pct:3:5", 0.16),
    ] {
        check(name, program, scheduler, expected, MANY);
    }
}

#[test]
fn one_long_and_one_short_task() {
    for (name, program, k) in [("uneven_10", UNEVEN_10, 10), ("uneven_25", UNEVEN_25, 25)] {
        check(name, program, "random", 0.5_f64.powi(k), MANY);
        check(name, program, "urw", 1.0 / f64::from(k + 1), MANY);
        check(name, program, &format!("pct:1:{}", k + 1), 0.5, MANY);
    }
}
