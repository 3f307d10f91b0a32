//! Any names and values, as the environment: a value is understood or refused by the name of its variable, a name is known or warned about.

#![no_main]

use libfuzzer_sys::fuzz_target;
use reenact_sim::__private::parse_environment;

const NAMES: [&str; 18] = [
    "SEED",
    "REPLAY",
    "EXECUTIONS",
    "TIME_LIMIT",
    "SCHEDULER",
    "JOBS",
    "SHARD",
    "REPORT",
    "REGRESSIONS",
    "HOSTILE",
    "CORPUS",
    "ISOLATE",
    "REPORT_DIGESTS",
    "PROGRESS",
    "TRACE",
    "SHRINK",
    "LIBFUZZER",
    "CORPUS_MINIMISE",
];

// A line for each variable. Its first byte says which; 255 is a value that is no text, other bytes that name none begin a name.
fuzz_target!(|bytes: &[u8]| {
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let variables: Vec<(String, Option<String>)> = lines.map(variable).collect();
    for (name, value) in &variables {
        let alone = parse_environment([(name.clone(), value.clone())].into_iter());
        match &alone {
            Ok(warnings) => {
                let known = NAMES.iter().any(|known| name.strip_prefix("REENACT_") == Some(known));
                // Children of this test process know one more.
                assert!(warnings.is_empty() == (known || name == "REENACT_ISOLATED"), "{name}={value:?}: {warnings:?}");
            }
            Err(error) => {
                assert!(
                    error.is_environment() && error.to_string().starts_with(&format!("{name}: ")),
                    "{name}={value:?}: {error}"
                );
            }
        }
    }
    let all_alone = variables.iter().all(|variable| parse_environment([variable.clone()].into_iter()).is_ok());
    if let Err(error) = parse_environment(variables.iter().cloned()) {
        assert!(!all_alone || error.to_string().contains("both set"), "{variables:?}: {error}");
    }
});

fn variable(line: &[u8]) -> (String, Option<String>) {
    let (first, rest) = (line[0], &line[1..]);
    let text = String::from_utf8_lossy(rest).into_owned();
    match NAMES.get(usize::from(first & 0x1f)) {
        Some(name) if first == 0xff => (format!("REENACT_{name}"), None),
        Some(name) => (format!("REENACT_{name}"), Some(text)),
        None => match text.split_once('=') {
            Some((name, value)) => (format!("REENACT_{name}"), Some(value.to_owned())),
            None => (format!("REENACT_{text}"), None),
        },
    }
}
