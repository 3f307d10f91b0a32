//! [`Turn`]: the choices of an execution, told by what was picked and what had to wait for it.

use std::collections::{BTreeMap, VecDeque};

use super::{HostileAct, TaskId, Trace, TraceEvent};
use crate::instant::Instant;
use crate::schedule::{Choice, ChoiceKind};

/// A step of a task, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct StepOf {
    pub(crate) task: TaskId,
    pub(crate) step: u32,
}

/// A choice that did not pick the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Turn {
    /// Which choice of the execution, counted from 0.
    pub(crate) index: u64,
    pub(crate) choice: Choice,
    pub(crate) at: Instant,
    pub(crate) what: What,
    /// What a hostile executor did there, and to whom.
    pub(crate) fault: Option<(TaskId, HostileAct)>,
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A task stepped before the one that had been ready longest.
    Step { picked: StepOf, instead_of: Option<StepOf> },
    /// A task drew something, as its n-th choice of that kind, counted from 1.
    Draw { by: Option<TaskId>, nth: u32 },
}

impl Trace {
    /// The choices that did not pick the default, in order. `None` if events are left out, so that nobody knows who was ready.
    pub(crate) fn turns(&self) -> Option<Vec<Turn>> {
        let mut turns: Vec<Turn> = Vec::new();
        let mut ready: VecDeque<TaskId> = VecDeque::new();
        let mut steps = vec![0u32; self.tasks().len()];
        let mut draws: BTreeMap<(Option<TaskId>, ChoiceKind), u32> = BTreeMap::new();
        for (at, current, happened) in self.timeline() {
            match happened {
                TraceEvent::Spawned { task, .. } | TraceEvent::Woken { task, .. } => ready.push_back(*task),
                TraceEvent::Hostile { task, act } => {
                    if matches!(act, HostileAct::SpuriousPoll | HostileAct::LateWakeArrives) {
                        ready.push_back(*task);
                    }
                    // What was chosen follows its choice at once; that a late wake arrives is no choice.
                    if *act != HostileAct::LateWakeArrives
                        && let Some(turn) = turns.last_mut()
                    {
                        turn.fault = Some((*task, *act));
                    }
                }
                TraceEvent::Stepped { task } => {
                    if let Some(place) = ready.iter().position(|other| other == task) {
                        ready.remove(place);
                    }
                    *steps.get_mut(task.index())? += 1;
                }
                TraceEvent::Choice { index, choice, task } => {
                    let next_step = |task: TaskId| StepOf { task, step: steps.get(task.index()).map_or(1, |taken| taken + 1) };
                    let what = match task {
                        Some(task) => {
                            let front = ready.front().filter(|front| *front != task);
                            What::Step { picked: next_step(*task), instead_of: front.map(|front| next_step(*front)) }
                        }
                        None => {
                            let nth = draws.entry((current, choice.kind)).or_default();
                            *nth += 1;
                            What::Draw { by: current, nth: *nth }
                        }
                    };
                    if choice.picked > 0 {
                        turns.push(Turn { index: *index, choice: *choice, at, what, fault: None });
                    }
                }
                TraceEvent::LeftOut { .. } => return None,
                _ => {}
            }
        }
        Some(turns)
    }
}
