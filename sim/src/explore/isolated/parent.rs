//! The process that asks.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::thread;

use super::super::explorer::Explorer;
#[cfg(feature = "report")]
use super::super::failed::Failed;
use super::super::plan::Plan;
use super::super::wall::WallClock;
use super::super::work::{Tested, is_checked};
use super::{Account, Answer, Program, Request, VARIABLE};
use crate::kernel::{FailureKind, Model};
use crate::schedule::Schedule;
use crate::scheduler::{Exhaustive, Scheduler, SchedulerKind};
#[cfg(feature = "report")]
use crate::trace::Digest;

/// Processes that shrinking a failure may take.
const MOST: u64 = 200;

/// Explores with a process for each execution; does the one that this process was started for, if it was.
#[track_caller]
pub(in super::super) fn explore(explorer: &Explorer, plan: &Plan, test: String, body: &Tested<'_>) {
    if let Ok(order) = std::env::var(VARIABLE) {
        return explorer.answer(plan, &order, body);
    }
    if let Some(SchedulerKind::Exhaustive { preemptions: Some(bound) }) = plan.scheduler {
        panic!("executions in processes of their own cannot be explored by exhaustive:{bound}: exhaustive can, without a bound");
    }
    if plan.is_guided() {
        panic!("executions in processes of their own cannot go on from one another: choose another scheduler than guided");
    }
    if plan.shard.is_some() && plan.is_exhaustive() {
        panic!("executions in processes of their own cannot be explored exhaustively in parts");
    }
    let program = match Program::new(test) {
        Ok(program) => program,
        Err(error) => panic!("the program of this process is not known, so no other can be started: {error}"),
    };
    let parent = Parent { explorer, plan, program, account: RefCell::new(Account::new(explorer, plan)) };
    parent.replay_saved();
    match plan.is_exhaustive() {
        true => parent.every_schedule(),
        false => parent.by_index(),
    }
    parent.account.borrow_mut().close(None);
}

struct Parent<'a> {
    explorer: &'a Explorer,
    plan: &'a Plan,
    program: Program,
    account: RefCell<Account<'a>>,
}

impl Parent<'_> {
    #[track_caller]
    fn ask(&self, request: &Request) -> Answer {
        match self.program.ask(request) {
            Ok(answer) => answer,
            Err(why) => panic!("the process of an execution ({request}) gave no answer: {why}"),
        }
    }

    #[track_caller]
    fn replay_saved(&self) {
        let entries = self.explorer.saved_or_panic(self.plan).map_or(0, |saved| saved.entries.len());
        for entry in 0..entries {
            let answer = self.ask(&Request::Saved { entry });
            self.warn(&answer.warnings);
            self.account.borrow_mut().add_replayed();
            if let Some(text) = answer.text {
                self.account.borrow_mut().close(answer.failed.as_deref());
                panic!("{text}");
            }
        }
    }

    fn warn(&self, warnings: &[String]) {
        self.account.borrow_mut().warn(warnings);
    }

    /// Some at a time, each looked at in its turn.
    #[track_caller]
    fn by_index(&self) {
        let clock = self.plan.time_limit.map(WallClock::start);
        let mut warned = false;
        let mut indexes = (0..self.plan.executions).filter(|index| self.plan.has(*index));
        loop {
            let now: Vec<u64> = indexes.by_ref().take(self.plan.jobs.get() as usize).collect();
            if now.is_empty() || clock.as_ref().is_some_and(WallClock::is_over) {
                return;
            }
            let program = &self.program;
            let asked = thread::scope(|scope| {
                let ask = |index| scope.spawn(move || program.ask(&Request::Run { index }));
                let asked: VecDeque<_> = now.iter().map(|index| ask(*index)).collect();
                asked
                    .into_iter()
                    .map(|thread| thread.join().unwrap_or_else(|_| Err("its thread panicked".to_owned())))
                    .collect::<Vec<_>>()
            });
            for (index, answer) in now.into_iter().zip(asked) {
                let answer = answer.unwrap_or_else(|why| panic!("the process of execution {index} gave no answer: {why}"));
                self.look(index, &answer, &mut warned);
            }
        }
    }

    /// One after the other: what comes next depends on what was met.
    #[track_caller]
    fn every_schedule(&self) {
        let clock = self.plan.time_limit.map(WallClock::start);
        let mut tree = Exhaustive::new(None);
        let mut warned = false;
        for index in 0..self.plan.executions {
            let schedule = Schedule::from_choices(tree.path().iter().copied());
            let answer = self.ask(&Request::Try { index: 0, schedule });
            self.look(index, &answer, &mut warned);
            tree.begin(index, &Model::default());
            if tree.walk(&answer.choices).is_break() {
                let message = "after the same choices an execution in a fresh process met another choice than the one before; \
                               something besides the schedule decides what this program does";
                self.fail_as_differing(index, &answer, message);
            }
            tree.end();
            if tree.exhausted() {
                return self.account.borrow_mut().set_exhausted();
            }
            if clock.as_ref().is_some_and(WallClock::is_over) {
                return;
            }
        }
    }

    /// Looks at an execution, and panics if it failed.
    #[track_caller]
    fn look(&self, index: u64, answer: &Answer, warned: &mut bool) {
        let passed = self.account.borrow().executions();
        self.account.borrow_mut().add(index, answer);
        if answer.failure.is_some() {
            self.fail(index, passed, answer);
        }
        if answer.remarkable && !*warned {
            *warned = true;
            let tell = Request::Tell { index, passed, shrunk: None, schedule: answer.schedule.clone() };
            self.warn(&self.ask(&tell).warnings);
        }
        if is_checked(index) {
            let again = self.ask(&Request::Try { index, schedule: answer.schedule.clone() });
            if (again.digest, &again.failure) != (answer.digest, &answer.failure) {
                self.differ(index, answer, &again);
            }
        }
    }

    /// The same schedule came out differently in two fresh processes.
    #[track_caller]
    fn differ(&self, index: u64, first: &Answer, second: &Answer) -> ! {
        let told = |answer: &Answer| match &answer.failure {
            Some((kind, _, message)) => format!("failed with a {kind}: {message}"),
            None => format!("passed with digest {:016x}", answer.digest),
        };
        let message = format!(
            "the same schedule, {}, gave two different executions in two fresh processes: the first {}, the second {}\n  \
             Something besides the schedule decides what this program does: the order of a HashMap, a clock or random numbers of the \
             machine, another thread, a file",
            first.schedule,
            told(first),
            told(second)
        );
        self.fail_as_differing(index, first, &message);
    }

    /// Something besides the schedule has decided.
    #[track_caller]
    fn fail_as_differing(&self, index: u64, answer: &Answer, message: &str) -> ! {
        let text = format!("{}\n  {message}", FailureKind::Nondeterminism);
        let failed = self.differing(index, answer, message, &text);
        self.account.borrow_mut().close(failed.as_deref());
        panic!("{text}");
    }

    /// The line of a schedule that has come out differently.
    #[cfg(feature = "report")]
    fn differing(&self, index: u64, answer: &Answer, message: &str, text: &str) -> Option<String> {
        let failed = Failed {
            kind: FailureKind::Nondeterminism.to_string(),
            message: message.to_owned(),
            place: None,
            task: None,
            at_ns: 0,
            execution: index,
            schedule: answer.schedule.to_string(),
            digest: Digest::new(answer.digest).to_string(),
            seed: self.plan.seed.to_string(),
            text: text.to_owned(),
        };
        Some(failed.to_line())
    }

    #[cfg(not(feature = "report"))]
    fn differing(&self, _index: u64, _answer: &Answer, _message: &str, _text: &str) -> Option<String> {
        None
    }

    #[track_caller]
    fn fail(&self, index: u64, passed: u64, found: &Answer) -> ! {
        let again = self.ask(&Request::Try { index, schedule: found.schedule.clone() });
        if !again.is_same_bug(found) {
            self.differ(index, found, &again);
        }
        let (simplest, processes) = self.shrink(index, found);
        let from = found.schedule.deviations().len();
        let shrunk = (simplest.schedule != found.schedule).then_some((from, processes));
        let told = self.ask(&Request::Tell { index, passed, shrunk, schedule: simplest.schedule.clone() });
        self.warn(&told.warnings);
        match told.text {
            Some(text) => {
                self.account.borrow_mut().close(told.failed.as_deref());
                panic!("{text}")
            }
            None => self.differ(index, &simplest, &told),
        }
    }

    /// Leaves out as many deviations as possible, in ever smaller pieces.
    #[track_caller]
    fn shrink(&self, index: u64, found: &Answer) -> (Answer, u64) {
        let mut best = found.clone();
        let mut processes = 0;
        let mut piece = best.schedule.deviations().len();
        while piece > 0 {
            let mut at = 0;
            while at < best.schedule.deviations().len() && processes < MOST {
                let mut deviations = best.schedule.deviations().to_vec();
                deviations.drain(at..(at + piece).min(deviations.len()));
                let schedule = Schedule::from_parts(deviations, best.schedule.data().cloned());
                processes += 1;
                let answer = self.ask(&Request::Try { index, schedule });
                let fewer = answer.schedule.deviations().len() < best.schedule.deviations().len();
                if fewer && answer.is_same_bug(found) {
                    best = answer;
                } else {
                    at += piece;
                }
            }
            piece = if processes < MOST { (piece / 2).min(best.schedule.deviations().len()) } else { 0 };
        }
        (best, processes)
    }
}

impl Exhaustive {
    /// Goes along the choices that an execution somewhere else has made.
    fn walk(&mut self, choices: &[crate::schedule::Choice]) -> ControlFlow<()> {
        for choice in choices {
            if self.go(choice.kind, choice.alternatives) != Some(choice.picked) {
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }
}
