//! Running a test in a process of its own, as its runner would, and watching it.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::select::Test;
use crate::trouble::{Result, Trouble};

/// The file of what a test prints.
const PRINTED: &str = "printed.txt";
/// From one look at a running test to the next: what it takes to be noticed is this at most.
const LOOK: Duration = Duration::from_millis(5);

/// A test about to be run: its variables, and a folder for the files it writes.
#[derive(Debug)]
pub(crate) struct Run {
    command: Command,
    folder: TempDir,
    /// What it is called.
    path: String,
}

/// A test that is being run. It is stopped when this is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    run: Run,
    child: Guard,
    status: Option<ExitStatus>,
}

/// What became of a test.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    /// What it printed, if that was kept.
    pub(crate) printed: String,
    folder: TempDir,
}

impl Run {
    pub(crate) fn new(test: &Test) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("cargo-reenact-").tempdir();
        let folder = folder.map_err(|error| Trouble::new(format!("there is no folder for temporary files: {error}")))?;
        let mut command = test.binary.command();
        command.args(["--exact", &test.listed.runner_name(), "--include-ignored", "--nocapture", "--test-threads=1"]);
        command.stdin(Stdio::null());
        Ok(Self { command, folder, path: test.path() })
    }

    pub(crate) fn env(&mut self, name: &str, value: impl AsRef<OsStr>) -> &mut Self {
        self.command.env(name, value);
        self
    }

    /// Sets it if there is something to say.
    pub(crate) fn env_if(&mut self, name: &str, value: Option<impl ToString>) -> &mut Self {
        if let Some(value) = value {
            self.command.env(name, value.to_string());
        }
        self
    }

    /// A file of the folder that is gone when the test is forgotten.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs it with what it prints on the terminal.
    pub(crate) fn shown(mut self) -> Result<Ended> {
        let child = self.command.spawn();
        let status = child.and_then(|mut child| child.wait()).map_err(|error| self.trouble(&error))?;
        Ok(Ended { status, printed: String::new(), folder: self.folder })
    }

    /// Runs it, keeps what it prints, and calls `look` now and then.
    pub(crate) fn watched(self, mut look: impl FnMut()) -> Result<Ended> {
        let mut running = self.start()?;
        while !running.is_over()? {
            look();
            std::thread::sleep(LOOK);
        }
        running.end()
    }

    /// Begins to run it, and keeps what it prints.
    pub(crate) fn start(mut self) -> Result<Running> {
        let file = File::create(self.file(PRINTED)).and_then(|file| Ok((file.try_clone()?, file)));
        let (out, err) = file.map_err(|error| self.trouble(&error))?;
        let child = self.command.stdout(out).stderr(err).spawn();
        let child = Guard(child.map_err(|error| self.trouble(&error))?);
        Ok(Running { run: self, child, status: None })
    }

    fn trouble(&self, error: &std::io::Error) -> Trouble {
        Trouble::new(format!("{} could not be run: {error}", self.path))
    }
}

impl Running {
    /// Whether it has ended.
    pub(crate) fn is_over(&mut self) -> Result<bool> {
        if self.status.is_none() {
            self.status = self.child.0.try_wait().map_err(|error| self.run.trouble(&error))?;
        }
        Ok(self.status.is_some())
    }

    /// What became of it. Waits for its end.
    pub(crate) fn end(mut self) -> Result<Ended> {
        let status = match self.status {
            Some(status) => status,
            None => self.child.0.wait().map_err(|error| self.run.trouble(&error))?,
        };
        let mut text = Vec::new();
        let _ = File::open(self.run.file(PRINTED)).and_then(|mut file| file.read_to_end(&mut text));
        Ok(Ended { status, printed: String::from_utf8_lossy(&text).into_owned(), folder: self.run.folder })
    }
}

impl Ended {
    /// What it wrote into a file of its folder, if it did.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.folder.path().join(name)).ok()
    }

    /// The last lines that it printed.
    pub(crate) fn last_lines(&self, number: usize) -> String {
        let lines: Vec<&str> = self.printed.lines().filter(|line| !line.trim().is_empty()).collect();
        let from = lines.len().saturating_sub(number);
        lines[from..].iter().map(|line| format!("  {line}\n")).collect()
    }
}

/// A process that does not go on alone if this one gives up.
#[derive(Debug)]
struct Guard(Child);

impl Drop for Guard {
    fn drop(&mut self) {
        if let Ok(None) = self.0.try_wait() {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }
}
