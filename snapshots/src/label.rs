//! [`Labels`]: what tasks are called where nothing may change with tasks that have nothing to do with them.
//!
//! Numbers and paths of tasks count what was spawned before. Names do not; where several tasks have one, they are told apart
//! by their order in the tree of spawns, in which a task of another name takes no number away. A task without a name is
//! called by the line that spawned it.

use std::collections::BTreeMap;

use reenact_sim::{TaskId, TaskInfo, Trace};

#[derive(Clone, Debug)]
pub(crate) struct Labels {
    labels: Vec<String>,
    /// Where a task stands in the tree of spawns, main first. The same under every schedule, other than spawn order.
    places: Vec<usize>,
}

impl Labels {
    /// `sites`: whether source lines may be part of what a task is called.
    pub(crate) fn of(trace: &Trace, sites: bool) -> Self {
        let tasks = trace.tasks();
        let mut order: Vec<usize> = (0..tasks.len()).collect();
        order.sort_by(|left, right| tasks[*left].path.cmp(&tasks[*right].path));
        let mut labels = vec![String::new(); tasks.len()];
        let mut places = vec![0; tasks.len()];
        let mut met: BTreeMap<String, u32> = BTreeMap::new();
        for (place, index) in order.into_iter().enumerate() {
            let name = name(&tasks[index], sites);
            let number = met.entry(name.clone()).or_default();
            *number += 1;
            // The first keeps its name, so that it does not change when there is a second one.
            labels[index] = if *number == 1 { name } else { format!("{name}#{number}") };
            places[index] = place;
        }
        Self { labels, places }
    }

    pub(crate) fn get(&self, task: TaskId) -> &str {
        self.by_index(task.index())
    }

    pub(crate) fn by_index(&self, task: usize) -> &str {
        self.labels.get(task).map_or("?", String::as_str)
    }

    pub(crate) fn place(&self, task: TaskId) -> usize {
        self.places.get(task.index()).copied().unwrap_or(usize::MAX)
    }
}

fn name(task: &TaskInfo, sites: bool) -> String {
    let unnamed = *task.name == *task.path.to_string();
    match task.spawned_at {
        _ if !unnamed => task.name.to_string(),
        Some(site) if sites => {
            let site = site.to_string();
            let file = site.rsplit('/').next().unwrap_or(&site);
            // Without the column: two tasks of one line are told apart by number.
            file.rsplit_once(':').map_or(file, |(line, _)| line).to_owned()
        }
        _ => "task".to_owned(),
    }
}
