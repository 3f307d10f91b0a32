//! Driving a test.

use std::ffi::CString;
use std::future::Future;

use reenact_sim::{Explorer, FuzzTarget, Verdict};

use crate::{counters, engine, one};

/// Flags for which libFuzzer starts its own program again, with flags as its arguments; a test runner does not understand these.
const OWN_PROCESSES: [&str; 6] = ["-fork", "-jobs", "-workers", "-merge", "-minimize_crash", "-cleanse_crash"];

/// A program whose executions libFuzzer makes up if `REENACT_LIBFUZZER` is set, and which is explored as [`Explorer::check`] does if not.
///
/// The variable holds what would be libFuzzer's command line, separated by blanks: flags, folders of inputs, or files of single inputs, which
/// are then run and nothing else. libFuzzer ends the process when it is done, so ask for one test: `cargo test NAME -- --exact`.
///
/// A failure is printed as a failing test prints it, then the process is aborted, upon which libFuzzer writes the input to `crash-..` in
/// the current folder, or where `-artifact_prefix=folder/` says.
///
/// # Panics
///
/// If an execution fails while no fuzzer drives; if the variable holds what cannot be done in a test, or several tests might run in this
/// process.
///
/// ```
/// use reenact_sim::{Shared, task};
///
/// // Explores, because REENACT_LIBFUZZER is not set.
/// reenact_libfuzzer::fuzz("counter::every_visit_is_counted", || async {
///     let count = Shared::new(0);
///     let tasks = [1, 2].map(|_| {
///         let count = count.clone();
///         task::spawn(async move { count.update(|n| n + 1) })
///     });
///     for task in tasks {
///         task.await.unwrap();
///     }
///     assert_eq!(count.get(), 2);
/// });
/// ```
#[track_caller]
pub fn fuzz<F>(name: &str, body: impl Fn() -> F)
where
    F: Future,
    F::Output: Verdict,
{
    drive(Explorer::new().name(name), body);
}

/// The same with an explorer's name, limits and hostility: what is explored with it, and what its executions run in.
///
/// # Panics
///
/// As [`fuzz`].
#[track_caller]
pub fn drive<F>(explorer: Explorer, body: impl Fn() -> F)
where
    F: Future,
    F::Output: Verdict,
{
    let mut target = FuzzTarget::new(explorer);
    let Some(said) = target.libfuzzer() else { return target.check(body) };
    if let Err(error) = only_test() {
        panic!("REENACT_LIBFUZZER: {error}");
    }
    let arguments = match checked(&said) {
        Ok(arguments) => arguments,
        Err(error) => panic!("REENACT_LIBFUZZER: {error}"),
    };
    let code = engine::drive(arguments, &mut |bytes| {
        let failure = target.run(bytes, &body);
        counters::tell(&target);
        if let Some(failure) = failure {
            one::give_up(&target.text(&failure));
        }
    });
    assert!(code == 0, "libFuzzer ended with {code}: what it said is on standard error");
}

/// Whether this test is the only one of its process, which libFuzzer ends.
fn only_test() -> Result<(), String> {
    let thread = std::thread::current();
    let Some(name) = thread.name().filter(|name| *name != "main") else { return Ok(()) };
    match std::env::args().any(|argument| argument == "--exact") {
        true => Ok(()),
        false => Err(format!("libFuzzer ends the process when it is done, so ask for one test: cargo test {name} -- --exact")),
    }
}

fn checked(said: &[String]) -> Result<Vec<CString>, String> {
    let mut arguments = vec![CString::from(c"reenact")];
    for argument in said {
        let flag = argument.split('=').next().unwrap_or_default();
        if OWN_PROCESSES.contains(&flag) {
            return Err(format!(
                "`{argument}` makes libFuzzer start its program again, which a test runner does not understand: \
                 put the body into a target of cargo-fuzz (reenact::libfuzzer::run), or start several processes with one folder"
            ));
        }
        let Ok(argument) = CString::new(argument.as_str()) else { return Err(format!("`{argument}` holds a zero byte")) };
        arguments.push(argument);
    }
    Ok(arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(said: &[&str]) -> Result<Vec<CString>, String> {
        checked(&said.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn what_starts_processes_is_refused_by_name() {
        for flag in ["-fork=2", "-jobs=4", "-merge=1", "-minimize_crash=1"] {
            let error = check(&["-runs=5", flag]).unwrap_err();
            assert!(error.starts_with(&format!("`{flag}` makes libFuzzer start")), "{error}");
        }
        assert_eq!(check(&["-runs=5", "corpus"]).unwrap(), [c"reenact".into(), c"-runs=5".into(), CString::from(c"corpus")]);
    }
}
