//! How often each scheduler finds each bug, against the exact values.
//!
//! Of a program without steps in vain they are the published ones. Of the others our own are computed from all interleavings;
//! that the same computation gives the published ones, once the steps in vain are left out, shows that the program is
//! the published one. A random walk is not changed by them: a step that changes nothing changes no probability.

use super::measure::{MANY, SEED, check, share};
use super::priorities;
use super::programs::*;
use super::published::{KNOWN, Probabilities, Published};
use super::tree::learned_steps;

/// Those with published probabilities.
fn rows() -> impl Iterator<Item = (&'static Published, &'static Probabilities)> {
    static ROWS: [Published; KNOWN.len()] = KNOWN;
    ROWS.iter().filter_map(|known| known.exact.as_ref().map(|exact| (known, exact)))
}

#[track_caller]
fn near(what: &str, computed: f64, published: f64) {
    assert!((computed - published).abs() < 1e-6, "{what}: {computed} instead of {published}");
}

#[test]
fn all_interleavings_together_give_the_published_probabilities() {
    for (known, exact) in rows() {
        let name = known.program.name;
        let Some(trees) = known.trees() else { continue };
        near(name, trees.effective.random(), exact.random);
        near(name, trees.ours.random(), exact.random);
        for (depth, published) in (1..).zip(exact.pct) {
            near(&format!("{name}, pct:{depth}"), trees.effective.pct(depth, known.steps), published);
        }
        // There a task has as many steps as in a run without preemptions.
        let mut steps = trees.effective.steps_without_preemptions();
        if name == WRITE_SKEW.name {
            // Its second task has nothing to write then, and what touches nothing is not counted there.
            steps = vec![3, 2];
        }
        println!("{name}: urw {} for {steps:?}", trees.effective.urw(&steps));
        near(&format!("{name}, urw"), trees.effective.urw(&steps), exact.urw);
    }
}

#[test]
fn a_random_walk_finds_every_bug_as_often_as_it_should() {
    for known in &KNOWN {
        let exact = match &known.exact {
            Some(exact) => exact.random,
            None => known.trees().expect("there are few").ours.random(),
        };
        check(known.program.name, known.program.buggy, "random", exact, MANY);
    }
}

#[test]
fn urw_finds_every_bug_as_often_as_it_should() {
    for known in &KNOWN {
        // It has learned how many steps each task takes at most, in one execution in fifo order and three at random.
        let steps = learned_steps(known.program.buggy, SEED);
        // See `millions` for the other one.
        let Some(trees) = known.trees() else { continue };
        let expected = trees.ours.urw(&steps);
        check(known.program.name, known.program.buggy, "urw", expected, MANY);
    }
}

/// PCT of one depth.
fn check_pct(depth: u32) {
    for known in &KNOWN {
        let expected = match &known.exact {
            Some(exact) if !known.has_steps_in_vain() => exact.pct[depth as usize - 1],
            _ => priorities::pct(known.program.buggy, known.tasks(), depth, known.steps),
        };
        let scheduler = format!("pct:{depth}:{}", known.steps);
        check(known.program.name, known.program.buggy, &scheduler, expected, MANY);
    }
}

#[test]
fn pct_of_depth_1_finds_every_bug_as_often_as_it_should() {
    check_pct(1);
}

#[test]
fn pct_of_depth_2_finds_every_bug_as_often_as_it_should() {
    check_pct(2);
}

#[test]
fn pct_of_depth_3_finds_every_bug_as_often_as_it_should() {
    check_pct(3);
}

#[test]
fn pos_finds_every_bug_as_often_as_it_should() {
    // POS acts on recorded accesses. What happens inside `Notify` and channels is none.
    let unrecorded = [LOST_WAKEUP, COALESCED, DROPPED_READ].map(|program| program.name);
    let recorded = rows().filter(|(known, _)| !known.has_steps_in_vain() && !unrecorded.contains(&known.program.name));
    for (known, exact) in recorded {
        let (name, pos) = (known.program.name, exact.pos);
        let measured = share(known.program.buggy, "pos", MANY);
        // Both sides are measurements, each of 100,000 executions.
        let tolerance = 4.5 * (2.0 * pos * (1.0 - pos) / MANY as f64).sqrt() + 1e-5;
        println!("{name}, pos: {measured:.5}, {pos:.5} ± {tolerance:.5} expected");
        assert!((measured - pos).abs() <= tolerance, "{name}: pos {measured} instead of {pos}");
    }
}
