//! What `#[reenact::test]` expands to.

use std::future::Future;
use std::num::NonZeroU32;
use std::time::Duration;

use super::{Explorer, Verdict};
use crate::config::{PendingAtExit, TaskPanics};
use crate::error::Error;

/// Where a test stands, as the macro sees it: what the command that runs just this test is made of.
#[derive(Clone, Copy, Debug)]
pub struct TestTarget {
    /// `file!()`.
    pub file: &'static str,
    /// `module_path!()`.
    pub module: &'static str,
    /// The function's name.
    pub function: &'static str,
    /// `CARGO_PKG_NAME`.
    pub package: Option<&'static str>,
    /// `CARGO_MANIFEST_DIR`.
    pub manifest: Option<&'static str>,
    /// `CARGO_BIN_NAME`, set for binaries.
    pub binary: Option<&'static str>,
    /// Whether it is an integration test or a benchmark (`CARGO_TARGET_TMPDIR` is set).
    pub integration: bool,
}

impl TestTarget {
    /// The name by which the test runner knows the test.
    fn test_name(&self) -> String {
        match self.module.split_once("::") {
            Some((_, modules)) => format!("{modules}::{}", self.function),
            None => self.function.to_owned(),
        }
    }

    fn crate_name(&self) -> &str {
        self.module.split("::").next().unwrap_or(self.module)
    }

    /// The file or folder below `folder` that the crate's name is made from.
    fn target_below(&self, folder: &str) -> Option<&str> {
        let file = self.file;
        let mut parts = file.split(['/', '\\']).skip_while(|part| *part != folder).skip(1);
        let name = parts.next()?;
        let name = name.strip_suffix(".rs").unwrap_or(name);
        (name.replace('-', "_") == self.crate_name()).then_some(name)
    }

    /// The target as cargo calls it: with the dashes that the crate's name has lost.
    fn target_name(&self, folder: &str) -> &str {
        self.target_below(folder).unwrap_or_else(|| self.crate_name())
    }

    /// The command that runs just this test.
    pub(super) fn command(&self) -> String {
        let package = self.package.map_or_else(String::new, |package| format!(" -p {package}"));
        let target = match self.binary {
            _ if self.target_below("examples").is_some() => format!(" --example {}", self.target_name("examples")),
            Some(binary) => format!(" --bin {binary}"),
            None if self.integration && self.target_below("benches").is_some() => {
                format!(" --bench {}", self.target_name("benches"))
            }
            None if self.integration => format!(" --test {}", self.target_name("tests")),
            None => " --lib".to_owned(),
        };
        format!("cargo test{package}{target} {} -- --exact", self.test_name())
    }
}

/// An option of the attribute, as written.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum TestOption {
    /// `executions = 500`
    Executions(u64),
    /// `scheduler = "pct:3"`
    Scheduler(&'static str),
    /// `seed = 7`
    Seed(u64),
    /// `time_limit = 2.5`, in seconds
    TimeLimit(f64),
    /// `pending = "fail"`
    Pending(&'static str),
    /// `jobs = 4`
    Jobs(u64),
    /// `isolate`
    Isolate(bool),
    /// `task_panics = "deliver"`
    TaskPanics(&'static str),
    /// `max_steps = 1000`
    MaxSteps(u64),
    /// `max_virtual_time = 3600.0`, in seconds
    MaxVirtualTime(f64),
    /// `hostile`, which is "all", or `hostile = "spurious:2,fresh"`
    Hostile(&'static str),
}

/// Runs a test.
///
/// # Panics
///
/// If it fails, or an option means nothing.
#[track_caller]
pub fn run_test<F>(target: TestTarget, options: &[TestOption], body: impl Fn() -> F + Sync)
where
    F: Future,
    F::Output: Verdict,
{
    let explorer = explorer(&target, options);
    let plan = explorer.plan_or_panic();
    if plan.is_isolated() {
        return explorer.run_isolated(&plan, target.test_name(), body);
    }
    explorer.judge(&explorer.run_planned(plan, body));
}

/// The explorer of a test that somebody else is to drive, if `REENACT_LIBFUZZER` asks for that.
///
/// # Panics
///
/// If an option or a variable means nothing.
#[doc(hidden)]
#[track_caller]
pub fn fuzzed(target: TestTarget, options: &[TestOption]) -> Option<Explorer> {
    let explorer = explorer(&target, options);
    let plan = explorer.plan_or_panic();
    (plan.libfuzzer.is_some() && plan.replay.is_none()).then_some(explorer)
}

#[track_caller]
fn explorer(target: &TestTarget, options: &[TestOption]) -> Explorer {
    let mut explorer = Explorer::new().name(format!("{}::{}", target.crate_name(), target.test_name()));
    explorer.target = Some(*target);
    explorer.manifest = target.manifest;
    for option in options {
        explorer = match apply(explorer, *option) {
            Ok(explorer) => explorer,
            Err(error) => panic!("#[reenact::test]: {error}"),
        };
    }
    explorer
}

fn apply(mut explorer: Explorer, option: TestOption) -> Result<Explorer, Error> {
    let seconds = |name: &str, seconds: f64| {
        Duration::try_from_secs_f64(seconds)
            .map_err(|_| Error::scheduler(format!("{name} = {seconds} is no number of seconds: 0 or more is")))
    };
    match option {
        TestOption::Executions(0) => return Err(Error::scheduler("executions = 0 would test nothing: 1 or more does")),
        TestOption::Executions(executions) => explorer.attribute.executions = Some(executions),
        TestOption::Jobs(jobs) => {
            let number = u32::try_from(jobs).ok().and_then(NonZeroU32::new);
            let refused = || Error::scheduler(format!("jobs = {jobs} is no number of threads: 1 or more is"));
            explorer.attribute.jobs = Some(number.ok_or_else(refused)?);
        }
        TestOption::Isolate(isolate) => explorer.attribute.isolate = Some(isolate),
        TestOption::Scheduler(name) => explorer.attribute.scheduler = Some(name.parse()?),
        TestOption::Seed(seed) => explorer.attribute.seed = Some(seed.into()),
        TestOption::TimeLimit(limit) => explorer.attribute.time_limit = Some(seconds("time_limit", limit)?),
        TestOption::Pending(name) => {
            explorer.settings.pending_at_exit = match name {
                "ignore" => PendingAtExit::Ignore,
                "warn" => PendingAtExit::Warn,
                "fail" => PendingAtExit::Fail,
                _ => return Err(Error::scheduler(format!("pending = \"{name}\" is not known: ignore, warn and fail are"))),
            }
        }
        TestOption::TaskPanics(name) => {
            explorer.settings.task_panics = match name {
                "fail" => TaskPanics::Fail,
                "deliver" => TaskPanics::Deliver,
                _ => return Err(Error::scheduler(format!("task_panics = \"{name}\" is not known: fail and deliver are"))),
            }
        }
        TestOption::Hostile(text) => explorer.attribute.hostility = Some(text.parse()?),
        TestOption::MaxSteps(steps) => explorer = explorer.max_steps(steps),
        TestOption::MaxVirtualTime(limit) => explorer = explorer.max_virtual_time(seconds("max_virtual_time", limit)?),
    }
    Ok(explorer)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGET: TestTarget = TestTarget {
        file: "src/tests/drain.rs",
        module: "pool::tests::drain",
        function: "empties_the_pool",
        package: Some("worker-pool"),
        manifest: None,
        binary: None,
        integration: false,
    };

    #[test]
    fn the_command_runs_just_this_test() {
        assert_eq!(TARGET.command(), "cargo test -p worker-pool --lib tests::drain::empties_the_pool -- --exact");
        let integration = TestTarget { module: "it", integration: true, ..TARGET };
        assert_eq!(integration.command(), "cargo test -p worker-pool --test it empties_the_pool -- --exact");
        let dashed = TestTarget { file: "tests/dash-name.rs", module: "dash_name", ..integration };
        assert_eq!(dashed.command(), "cargo test -p worker-pool --test dash-name empties_the_pool -- --exact");
        let example = TestTarget { file: "examples/ex.rs", module: "ex", binary: Some("ex"), ..TARGET };
        assert_eq!(example.command(), "cargo test -p worker-pool --example ex empties_the_pool -- --exact");
        let bench = TestTarget { file: "benches/speed.rs", module: "speed", ..integration };
        assert_eq!(bench.command(), "cargo test -p worker-pool --bench speed empties_the_pool -- --exact");
        let binary = TestTarget { module: "server", binary: Some("server"), ..TARGET };
        assert_eq!(binary.command(), "cargo test -p worker-pool --bin server empties_the_pool -- --exact");
    }

    #[test]
    fn an_option_that_means_nothing_is_refused() {
        for option in [
            TestOption::Executions(0),
            TestOption::Jobs(0),
            TestOption::Scheduler("dfs"),
            TestOption::TimeLimit(-1.0),
            TestOption::Pending("panic"),
            TestOption::Hostile("very"),
            TestOption::TaskPanics("ignore"),
            TestOption::MaxVirtualTime(f64::NAN),
        ] {
            assert!(apply(Explorer::new(), option).is_err(), "{option:?}");
        }
    }
}
