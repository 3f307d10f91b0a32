//! Starting a process for one request.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Answer, Request, VARIABLE};

/// This program, with one of its tests picked.
#[derive(Debug)]
pub(super) struct Program {
    executable: PathBuf,
    test: String,
}

impl Program {
    pub(super) fn new(test: String) -> io::Result<Self> {
        Ok(Self { executable: std::env::current_exe()?, test })
    }

    /// Has a request done in a fresh process; `Err` says why there is no answer.
    pub(super) fn ask(&self, request: &Request) -> Result<Answer, String> {
        static FILES: AtomicU64 = AtomicU64::new(0);
        let number = FILES.fetch_add(1, Ordering::Relaxed);
        let file = std::env::temp_dir().join(format!("reenact-{}-{number}.txt", std::process::id()));
        let mut command = Command::new(&self.executable);
        // As the test runner calls a single test; ignored ones, too, because this one was asked for.
        command.args([&self.test, "--exact", "--include-ignored", "--nocapture", "--test-threads=1"]);
        command.env(VARIABLE, format!("{request}\n{}", file.display()));
        let output = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).output();
        let output = output.map_err(|error| format!("{} could not be started: {error}", self.executable.display()))?;
        let answer = fs::read_to_string(&file);
        let _ = fs::remove_file(&file);
        answer.ok().and_then(|text| text.parse().ok()).ok_or_else(|| {
            // It was aborted, or exited, in the middle of an execution.
            let last = |bytes: &[u8]| {
                let text = String::from_utf8_lossy(bytes);
                let lines: Vec<&str> = text.lines().rev().take(12).collect();
                lines.into_iter().rev().map(|line| format!("\n  {line}")).collect::<String>()
            };
            format!("it ended with {} in the middle{}{}", output.status, last(&output.stdout), last(&output.stderr))
        })
    }
}
