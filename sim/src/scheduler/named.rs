//! Named: the answers of a schedule that tells them in the tasks' names.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::{ChoicePoint, Model, Scheduler};
use crate::resource::Access;
use crate::schedule::{ChoiceKind, NamedDeviation, NamedSchedule, Who};
use crate::trace::{StepOf, What};
use crate::trace::{TaskId, Trace, recorder};

/// Follows the facts of a named schedule, one after the other, and is in fifo order elsewhere.
///
/// A fact finds its place when its task is ready for the step that it names and the task that has been ready longest is the one
/// that is to wait; or by itself, when fifo order makes it true.
#[derive(Debug)]
pub(crate) struct Named {
    deviations: Vec<NamedDeviation>,
    /// How many of them have found their place.
    placed: Rc<Cell<usize>>,
    /// Who each task is.
    tasks: Vec<Who>,
    names: BTreeMap<String, u32>,
    /// How many steps each task has taken.
    steps: Vec<u32>,
    /// How many draws of each kind.
    draws: BTreeMap<(u32, ChoiceKind), u32>,
}

impl Named {
    /// With the number of deviations that have found their place, to be looked at when the execution is over.
    pub(crate) fn new(schedule: &NamedSchedule) -> (Self, Rc<Cell<usize>>) {
        let placed = Rc::new(Cell::new(0));
        let named = Self {
            deviations: schedule.deviations.clone(),
            placed: placed.clone(),
            tasks: Vec::new(),
            names: BTreeMap::new(),
            steps: Vec::new(),
            draws: BTreeMap::new(),
        };
        (named, placed)
    }

    /// Looks who the tasks are that were spawned since.
    fn meet(&mut self) {
        while let Some((name, _)) = recorder::with(|recorder| recorder.known(self.tasks.len() as u32)) {
            self.tasks.push(ordinal(&mut self.names, &name));
        }
    }

    fn is(&self, task: TaskId, (who, step): &(Who, u32)) -> bool {
        self.tasks.get(task.index()) == Some(who) && self.taken(task) + 1 == *step
    }

    fn taken(&self, task: TaskId) -> u32 {
        self.steps.get(task.index()).copied().unwrap_or(0)
    }

    fn next(&self) -> Option<&NamedDeviation> {
        self.deviations.get(self.placed.get())
    }

    fn place(&self) {
        self.placed.set(self.placed.get() + 1);
    }

    fn pick_task(&self, point: &ChoicePoint<'_>) -> Option<u32> {
        let NamedDeviation::Step { picked, instead_of } = self.next()? else { return None };
        let place = (1..point.alternatives()).find(|k| point.task(*k).is_some_and(|task| self.is(task, picked)))?;
        let waits = match instead_of {
            Some(instead_of) => self.is(point.task(0)?, instead_of),
            None => true,
        };
        waits.then_some(place)
    }
}

/// Which of the tasks of its name a task is.
fn ordinal(names: &mut BTreeMap<String, u32>, name: &str) -> Who {
    let nth = names.entry(name.to_owned()).or_default();
    *nth += 1;
    Who { name: name.to_owned(), nth: *nth }
}

impl Scheduler for Named {
    fn choose(&mut self, point: &ChoicePoint<'_>) -> u32 {
        self.meet();
        if point.kind() == ChoiceKind::Task {
            return self.pick_task(point).inspect(|_| self.place()).unwrap_or(0);
        }
        let current = recorder::with(|recorder| recorder.current());
        let nth = self.draws.entry((current, point.kind())).or_default();
        *nth += 1;
        let drawn = *nth;
        match self.next() {
            Some(NamedDeviation::Draw { kind, by, nth, picked, alternatives })
                if *kind == point.kind()
                    && *nth == drawn
                    && *alternatives == point.alternatives()
                    && self.tasks.get(current as usize) == Some(by) =>
            {
                let picked = *picked;
                self.place();
                picked
            }
            _ => 0,
        }
    }

    fn begin(&mut self, _execution: u64, _model: &Model) {
        self.placed.set(0);
        self.tasks.clear();
        self.names.clear();
        self.steps.clear();
        self.draws.clear();
    }

    fn stepped(&mut self, task: TaskId, _accesses: &[Access]) {
        self.meet();
        // It came by itself.
        if let Some(NamedDeviation::Step { picked, instead_of: Some((other, before)) }) = self.next()
            && self.is(task, picked)
            && let Some(other) = self.tasks.iter().position(|who| who == other)
            && self.steps.get(other).copied().unwrap_or(0) < *before
        {
            self.place();
        }
        if self.steps.len() <= task.index() {
            self.steps.resize(task.index() + 1, 0);
        }
        self.steps[task.index()] += 1;
    }
}

impl NamedSchedule {
    /// The deviations of an execution in the names of its tasks. `None` if its trace is not whole.
    pub(crate) fn of(trace: &Trace, data: Option<crate::schedule::Data>) -> Option<Self> {
        let mut names = BTreeMap::new();
        let tasks: Vec<Who> = trace.tasks().iter().map(|info| ordinal(&mut names, &info.name)).collect();
        let who = |task: TaskId| tasks.get(task.index()).cloned();
        let named = |step: StepOf| Some((who(step.task)?, step.step));
        let deviations = trace.turns()?.into_iter().map(|turn| match turn.what {
            What::Step { picked, instead_of } => {
                Some(NamedDeviation::Step { picked: named(picked)?, instead_of: instead_of.and_then(named) })
            }
            What::Draw { by, nth } => Some(NamedDeviation::Draw {
                kind: turn.choice.kind,
                by: who(by?)?,
                nth,
                picked: turn.choice.picked,
                alternatives: turn.choice.alternatives,
            }),
        });
        Some(Self { deviations: deviations.collect::<Option<_>>()?, data })
    }
}
