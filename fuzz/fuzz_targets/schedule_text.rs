//! Any text, as a schedule in each of its forms: it is refused, or it prints as what it is.

#![no_main]

use libfuzzer_sys::fuzz_target;
use reenact_sim::{Schedule, TaskPath};

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    for version in ["", "r1:", "r2:"] {
        schedule(&format!("{version}{text}"));
    }
    for version in ["", "n1:"] {
        named(&format!("{version}{text}"));
    }
    if let Ok(path) = text.parse::<TaskPath>() {
        assert_eq!(path.to_string(), text);
    }
});

fn schedule(text: &str) {
    let Ok(schedule) = text.parse::<Schedule>() else { return };
    let printed = schedule.to_string();
    let again: Schedule = printed.parse().unwrap_or_else(|error| panic!("{text:?} prints as {printed:?}: {error}"));
    assert_eq!(again, schedule, "{text:?} prints as {printed:?}");
    assert_eq!(again.to_string(), printed);
    for pair in schedule.deviations().windows(2) {
        assert!(pair[0].index < pair[1].index, "{text:?}");
    }
    for deviation in schedule.deviations() {
        assert!(
            deviation.picked > 0 && deviation.alternatives.is_none_or(|alternatives| deviation.picked < alternatives),
            "{text:?}"
        );
    }
}

fn named(text: &str) {
    let Ok(printed) = reenact_sim::__private::parse_named(text) else { return };
    let again =
        reenact_sim::__private::parse_named(&printed).unwrap_or_else(|error| panic!("{text:?} prints as {printed:?}: {error}"));
    assert_eq!(again, printed, "{text:?}");
}
