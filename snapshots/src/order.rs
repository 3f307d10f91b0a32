//! Normal order: independent steps of one instant, always in the same order.
//!
//! The steps of an execution come in groups: a group is a run of steps whose tasks were all ready before the first of them, as in one
//! turn of a fifo loop. Within a group, what two steps touch says whether they depend on each other; that is the dependency
//! relation of partial-order methods, and the normal form is the one known from trace theory: of all orders that keep dependent
//! steps in theirs, the lexicographically first, by the tasks' places in the tree of spawns.
//!
//! A step never moves out of its group: whether a task that was woken in the group would have seen the same before or
//! after another step of it, nobody has recorded.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use reenact_sim::{AccessKind, HostileAct, TaskId, Trace, TraceEvent, WokenBy};

use crate::label::Labels;
use crate::row::Told;

/// What a step touches: two steps depend on each other if they touch the same, one of them as a writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Touched<'a> {
    Output,
    Resource(&'a str),
    Task(TaskId),
}

#[derive(Debug)]
struct Step<'a> {
    task: TaskId,
    told: Vec<Told>,
    touched: Vec<(Touched<'a>, AccessKind)>,
    /// Nothing may pass it.
    barrier: bool,
}

struct Sorter<'a> {
    labels: &'a Labels,
    group: Vec<Step<'a>>,
    /// The event with which the group began.
    began: usize,
    /// Wakes of the group, which are told after it.
    wakes: Vec<Told>,
    /// What timers did between steps.
    timers: Vec<Told>,
    sorted: Vec<Told>,
}

/// The rows of a trace in normal order.
pub(crate) fn normal(trace: &Trace, labels: &Labels, told: Vec<Told>) -> Vec<Told> {
    let sorted = Vec::with_capacity(told.len());
    let mut sorter = Sorter { labels, group: Vec::new(), began: 0, wakes: Vec::new(), timers: Vec::new(), sorted };
    // By task: the event that made it ready.
    let mut ready: Vec<Option<usize>> = vec![None; trace.tasks().len()];
    let mut told = told.into_iter().peekable();
    for (event, (_, current, happened)) in trace.timeline().enumerate() {
        let row = told.next_if(|told| told.event == event);
        match happened {
            TraceEvent::Stepped { task } => {
                let since = ready.get_mut(task.index()).and_then(Option::take);
                let belongs = !sorter.group.is_empty() && since.is_some_and(|since| since < sorter.began);
                sorter.step(*task, event, belongs);
            }
            TraceEvent::Spawned { task, .. }
            | TraceEvent::Woken { task, .. }
            | TraceEvent::Hostile { task, act: HostileAct::SpuriousPoll | HostileAct::LateWakeArrives } => {
                if let Some(ready) = ready.get_mut(task.index()) {
                    *ready = Some(event);
                }
            }
            _ => {}
        }
        if let Some(row) = row {
            sorter.row(current, happened, row);
        }
    }
    sorter.close();
    sorter.sorted
}

impl<'a> Sorter<'a> {
    fn step(&mut self, task: TaskId, event: usize, belongs: bool) {
        if !belongs {
            self.close();
            self.began = event;
        }
        self.group.push(Step { task, told: Vec::new(), touched: vec![(Touched::Task(task), AccessKind::Write)], barrier: false });
    }

    fn row(&mut self, current: Option<TaskId>, event: &'a TraceEvent, mut row: Told) {
        if matches!(event, TraceEvent::TimerFired { .. } | TraceEvent::Woken { by: WokenBy::Timer, .. }) {
            self.close_group();
            self.timers.push(row);
            return;
        }
        let step = self.group.last_mut().filter(|step| current == Some(step.task));
        let Some(step) = step else {
            self.close();
            self.sorted.push(row);
            return;
        };
        match event {
            TraceEvent::Woken { task, by: WokenBy::Task(_) } if *task != step.task => {
                row.task = None;
                self.wakes.push(row);
                return;
            }
            // Which one was out of turn is the schedule's.
            TraceEvent::Stepped { .. } => row.what = "steps".to_owned(),
            TraceEvent::Output { .. } => step.touched.push((Touched::Output, AccessKind::Write)),
            TraceEvent::Accessed { resource, kind } => step.touched.push((Touched::Resource(resource), *kind)),
            TraceEvent::CancelRequested { task } => step.touched.push((Touched::Task(*task), AccessKind::Write)),
            TraceEvent::Panicked { .. } | TraceEvent::Hostile { .. } | TraceEvent::Woken { by: WokenBy::Thread(_), .. } => {
                step.barrier = true;
            }
            _ => {}
        }
        step.told.push(row);
    }

    /// Ends the group and what timers did.
    fn close(&mut self) {
        self.close_group();
        self.timers.sort_by(|left, right| left.what.cmp(&right.what));
        self.sorted.append(&mut self.timers);
    }

    fn close_group(&mut self) {
        if self.group.is_empty() {
            return;
        }
        let order = order(&self.group, self.labels);
        let mut group: Vec<Option<Step<'_>>> = self.group.drain(..).map(Some).collect();
        self.sorted.extend(order.into_iter().filter_map(|index| group[index].take()).flat_map(|step| step.told));
        self.wakes.sort_by(|left, right| left.what.cmp(&right.what));
        self.sorted.append(&mut self.wakes);
    }
}

/// The first order of a group's steps that keeps dependent ones as they are.
fn order(group: &[Step<'_>], labels: &Labels) -> Vec<usize> {
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); group.len()];
    let mut before = vec![0usize; group.len()];
    for (earlier, later) in dependencies(group) {
        after[earlier].push(later);
        before[later] += 1;
    }
    let key = |index: usize| Reverse((labels.place(group[index].task), index));
    let mut free: BinaryHeap<_> = (0..group.len()).filter(|index| before[*index] == 0).map(key).collect();
    let mut order = Vec::with_capacity(group.len());
    while let Some(Reverse((_, index))) = free.pop() {
        order.push(index);
        for later in after[index].drain(..) {
            before[later] -= 1;
            if before[later] == 0 {
                free.push(key(later));
            }
        }
    }
    order
}

/// Pairs of dependent steps, from which all others follow.
fn dependencies(group: &[Step<'_>]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let mut touched: BTreeMap<Touched<'_>, (Option<usize>, Vec<usize>)> = BTreeMap::new();
    let mut barrier = None;
    for (index, step) in group.iter().enumerate() {
        pairs.extend(barrier.map(|barrier| (barrier, index)));
        if step.barrier {
            pairs.extend((barrier.map_or(0, |barrier| barrier + 1)..index).map(|earlier| (earlier, index)));
            barrier = Some(index);
        }
        for (what, kind) in &step.touched {
            let (writer, readers) = touched.entry(*what).or_default();
            pairs.extend(writer.filter(|writer| *writer != index).map(|writer| (writer, index)));
            if *kind == AccessKind::Write {
                pairs.extend(readers.drain(..).filter(|reader| *reader != index).map(|reader| (reader, index)));
                *writer = Some(index);
            } else {
                readers.push(index);
            }
        }
    }
    pairs
}
