//! Who waits for whom when nothing can ever happen again.

use super::Kernel;
use super::fault::{FailureKind, Fault};
use super::waker::{self, TaskWord};
use crate::trace::recorder::Recorder;
use crate::trace::{TaskId, WaitReason};

impl Kernel {
    /// No task is ready, no timer is armed, and main is unfinished.
    #[cold]
    pub(super) fn deadlock(&self, recorder: &Recorder) {
        let numbers: Vec<u32> = {
            let table = self.table();
            table.unfinished().into_iter().map(|slot| table.peek(slot).number).collect()
        };
        let (s, verb) = if numbers.len() == 1 { ("", "waits") } else { ("s", "wait") };
        let mut message =
            format!("no task is ready, no timer is armed, and main is unfinished; {} task{s} {verb}:", numbers.len());
        for number in &numbers {
            message.push_str(&format!("\n  {}{}", self.describe(*number, recorder), self.lost(*number, recorder)));
        }
        if let Some(cycle) = cycle(&numbers, recorder) {
            message.push_str(&format!("\n{cycle}"));
        }
        self.fault_with(Fault { kind: FailureKind::Deadlock, task: None, message, place: None, at: self.now(), stopped: false });
    }

    /// A task in one line: path, name, spawn site, what it waits for.
    pub(super) fn describe(&self, number: u32, recorder: &Recorder) -> String {
        let mut line = called(number, recorder);
        let Some((_, site)) = recorder.known(number) else { return line };
        if let Some(site) = site {
            line.push_str(&format!(", spawned at {site}"));
        }
        line.push_str(&match recorder.waits_for(number) {
            Some(reason) => format!(", waits for {}", describe_wait(&reason, recorder)),
            None => ", waits for something that did not say what it is".to_owned(),
        });
        if let Some(point) = self.await_points(number).first() {
            line.push_str(&format!(", at {point}"));
        }
        line
    }

    /// What the wakers of a task say about why nobody wakes it, where they are counted. A task that waits for another, or for the clock,
    /// needs none.
    fn lost(&self, number: u32, recorder: &Recorder) -> &'static str {
        let needs_waker = match recorder.waits_for(number) {
            Some(WaitReason::Task(_) | WaitReason::Until { .. }) => false,
            Some(WaitReason::Label(_) | WaitReason::Resource { .. }) | None => true,
        };
        let clones = waker::clones_of(|word| self.number_of(word) == Some(number));
        if recorder.is_full() && needs_waker && clones == 0 {
            "; no waker of it exists any more, so nothing can wake it"
        } else {
            ""
        }
    }

    fn number_of(&self, word: TaskWord) -> Option<u32> {
        // Of a hostile executor's wakers only the last one counts.
        let task = self.owner_of(word);
        self.table().find(task).map(|entry| entry.number)
    }
}

/// Path, and name where that says more.
fn called(number: u32, recorder: &Recorder) -> String {
    let path = recorder.path_of(number).map_or_else(|| TaskId::new(number).to_string(), |path| path.to_string());
    match recorder.known(number) {
        Some((name, _)) if *name != *path => format!("{path} `{name}`"),
        _ => path,
    }
}

fn describe_wait(reason: &WaitReason, recorder: &Recorder) -> String {
    match reason {
        WaitReason::Task(task) => format!("task {}", called(task.number(), recorder)),
        WaitReason::Until { deadline, site } => format!("the clock to reach {deadline} (sleep at {site})"),
        WaitReason::Label(label) => label.to_string(),
        WaitReason::Resource { name, id } => {
            let holders: Vec<String> = recorder.holders(*id).into_iter().map(|holder| called(holder, recorder)).collect();
            match holders.len() {
                0 => format!("{name}, which nobody holds"),
                _ => format!("{name}, held by {}", holders.join(" and ")),
            }
        }
    }
}

/// Tasks that wait for each other in a circle, if there are any: the first one in spawn order.
fn cycle(numbers: &[u32], recorder: &Recorder) -> Option<String> {
    let awaited = |number: u32| match recorder.waits_for(number) {
        Some(WaitReason::Task(task)) => vec![task.number()],
        Some(WaitReason::Resource { id, .. }) => recorder.holders(id),
        _ => Vec::new(),
    };
    let circle = numbers.iter().find_map(|start| path_back(*start, *start, &awaited, &mut Vec::new()))?;
    let waits = |number: &u32| {
        let reason = recorder.waits_for(*number).map_or_else(String::new, |reason| describe_wait(&reason, recorder));
        format!("{} waits for {reason}", called(*number, recorder))
    };
    Some(format!("a cycle: {}", circle.iter().map(waits).collect::<Vec<_>>().join("; ")))
}

/// The tasks from one to `end` along what each waits for, without those that were tried before.
fn path_back(from: u32, end: u32, awaited: &dyn Fn(u32) -> Vec<u32>, tried: &mut Vec<u32>) -> Option<Vec<u32>> {
    tried.push(from);
    for next in awaited(from) {
        if next == end {
            return Some(vec![from]);
        }
        if !tried.contains(&next)
            && let Some(mut path) = path_back(next, end, awaited, tried)
        {
            path.insert(0, from);
            return Some(path);
        }
    }
    None
}
