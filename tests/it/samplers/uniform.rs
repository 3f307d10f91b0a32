//! Samplers that make interleavings, or results, equally likely.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use reenact::{Explorer, SchedulerKind};

use super::programs::*;
use super::{MANY, check, share};

/// How often each result came out in `MANY` executions.
fn results<F: Future<Output = u64>>(scheduler: &str, body: impl Fn() -> F) -> BTreeMap<u64, u64> {
    let counts = Rc::new(RefCell::new(BTreeMap::new()));
    Explorer::new().scheduler(scheduler.parse().unwrap()).executions(MANY).seed(9).run(|| {
        let (run, counts) = (body(), counts.clone());
        async move {
            let result = run.await;
            *counts.borrow_mut().entry(result).or_insert(0) += 1;
        }
    });
    counts.take()
}

/// The distance of the counts from `classes` equally likely ones.
fn chi_square(counts: &BTreeMap<u64, u64>, classes: u64) -> f64 {
    let expected = MANY as f64 / classes as f64;
    let seen: f64 = counts.values().map(|count| (*count as f64 - expected).powi(2) / expected).sum();
    seen + (classes - counts.len() as u64) as f64 * expected
}

#[test]
fn urw_makes_all_interleavings_equally_likely() {
    // 252 of them, each with a result of its own: 251 degrees of freedom.
    let most = 251.0 + 4.5 * 502_f64.sqrt();
    for (scheduler, uniform) in [("urw", true), ("surw", true), ("random", false)] {
        let counts = results(scheduler, doubling);
        let chi = chi_square(&counts, 252);
        println!("{scheduler}: {} results, chi-square {chi:.1}, {most:.1} at most if uniform", counts.len());
        assert_eq!(counts.len(), 252, "{scheduler}");
        assert_eq!(chi < most, uniform, "{scheduler}: {chi}");
    }
}

#[test]
fn urw_hands_weights_down_to_tasks_that_are_spawned_step_by_step() {
    for (name, program, known) in [
        ("reorder_2_spawned", REORDER_2_SPAWNED, 0.21403),
        ("reorder_3_spawned", REORDER_3_SPAWNED, 0.14822),
        ("reorder_4_spawned", REORDER_4_SPAWNED, 0.10276),
    ] {
        // The share of all interleavings, where there are few enough to try.
        if name.starts_with("reorder_2") {
            let every = SchedulerKind::Exhaustive { preemptions: None };
            let wrong = std::cell::Cell::new(0u64);
            let report = Explorer::new().scheduler(every).run(async || wrong.set(wrong.get() + u64::from(program().await)));
            assert!(report.exhausted);
            let exact = wrong.get() as f64 / report.executions as f64;
            println!("{name}: {} of {} interleavings, {exact:.5}, known as {known}", wrong.get(), report.executions);
            assert!((exact - known).abs() < 1e-5, "{name}: {exact} instead of {known}");
        }
        check(name, program, "urw", known, MANY);
    }
}

const ALL: [&str; 7] = ["random", "pct:1:4", "pct:2:4", "pct:4:4", "pos", "urw", "surw"];

#[test]
fn tasks_of_one_step_come_in_every_order_equally_often() {
    let most = 23.0 + 4.5 * 46_f64.sqrt();
    for scheduler in ALL {
        let counts = results(scheduler, floating_reads);
        let chi = chi_square(&counts, 24);
        println!("{scheduler}: {} orders, chi-square {chi:.1}, {most:.1} at most", counts.len());
        assert!(counts.len() == 24 && chi < most, "{scheduler}: {chi}");
    }
}

#[test]
fn readers_come_before_the_writer_as_often_as_after_it() {
    let near = |name: &str, measured: f64, expected: f64| {
        let tolerance = 4.5 * (expected * (1.0 - expected) / MANY as f64).sqrt();
        println!("{name}: {measured:.5}, expected {expected:.5} ± {tolerance:.5}");
        assert!((measured - expected).abs() <= tolerance, "{name}: {measured} instead of {expected}");
    };
    for scheduler in ALL {
        // Which of four readers came before the writer, as bits.
        let counts = results(scheduler, readers);
        let part = |holds: &dyn Fn(u64) -> bool| {
            counts.iter().filter(|(seen, _)| holds(**seen)).map(|(_, count)| *count as f64).sum::<f64>() / MANY as f64
        };
        // How many readers come first. A reader's step redraws the writer's priority under POS, so that after j readers the
        // writer has lost to the best of the rest as if for the first time.
        let numbers = match scheduler {
            "pos" => [1.0 / 5.0, 3.0 / 10.0, 19.0 / 70.0, 93.0 / 560.0, 1.0 / 16.0],
            _ => [0.2; 5],
        };
        let first = (0..).zip(numbers).map(|(before, probability)| f64::from(before) * probability / 4.0).sum();
        for reader in 0..4 {
            near(&format!("{scheduler}, reader {reader} first"), part(&|seen| seen >> reader & 1 == 1), first);
        }
        for (before, expected) in (0..).zip(numbers) {
            near(&format!("{scheduler}, {before} readers first"), part(&|seen| seen.count_ones() == before), expected);
        }
        near(&format!("{scheduler}, readers 0 and 1 first"), part(&|seen| seen == 0b11), numbers[2] / 6.0);
    }
}

#[test]
fn surw_finds_what_depends_on_one_resource_however_much_else_happens() {
    // One of the three orders of the interesting steps goes wrong, whatever the 20 private ones do.
    let expected = 1.0 / 3.0;
    check("chain_3 with 20 private steps", CHAIN_3_PADDED, "surw", expected, MANY);
    let urw = share(CHAIN_3_PADDED, "urw", MANY);
    assert!(urw < 0.7 * expected, "{urw}");
}
