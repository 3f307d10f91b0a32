//! [`Model`]: what a few executions have shown of a program, for schedulers that have to know what lies ahead.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::resource::{Access, ResourceId};
use crate::trace::AccessKind;

/// What earlier executions have shown of a program: how long it is, which tasks it has, how many steps each takes and what
/// each step touches.
///
/// It is learned from the first executions of an exploration (see [`Scheduler::needs_model`](crate::Scheduler::needs_model))
/// and stays as it is from then on, so that what a scheduler decides in execution i depends on nothing but the program, the
/// settings, the seed and i. A task is known by its [path](crate::TaskPath). Empty for a single [`Sim`](crate::Sim).
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Model {
    /// Steps of an execution from its first choice on, the most that was seen; 0 if nothing was.
    pub steps: u64,
    pub(crate) program: Arc<Program>,
}

/// Tasks that a model knows at most, so that learning stays cheap for whatever program.
const MOST_TASKS: usize = 1 << 18;
/// Steps with accesses that it knows at most, of all tasks together.
const MOST_STEPS: usize = 1 << 20;

/// A task, or a footprint, that the model does not know.
pub(crate) const UNKNOWN: u32 = u32::MAX;
/// The footprint of a step that touches nothing.
pub(crate) const EMPTY: u32 = 0;

/// The tasks of a program as a tree, and what their steps touch.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Program {
    /// Main first, parents before their children.
    tasks: Vec<Known>,
    /// What steps touch, each combination once; the first is empty.
    footprints: Vec<Vec<Access>>,
    interned: BTreeMap<Vec<(ResourceId, bool)>, u32>,
    /// Steps whose footprint is kept.
    kept: usize,
    /// For each resource, in order, the footprints that it is in, and whether they write it.
    touching: Vec<(ResourceId, Vec<(u32, bool)>)>,
    /// The resources that two tasks touch of which one writes.
    shared: Vec<ResourceId>,
}

/// What is known of the task with one path.
#[derive(Clone, Debug, Default, PartialEq)]
struct Known {
    parent: u32,
    children: Vec<u32>,
    /// The most steps that it took.
    steps: u32,
    /// The same with the steps of its descendants.
    weight: u64,
    /// The footprint of each step, as far as there are any but the empty one.
    footprints: Vec<u32>,
    /// For each shared resource that it or a descendant touches, by number: in how many steps.
    touches: Vec<(u32, u64)>,
}

impl Default for Program {
    fn default() -> Self {
        Self {
            tasks: vec![Known { parent: UNKNOWN, ..Known::default() }],
            footprints: vec![Vec::new()],
            interned: BTreeMap::from([(Vec::new(), EMPTY)]),
            kept: 0,
            touching: Vec::new(),
            shared: Vec::new(),
        }
    }
}

/// What schedulers ask.
impl Program {
    /// The `n`-th child of a task.
    pub(crate) fn child(&self, task: u32, n: u32) -> u32 {
        self.tasks.get(task as usize).and_then(|known| known.children.get(n as usize)).copied().unwrap_or(UNKNOWN)
    }

    /// The most steps of a task and its descendants. A task that is not known is taken to have one.
    pub(crate) fn weight(&self, task: u32) -> u64 {
        self.tasks.get(task as usize).map_or(1, |known| known.weight)
    }

    /// What the task touches in its `step`-th step.
    pub(crate) fn footprint(&self, task: u32, step: u32) -> u32 {
        match self.tasks.get(task as usize) {
            Some(known) if step < known.steps => known.footprints.get(step as usize).copied().unwrap_or(EMPTY),
            _ => UNKNOWN,
        }
    }

    /// How many footprints there are.
    pub(crate) fn footprints(&self) -> usize {
        self.footprints.len()
    }

    /// The known footprints that conflict with an access.
    pub(crate) fn conflicting(&self, access: &Access) -> impl Iterator<Item = u32> + '_ {
        let found = self.touching.binary_search_by_key(&access.resource, |(resource, _)| *resource);
        let writes = access.kind == AccessKind::Write;
        let footprints = found.ok().map_or(&[][..], |at| &self.touching[at].1);
        footprints.iter().filter(move |(_, written)| *written || writes).map(|(footprint, _)| *footprint)
    }

    /// Resources that several tasks touch and one of them writes.
    pub(crate) fn shared(&self) -> &[ResourceId] {
        &self.shared
    }

    /// Whether a footprint contains a resource; that of a step which is not known may.
    pub(crate) fn touches(&self, footprint: u32, resource: ResourceId) -> bool {
        self.footprints.get(footprint as usize).is_none_or(|accesses| accesses.iter().any(|access| access.resource == resource))
    }

    /// In how many steps a task and its descendants touch the `shared`-th shared resource.
    pub(crate) fn touches_of(&self, task: u32, shared: u32) -> u64 {
        let Some(known) = self.tasks.get(task as usize) else { return 1 };
        known.touches.binary_search_by_key(&shared, |(shared, _)| *shared).map_or(0, |at| known.touches[at].1)
    }
}

/// How it is learned.
impl Program {
    /// The `n`-th child of a task, known from now on.
    pub(crate) fn learn_child(&mut self, task: u32, n: u32) -> u32 {
        let next = self.tasks.len();
        let Some(parent) = self.tasks.get_mut(task as usize) else { return UNKNOWN };
        match parent.children.get(n as usize) {
            Some(&child) => child,
            None if parent.children.len() == n as usize && next < MOST_TASKS => {
                parent.children.push(next as u32);
                self.tasks.push(Known { parent: task, ..Known::default() });
                next as u32
            }
            None => UNKNOWN,
        }
    }

    /// A task took its `step`-th step. If that is not always the same, everything it ever touched there counts.
    pub(crate) fn learn_step(&mut self, task: u32, step: u32, accesses: &[Access]) {
        let Some(known) = self.tasks.get_mut(task as usize) else { return };
        known.steps = known.steps.max(step.saturating_add(1));
        if accesses.is_empty() {
            return;
        }
        let at = step as usize;
        if at >= known.footprints.len() {
            self.kept += at + 1 - known.footprints.len();
            if self.kept > MOST_STEPS {
                known.steps = known.steps.min(known.footprints.len() as u32);
                return;
            }
            known.footprints.resize(at + 1, EMPTY);
        }
        let former = known.footprints[at];
        let seen = &self.footprints[former as usize];
        let covers = |access: &Access| {
            seen.iter()
                .any(|seen| seen.resource == access.resource && (seen.kind == AccessKind::Write || seen.kind == access.kind))
        };
        if accesses.iter().all(covers) {
            return;
        }
        let all: Vec<Access> = self.footprints[former as usize].iter().chain(accesses).copied().collect();
        let footprint = intern(&mut self.interned, &mut self.footprints, &all);
        self.tasks[task as usize].footprints[at] = footprint;
    }

    /// The execution is over: what follows from all that was learned.
    pub(crate) fn end(&mut self) {
        let mut touching: BTreeMap<ResourceId, Vec<(u32, bool)>> = BTreeMap::new();
        for (footprint, accesses) in (0..).zip(&self.footprints) {
            for access in accesses {
                touching.entry(access.resource).or_default().push((footprint, access.kind == AccessKind::Write));
            }
        }
        self.touching = touching.into_iter().collect();
        // Who touches a resource, of whom only one or several matters, and whether anybody writes it.
        let mut users: BTreeMap<ResourceId, (u32, bool, bool)> = BTreeMap::new();
        for (task, known) in (0..).zip(&self.tasks) {
            for access in known.footprints.iter().flat_map(|footprint| &self.footprints[*footprint as usize]) {
                let (first, several, written) = users.entry(access.resource).or_insert((task, false, false));
                *several |= *first != task;
                *written |= access.kind == AccessKind::Write;
            }
        }
        let shared = users.iter().filter(|(_, (_, several, written))| *several && *written);
        self.shared = shared.map(|(resource, _)| *resource).collect();
        self.sum_up();
    }

    /// Weights, from the leaves to main.
    fn sum_up(&mut self) {
        let Self { tasks, footprints, shared, .. } = self;
        for known in tasks.iter_mut() {
            known.weight = known.steps.into();
            let mut touches: BTreeMap<u32, u64> = BTreeMap::new();
            for access in known.footprints.iter().flat_map(|footprint| &footprints[*footprint as usize]) {
                if let Ok(shared) = shared.binary_search(&access.resource) {
                    *touches.entry(shared as u32).or_default() += 1;
                }
            }
            known.touches = touches.into_iter().collect();
        }
        for task in (1..tasks.len()).rev() {
            let (before, after) = tasks.split_at_mut(task);
            let parent = &mut before[after[0].parent as usize];
            parent.weight += after[0].weight;
            add(&mut parent.touches, &after[0].touches);
        }
    }
}

fn intern(interned: &mut BTreeMap<Vec<(ResourceId, bool)>, u32>, all: &mut Vec<Vec<Access>>, accesses: &[Access]) -> u32 {
    let mut writes: BTreeMap<ResourceId, bool> = BTreeMap::new();
    for access in accesses {
        *writes.entry(access.resource).or_default() |= access.kind == AccessKind::Write;
    }
    let key: Vec<(ResourceId, bool)> = writes.into_iter().collect();
    *interned.entry(key).or_insert_with_key(|key| {
        let kind = |write: bool| if write { AccessKind::Write } else { AccessKind::Read };
        all.push(key.iter().map(|&(resource, write)| Access::new(resource, kind(write))).collect());
        (all.len() - 1) as u32
    })
}

/// Adds up two lists in order of their numbers.
fn add(to: &mut Vec<(u32, u64)>, from: &[(u32, u64)]) {
    for &(number, count) in from {
        match to.binary_search_by_key(&number, |(number, _)| *number) {
            Ok(at) => to[at].1 += count,
            Err(at) => to.insert(at, (number, count)),
        }
    }
}
