//! The process that runs an execution.

use std::fs;

use super::super::explorer::Explorer;
use super::super::note;
use super::super::plan::Plan;
use super::super::rerun::{failure_of, full, replaying};
use super::super::work::Tested;
use super::{Answer, Request};
use crate::kernel::{self, FailureKind, Model, Order};
use crate::schedule::Schedule;
use crate::scheduler::{Chooser, Exhaustive, Follow, SchedulerKind};
use crate::simulation::{Explanation, Fact, once};
use crate::trace::recorder;

impl Explorer {
    /// Does what this process was started for.
    #[track_caller]
    pub(super) fn answer(&self, plan: &Plan, order: &str, body: &Tested<'_>) {
        let asked = order.split_once('\n').and_then(|(request, file)| Some((request.parse::<Request>().ok()?, file)));
        let Some((request, file)) = asked else {
            panic!("{} is set to `{order}`, which is no request: it is not for people to set", super::VARIABLE)
        };
        let answer = match request {
            Request::Run { index } => self.run_for_parent(plan, index, scheduler_of(plan, index), body),
            Request::Try { index, schedule } => {
                let mut scheduler = following(&schedule);
                scheduler.begin(0, &Model::default());
                self.run_for_parent(plan, index, scheduler, body)
            }
            Request::Tell { index, passed, shrunk, schedule } => {
                let mut answer = self.tell(plan, index, &schedule, body);
                if let (_, Some(failure)) = &mut answer {
                    self.hint(plan, failure, index, passed);
                    failure.hints.isolated = true;
                    failure.hints.shrunk = shrunk;
                    let worth = !matches!(failure.kind, FailureKind::Divergence | FailureKind::Nondeterminism);
                    if let Some(saved) = self.saved_or_panic(plan).filter(|_| worth) {
                        match saved.add(failure) {
                            Ok(_) => failure.hints.saved_in = Some(saved.label()),
                            Err(error) => {
                                answer.0.warnings.push(format!("the failure could not be saved in {}: {error}", saved.label()))
                            }
                        }
                    }
                }
                let (mut answer, failure) = answer;
                if let Some(failure) = failure {
                    self.say(&failure, &mut answer);
                }
                answer
            }
            Request::Saved { entry } => {
                let mut answer = Answer::default();
                if let Some(saved) = self.saved_or_panic(plan) {
                    match self.replay_saved(plan, &saved, entry, body) {
                        Ok(Some(failure)) => self.say(&failure, &mut answer),
                        Ok(None) => {}
                        Err(warning) => answer.warnings.push(warning.to_string()),
                    }
                }
                answer
            }
        };
        if let Err(error) = fs::write(file, answer.to_string()) {
            panic!("{file} could not be written: {error}");
        }
    }

    /// Tells of a failure, with its note: here is its trace, which does not go to the process that asks.
    fn say(&self, failure: &crate::Failure, answer: &mut Answer) {
        answer.text = Some(note::text(failure, self.name.as_deref()));
        #[cfg(feature = "report")]
        {
            answer.failed = Some(super::super::failed::Failed::new(failure).to_line());
        }
    }

    #[track_caller]
    fn run_for_parent(&self, plan: &Plan, index: u64, scheduler: Chooser, body: &Tested<'_>) -> Answer {
        // What tasks wait for is known of full traces only, and a process takes longer than any of them.
        let order = Order { settings: &plan.settings, data: plan.data(index), full: true };
        let outcome = once::brief(&order, &mut Some(scheduler), body.program);
        let mut answer = Answer {
            digest: recorder::with(|recorder| recorder.digest()).get(),
            schedule: kernel::with(|kernel| kernel.schedule()),
            choices: kernel::with(|kernel| kernel.choices()),
            ..Answer::default()
        };
        match (outcome, body.error.take()) {
            (Ok(_), Some(error)) => answer.failure = Some((FailureKind::Error, String::new(), error)),
            (Ok(brief), None) => answer.remarkable = brief.remarkable,
            (Err(fault), _) if fault.stopped => answer.stopped = true,
            (Err(fault), _) => {
                answer.failure = Some((fault.kind, fault.place.unwrap_or_default(), fault.message));
            }
        }
        answer
    }

    #[track_caller]
    fn tell(&self, plan: &Plan, index: u64, schedule: &Schedule, body: &Tested<'_>) -> (Answer, Option<crate::Failure>) {
        let order = Order { settings: &plan.settings, data: plan.data(index), full: true };
        let (execution, _, _) = full(&order, replaying(schedule), plan.seed, body.program);
        let mut failure = failure_of(&execution, body.error.take(), plan.seed);
        if let Some(failure) = &mut failure {
            failure.explanation = Fact::all(&failure.trace).map(|facts| Explanation { facts, lanes: None, passing: None });
        }
        let warnings = execution.warnings.iter().map(ToString::to_string).collect();
        let answer = Answer { digest: execution.trace.digest().get(), warnings, ..Answer::default() };
        (answer, failure)
    }
}

/// The scheduler of an execution that knows nothing of those before it.
fn scheduler_of(plan: &Plan, index: u64) -> Chooser {
    let kind = plan.scheduler.as_ref().unwrap_or(&SchedulerKind::Portfolio);
    let mut scheduler = match kind {
        SchedulerKind::Exhaustive { .. } => Chooser::from(Box::new(Exhaustive::new(None))),
        kind => crate::scheduler::Lineup::unlearned(kind, plan.seed, index),
    };
    scheduler.begin(index, &Model::default());
    scheduler
}

fn following(schedule: &Schedule) -> Chooser {
    let deviations: Vec<(u64, u32)> = schedule.deviations().iter().map(|deviation| (deviation.index, deviation.picked)).collect();
    Chooser::Any(Box::new(Follow::new(&deviations)))
}
