//! The processes that explore one test side by side.

use std::path::Path;
use std::time::Duration;

use reenact_sim::Seed;

use crate::args::{Fuzz, SeedArg};
use crate::process::{Ended, Run, Running};
use crate::progress::Progress;
use crate::report::{Failed, Line};
use crate::select::Test;
use crate::trouble::{Result, Trouble};

/// From one look at the processes to the next.
const LOOK: Duration = Duration::from_millis(5);

/// What they came to together.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) executions: u64,
    /// Executions a second.
    pub(super) rate: f64,
    pub(super) failure: Option<Failed>,
    /// The end of what it printed, of a process that failed without saying how.
    pub(super) printed: Option<String>,
}

struct Worker {
    running: Running,
    progress: Progress,
}

/// Runs until one fails, or until time or executions are used up.
pub(super) fn run(args: &Fuzz, test: &Test, root: &Path) -> Result<Found> {
    let jobs = args.jobs;
    let mut workers = (0..jobs).map(|n| start(args, test, root, n)).collect::<Result<Vec<_>>>()?;
    let mut found = Found::default();
    while !workers.is_empty() && !found.has_failed() {
        let mut n = 0;
        while n < workers.len() {
            let worker = &mut workers[n];
            worker.progress.look();
            match worker.running.is_over()? {
                false => n += 1,
                true => found.add(test, workers.remove(n))?,
            }
        }
        std::thread::sleep(LOOK);
    }
    // One has failed. The others have written down what they found, and are of no more use.
    for worker in workers {
        drop(worker.running);
        found.count(worker.progress);
    }
    Ok(found)
}

fn start(args: &Fuzz, test: &Test, root: &Path, n: u32) -> Result<Worker> {
    let mut run = Run::new(test)?;
    let (report, progress) = (run.file("report.jsonl"), run.file("progress.jsonl"));
    run.env("REENACT_REPORT", report).env("REENACT_PROGRESS", &progress);
    run.env("REENACT_SCHEDULER", "guided").env("REENACT_CORPUS", root).env("REENACT_JOBS", "1");
    let share = args.executions.map(|all| all.div_ceil(args.jobs.into()).max(1));
    run.env("REENACT_EXECUTIONS", share.unwrap_or(u64::MAX).to_string());
    run.env_if("REENACT_TIME_LIMIT", args.time.map(|time| time.as_secs_f64()));
    run.env_if("REENACT_SEED", seed(args.seed, n));
    run.env_if("REENACT_HOSTILE", args.hostile.as_ref());
    let name = if args.jobs == 1 { test.path() } else { format!("{} (process {})", test.path(), n + 1) };
    let progress = Progress::new(name, (n as usize + 1, args.jobs as usize), progress, args.every);
    Ok(Worker { running: run.start()?, progress })
}

/// Every process has another one. The first has the test's own, if nothing else is said.
fn seed(said: Option<SeedArg>, n: u32) -> Option<String> {
    let first = match said {
        Some(SeedArg::This(seed)) => Some(seed),
        Some(SeedArg::Random) => return Some("random".to_owned()),
        None => None,
    };
    match (first, n) {
        (None, 0) => None,
        (None, n) => Some(Seed::from(u64::from(n)).to_string()),
        (Some(first), n) => Some(first.derive(n.into()).to_string()).filter(|_| n > 0).or(Some(first.to_string())),
    }
}

impl Found {
    fn has_failed(&self) -> bool {
        self.failure.is_some() || self.printed.is_some()
    }

    /// A process that is still running, or was stopped.
    fn count(&mut self, progress: Progress) {
        if let Some(last) = progress.end() {
            self.executions += last.executions;
            self.rate += last.rate();
        }
    }

    fn add(&mut self, test: &Test, worker: Worker) -> Result<()> {
        let ended = worker.running.end()?;
        self.count(worker.progress);
        let text = ended.text("report.jsonl").unwrap_or_default();
        let line = text.lines().last().map(serde_json::from_str::<Line<'_>>).transpose();
        let line = line.map_err(|error| Trouble::new(format!("the report of {} cannot be read: {error}", test.path())))?;
        if !ended.status.success() {
            match line.and_then(|line| line.failure) {
                Some(failure) => self.failure = Some(failure),
                None => self.printed = Some(how(&ended)),
            }
        } else if line.is_none() {
            return Err(Trouble::new(format!("{} ran nothing that can be guided", test.path())));
        }
        Ok(())
    }
}

fn how(ended: &Ended) -> String {
    format!("  it ended with {}; its last words:\n{}", ended.status, ended.last_lines(20))
}
