//! An exploration on the thread that asks for it.

use std::cell::Cell;
use std::ops::ControlFlow;

use super::Report;
use super::batch::{Batch, What};
use super::explorer::Explorer;
use super::plan::Plan;
use super::progress::Telling;
use super::regress::Beginning;
use super::rerun::full;
use super::tally::Tally;
use super::wall::WallClock;
use super::work::{RunOne, Tested, Work, Worker, run_one};
use crate::scheduler::SchedulerKind;
use crate::simulation::once::Program;
use crate::simulation::{Execution, Warning};

impl Explorer {
    /// Runs until a failure, keeping digests only.
    #[track_caller]
    pub(super) fn explore(&self, plan: &Plan, body: &Tested<'_>) -> Report {
        if let Some(schedule) = &plan.replay {
            return self.replay(plan, schedule, body);
        }
        let beginning = match self.begin(plan, body) {
            Ok(beginning) => beginning,
            Err(report) => return *report,
        };
        if plan.is_guided() {
            return self.explore_guided(plan, beginning, body);
        }
        let mut tally = Tally::new(plan);
        let mut batch = Batch::default();
        let tree = Cell::new(0);
        let mut show = Telling::new(self.name.as_deref(), plan);
        let mut pace = show.pace();
        let most = plan.most();
        let exhausted = self.each(plan, body.program, &tree, &mut |execution, scheduler, order| {
            if batch.tree != tree.get() {
                tally.absorb(&mut batch, plan);
                batch.tree = tree.get();
            }
            run_one(execution, scheduler, order, body, &mut batch);
            let over = batch.found.is_some() || tally.executions + batch.keys.len() as u64 >= most;
            if over {
                return ControlFlow::Break(());
            }
            if batch.is_full() || (show.is_on() && pace.is_due()) {
                tally.absorb(&mut batch, plan);
                show.tell(&tally);
            }
            ControlFlow::Continue(())
        });
        tally.absorb(&mut batch, plan);
        tally.exhausted = exhausted;
        show.end(&tally);
        self.finish(plan, &tally, beginning, body)
    }

    /// The report of an exploration that is over. What is remarkable about it is looked at more closely.
    #[track_caller]
    pub(super) fn finish(&self, plan: &Plan, tally: &Tally, beginning: Beginning, body: &Tested<'_>) -> Report {
        let mut report = tally.report(plan);
        if let Some(met) = &tally.remarkable {
            report.warnings = self.rerun(plan, met, body).execution.warnings;
        }
        report.failure = tally.found.as_ref().map(|found| match &found.what {
            What::Failure(kind, message) => self.look_closer(plan, &found.met, (*kind, message), body),
            What::Differs(what) => self.differs(plan, &found.met, what, body),
        });
        if let Some(failure) = &mut report.failure {
            let index = tally.found.as_ref().map_or(0, |found| found.met.index);
            self.hint(plan, failure, index, tally.executions - 1);
        }
        if report.failure.is_none() {
            let never = report.points.iter().filter(|point| !point.held);
            let executions = report.executions;
            let warnings = never.map(|point| Warning::NeverHeld { name: point.name.clone(), executions });
            report.warnings.extend(warnings);
        }
        beginning.conclude(&mut report);
        report
    }

    /// Shows every execution to `look`.
    #[track_caller]
    pub(super) fn look_at_each(
        &self,
        plan: &Plan,
        program: &dyn Program,
        look: &mut dyn FnMut(Execution<()>) -> ControlFlow<()>,
    ) -> Report {
        let mut tally = Tally::new(plan);
        let mut batch = Batch::default();
        let tree = Cell::new(0);
        let mut warnings = Vec::new();
        let mut first_failure = None;
        let exhausted = self.each(plan, program, &tree, &mut |index, scheduler, order| {
            let order = order.keeping(true);
            let Some(running) = scheduler.take() else { return ControlFlow::Break(()) };
            let (mut execution, back, stopped) = full(&order, running, plan.seed, program);
            *scheduler = back;
            batch.tree = tree.get();
            batch.add(&execution, stopped);
            let passed = tally.executions;
            tally.absorb(&mut batch, plan);
            if warnings.is_empty() {
                warnings.clone_from(&execution.warnings);
            }
            if let Err(failure) = &mut execution.outcome {
                self.hint(plan, failure, index, passed);
                if first_failure.is_none() && !stopped {
                    first_failure = Some(failure.clone());
                }
            }
            let over = tally.is_over(plan);
            let flow = look(execution);
            if over { ControlFlow::Break(()) } else { flow }
        });
        tally.exhausted = exhausted;
        let mut report = tally.report(plan);
        report.warnings = warnings;
        report.failure = first_failure;
        report
    }

    /// Calls `run` with its scheduler for each execution of the plan; `at` says of which subtree it is. Says whether every schedule was
    /// tried.
    #[track_caller]
    fn each(&self, plan: &Plan, program: &dyn Program, at: &Cell<u64>, run: &mut RunOne<'_>) -> bool {
        if plan.is_guided() {
            return self.each_guided(plan, program, run).exhausted;
        }
        let clock = plan.time_limit.map(WallClock::start);
        let mut worker = Worker::new(plan, &plan.settings, program, self.factory.as_ref(), clock);
        let Some(SchedulerKind::Exhaustive { preemptions }) = plan.scheduler.as_ref().filter(|_| plan.replay.is_none()) else {
            let executions = if plan.replay.is_some() { 1 } else { plan.executions };
            return worker.each(Work::Range(0..executions), run).exhausted;
        };
        let trees = worker.trees(*preemptions);
        let last = trees.len();
        for (n, tree) in (1..).zip(trees) {
            at.set(plan.nth_tree(n as u64 - 1));
            let done = worker.each(Work::Tree(Box::new(tree)), run);
            if done.over || n == last {
                return done.exhausted && n == last;
            }
        }
        // This process has no part of the tree.
        last == 0
    }
}
