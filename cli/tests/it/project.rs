//! Projects to run `cargo reenact` in.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

/// A cargo project in a temporary folder.
pub(crate) struct Project {
    folder: TempDir,
}

/// What a run of `cargo reenact` came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Project {
    /// With the dependency on reenact as written, and files.
    pub(crate) fn new(name: &str, reenact: &str, files: &[(&str, &str)]) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let project = Self { folder: tempfile::Builder::new().prefix("project-").tempdir().unwrap() };
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dev-dependencies]\n\
             reenact = {{ path = {:?}{reenact} }}\n\n[workspace]\n",
            root.to_str().unwrap()
        );
        project.write("Cargo.toml", &manifest);
        // The same versions as this workspace, which are on this machine already.
        project.write("Cargo.lock", &fs::read_to_string(root.join("Cargo.lock")).unwrap());
        files.iter().for_each(|(file, text)| project.write(file, text));
        project
    }

    pub(crate) fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// All projects build into one folder, so that reenact is built once.
    pub(crate) fn target() -> PathBuf {
        Path::new(env!("CARGO_TARGET_TMPDIR")).join("projects")
    }

    /// The command, without what the environment of this test might say to it.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("REENACT_") || name.starts_with("CARGO_PKG_")) {
                command.env_remove(name);
            }
        }
        command.current_dir(self.folder.path()).env("CARGO_TARGET_DIR", Self::target()).env("CARGO_NET_OFFLINE", "true");
        command.env_remove("RUST_BACKTRACE").env("REENACT_REGRESSIONS", "off");
        command
    }

    pub(crate) fn reenact(&self, args: &[&str]) -> Ran {
        self.reenact_with(args, &[])
    }

    pub(crate) fn reenact_with(&self, args: &[&str], variables: &[(&str, &str)]) -> Ran {
        let mut command = self.command(env!("CARGO_BIN_EXE_cargo-reenact"));
        // As cargo calls it.
        let output = command.arg("reenact").args(args).envs(variables.iter().copied()).output().unwrap();
        Ran {
            status: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// What it says with `--format json`.
    pub(crate) fn json(&self, args: &[&str]) -> (Option<i32>, Value) {
        let ran = self.reenact(&[args, &["--format", "json"]].concat());
        let value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
        (ran.status, value)
    }
}

/// The project that most tests use. They leave it as it is.
pub(crate) static PROJECT: LazyLock<Project> =
    LazyLock::new(|| Project::new("probe", "", &[("src/lib.rs", LIB), ("tests/counts.rs", COUNTS), ("tests/many.rs", MANY)]));

const LIB: &str = "\
#![forbid(unsafe_code)]

#[cfg(test)]
mod tests {
    #[reenact::test(executions = 50)]
    async fn in_the_library() {
        reenact::choose(3);
    }
}
";

const COUNTS: &str = "\
#![forbid(unsafe_code)]
use reenact::prelude::*;

async fn visit(count: Shared<u32>) {
    let seen = count.get();
    sleep(Duration::from_millis(100)).await;
    count.set(seen + 1);
}

#[reenact::test]
async fn every_visit_is_counted() {
    let count = Shared::named(\"count\", 0);
    let first = spawn(visit(count.clone()));
    let second = spawn({
        let count = count.clone();
        async move {
            sleep(Duration::from_millis(100)).await;
            visit(count).await;
        }
    });
    first.await.unwrap();
    second.await.unwrap();
    reenact::println!(\"counted {}\", count.get());
    assert_eq!(count.get(), 2);
}

#[reenact::test]
#[should_panic]
async fn fails_as_it_should() {
    panic!(\"on purpose\");
}

#[reenact::test]
async fn ends_its_process() {
    if std::env::var_os(\"PROBE_CRASH\").is_some() {
        std::process::abort();
    }
}

#[reenact::test]
#[ignore = \"takes long\"]
async fn is_left_out() {}
";

const MANY: &str = "\
use reenact::prelude::*;

async fn yields(tasks: usize) {
    gather((0..tasks).map(|_| async { yield_now().await; yield_now().await })).await;
}

#[reenact::test(executions = 500, seed = 7, scheduler = \"random\")]
async fn is_random() {
    yields(3).await;
}

#[reenact::test(executions = 1000, seed = 2, scheduler = \"random\")]
async fn fails_rarely() {
    yields(2).await;
    let drawn = (reenact::choose(20), reenact::choose(20));
    assert_ne!(drawn, (7, 13));
}

#[reenact::test(scheduler = \"exhaustive\")]
async fn is_exhaustive() {
    yields(3).await;
}

#[reenact::test(scheduler = \"exhaustive\")]
async fn fails_in_one_of_all() {
    let drawn = [(); 3].map(|()| reenact::choose(6));
    assert_ne!(drawn, [3, 1, 4]);
}

#[reenact::test]
async fn fails_by_the_second_draw() {
    let drawn = [(); 3].map(|()| reenact::choose(6));
    assert_ne!(drawn[1], 1);
}

#[reenact::test(executions = 64, max_steps = 6)]
async fn goes_on_for_ever() {
    yields(reenact::choose(3) as usize).await;
}

#[reenact::test(scheduler = \"random\")]
async fn is_long() {
    yields(4).await;
}
";
