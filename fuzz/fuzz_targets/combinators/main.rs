//! Any scenario under any schedule: our combinators keep what SEMANTICS.md says.
//!
//! The first bytes are the construct and the scenario, the others the execution, so that libFuzzer changes both. What is checked is
//! computed from the scenario and the children's journal, never by a combinator.

#![no_main]

mod read;

use std::rc::Rc;

use libfuzzer_sys::fuzz_target;
use reenact_properties::guarantees::{Combinators, Construct, Ours, Seen, observe};
use reenact_properties::scenario::Scenario;
use reenact_sim::{Explorer, Regressions, TaskPanics, cover};

use read::Bytes;

thread_local! {
    static OURS: Rc<dyn Combinators> = Rc::new(Ours);
}

fuzz_target!(|bytes: &[u8]| {
    let mut bytes = Bytes(bytes);
    let construct = Construct::ALL[bytes.below(Construct::ALL.len())];
    let scenario = bytes.scenario();
    let ours = OURS.with(Rc::clone);
    reenact_libfuzzer::run_with(
        "combinators",
        || {
            // A child that panics is a part of the scenario. Nothing is saved: the scenario is a part of the input, too.
            Explorer::new().task_panics(TaskPanics::Deliver).max_steps(100_000).regressions(Regressions::Off)
        },
        bytes.0,
        || async {
            if let Some(seen) = observe(&ours, construct, &scenario).await {
                judge(construct, &scenario, &seen);
            }
        },
    );
});

fn judge(construct: Construct, scenario: &Scenario, seen: &Seen) {
    cover!("construct", construct as u32);
    // What happened, without when: who started, was asked, ended and was dropped, in which order.
    for entry in &seen.entries {
        cover!("event", (construct as u32, format!("{:?}", entry.event)));
    }
    for guarantee in construct.guarantees() {
        if !guarantee.applies(seen) {
            continue;
        }
        cover!("guarantee", (construct as u32, guarantee.number));
        if let Err(told) = guarantee.check(seen) {
            panic!("{construct}, {} ({}): {told}\n{scenario}", guarantee.number, guarantee.says);
        }
    }
}
