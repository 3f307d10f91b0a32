//! [`Guide`]: what a worker of a guided exploration does: makes an input, runs it, keeps what was new.

use super::corpus::Snapshot;
use crate::coverage::{self, Features, Guiding};
use crate::kernel::{self, Order};
use crate::schedule::{Data, Schedule};
use crate::scheduler::{Chooser, Entry, Feedback, Guided, Model, Scheduler, bucket};
use crate::seed::Seed;

/// An execution that showed what its worker had not seen before.
#[derive(Clone, Debug)]
pub(in crate::explore) struct Candidate {
    pub(in crate::explore) entry: Entry,
    pub(in crate::explore) feedback: Feedback,
    pub(in crate::explore) schedule: Schedule,
}

/// Makes the inputs of one worker's executions and looks at what they show.
#[derive(Debug)]
pub(in crate::explore) struct Guide {
    chooser: Option<Chooser>,
    /// What its executions have shown so far. Whoever puts all candidates together knows this already, from executions before.
    known: Known,
    candidates: Vec<Candidate>,
    _listens: Guiding,
}

impl Guide {
    pub(in crate::explore) fn new(seed: Seed) -> Self {
        Self {
            chooser: Some(Chooser::Any(Box::new(Guided::new(seed)))),
            known: Known::new(),
            candidates: Vec::new(),
            _listens: Guiding::new(),
        }
    }

    /// The scheduler of an execution that goes on from the corpus, ready to begin, and where its data come from.
    pub(in crate::explore) fn take(&mut self, execution: u64, corpus: &Snapshot, data: Data) -> (Chooser, Data) {
        self.prepared(execution, |guided| guided.go_on(execution, corpus).unwrap_or(data))
    }

    /// The scheduler of an execution that is in the corpus.
    pub(in crate::explore) fn take_seed(&mut self, schedule: &Schedule, data: Data) -> (Chooser, Data) {
        self.prepared(0, |guided| {
            let deviations = schedule.deviations().iter().map(|deviation| (deviation.index, deviation.picked));
            guided.follow(deviations);
            schedule.data().cloned().unwrap_or(data)
        })
    }

    fn prepared(&mut self, execution: u64, prepare: impl FnOnce(&mut Guided) -> Data) -> (Chooser, Data) {
        let Some(mut chooser) = self.chooser.take() else { unreachable!("the scheduler comes back before the next execution") };
        let guided = chooser.as_any().and_then(|any| any.downcast_mut::<Guided>());
        let Some(guided) = guided else { unreachable!("a guide's scheduler is the guided one") };
        let data = prepare(guided);
        guided.begin(execution, &Model::default());
        (chooser, data)
    }

    /// Looks at the execution that is over, if it passed: one that failed is nothing to go on from.
    pub(in crate::explore) fn put(&mut self, chooser: Chooser, order: &Order<'_>, passed: bool) {
        self.chooser = Some(chooser);
        if !passed {
            return;
        }
        let mut shown = Vec::new();
        coverage::each_feature(|feature| {
            let bit = bucket(feature);
            // Whoever puts candidates together asks for more than a little earlier. To ask for less here keeps what comes of it
            // from depending on who has run what.
            if self.known.add(feature.id, bit, feature.at, |at, first| at < first) {
                shown.push((feature.id, bit, feature.at));
            }
        });
        if shown.is_empty() {
            return;
        }
        let (entry, schedule) = kernel::with(|kernel| {
            let choices = kernel.choices();
            (Entry::new(choices.into_iter(), order.data.clone(), kernel.drawers()), kernel.schedule())
        });
        self.candidates.push(Candidate { entry, feedback: Feedback { shown }, schedule });
    }

    pub(in crate::explore) fn take_candidates(&mut self) -> Vec<Candidate> {
        std::mem::take(&mut self.candidates)
    }
}

/// What has been shown, and how often at a time.
#[derive(Debug)]
pub(in crate::explore) struct Known(Features);

impl Known {
    pub(in crate::explore) const fn new() -> Self {
        Self(Features::unlimited())
    }

    /// Adds a bit of a feature that was shown after so many choices. Says whether it is new, or was shown so much earlier than ever before
    /// that this counts.
    pub(in crate::explore) fn add(&mut self, id: u64, bit: u8, at: u32, is_earlier: impl Fn(u32, u32) -> bool) -> bool {
        let Some(known) = self.0.entry(id, at) else { return false };
        let new = known.count & u32::from(bit) == 0;
        known.count |= u32::from(bit);
        let earlier = is_earlier(at, known.at);
        if earlier {
            known.at = at;
        }
        new || earlier
    }
}
