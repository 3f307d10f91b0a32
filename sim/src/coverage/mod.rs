//! What an execution shows of where it came to: [`cover!`](crate::cover), [`sometimes!`](crate::sometimes),
//! [`reachable!`](crate::reachable), who read what whom wrote.
//!
//! The guided scheduler's only feedback. Nothing of it reaches a trace: whether somebody listens changes no execution.

// Where libFuzzer is linked, that takes the compiler's counters itself, by functions of the same names.
#[cfg(all(reenact_coverage, not(feature = "libfuzzer")))]
pub(crate) mod counters;
#[cfg(not(all(reenact_coverage, not(feature = "libfuzzer"))))]
#[path = "no_counters.rs"]
pub(crate) mod counters;
mod features;
mod hasher;
mod points;
mod reads_from;

use std::cell::{Cell, RefCell};
use std::hash::Hash;

pub(crate) use features::{Feature, Features};
pub(crate) use points::Point;

use crate::kernel;
use crate::resource::{AccessKind, ResourceId};
use hasher::Frozen;
use points::Points;
use reads_from::ReadsFrom;

thread_local! {
    static COVERAGE: Coverage = const { Coverage::new() };
}

/// What the running execution has shown.
struct Coverage {
    /// Whether somebody wants to know its features.
    guiding: Cell<bool>,
    /// Whether there are points to be taken.
    noted: Cell<bool>,
    state: RefCell<State>,
}

struct State {
    features: Features,
    reads_from: ReadsFrom,
    points: Points,
}

impl Coverage {
    const fn new() -> Self {
        let state = State { features: Features::new(), reads_from: ReadsFrom::new(), points: Points::new() };
        Self { guiding: Cell::new(false), noted: Cell::new(false), state: RefCell::new(state) }
    }
}

fn with<R>(body: impl FnOnce(&Coverage) -> R) -> R {
    COVERAGE.with(body)
}

/// As long as it lives, executions of this thread note what they show.
#[derive(Debug)]
pub(crate) struct Guiding(());

impl Guiding {
    pub(crate) fn new() -> Self {
        with(|coverage| coverage.guiding.set(true));
        Self(())
    }
}

impl Drop for Guiding {
    fn drop(&mut self) {
        with(|coverage| {
            coverage.guiding.set(false);
            let mut state = coverage.state.borrow_mut();
            state.features = Features::new();
            state.reads_from.clear();
        });
    }
}

/// An execution begins.
#[inline]
pub(crate) fn begin() {
    with(|coverage| {
        if coverage.guiding.get() {
            let mut state = coverage.state.borrow_mut();
            state.features.clear();
            state.reads_from.clear();
            counters::clear();
        }
    });
}

/// What the execution that is over has shown, in the order in which it was first shown.
pub(crate) fn each_feature(mut take: impl FnMut(Feature)) {
    with(|coverage| coverage.state.borrow().features.iter().for_each(&mut take));
    counters::each(|place, count| {
        let mut hasher = Frozen::new(Kind::Place as u64);
        place.hash(&mut hasher);
        // After how many choices is not known.
        take(Feature { id: hasher.word(), count: count.into(), at: u32::MAX });
    });
}

/// What `sometimes!` and `reachable!` have said since this was asked last; nothing, mostly.
#[inline]
pub(crate) fn take_points(mut take: impl FnMut(Point)) {
    with(|coverage| {
        if coverage.noted.replace(false) {
            coverage.state.borrow_mut().points.drain(&mut take);
        }
    });
}

/// A feature of the running execution.
fn show(kind: Kind, hash: impl FnOnce(&mut Frozen)) {
    with(|coverage| {
        if !coverage.guiding.get() {
            return;
        }
        // Hashing may be the program's code.
        let mut hasher = Frozen::new(kind as u64);
        hash(&mut hasher);
        let at = kernel::with(|kernel| kernel.choices_so_far());
        coverage.state.borrow_mut().features.add(hasher.word(), at);
    });
}

#[derive(Clone, Copy)]
enum Kind {
    Cover = 1,
    Held = 2,
    ReadsFrom = 3,
    Place = 4,
}

/// What [`cover!`](crate::cover) calls.
#[doc(hidden)]
pub fn cover(key: &str, value: &(impl Hash + ?Sized)) {
    show(Kind::Cover, |hasher| {
        key.hash(hasher);
        value.hash(hasher);
    });
}

/// What [`sometimes!`](crate::sometimes) and [`reachable!`](crate::reachable) call.
#[doc(hidden)]
pub fn sometimes(held: bool, name: &'static str) {
    if !kernel::with(|kernel| kernel.is_running()) {
        return;
    }
    with(|coverage| {
        coverage.noted.set(true);
        coverage.state.borrow_mut().points.note(Point { name, held });
    });
    if held {
        show(Kind::Held, |hasher| name.hash(hasher));
    }
}

/// The task with this path hash touches a resource.
#[inline]
pub(crate) fn accessed(resource: ResourceId, kind: AccessKind) {
    if with(|coverage| coverage.guiding.get()) {
        read_or_written(resource, kind);
    }
}

#[cold]
fn read_or_written(resource: ResourceId, kind: AccessKind) {
    let Some((_, task)) = kernel::with(|kernel| kernel.current_numbers()) else { return };
    let pair = with(|coverage| coverage.state.borrow_mut().reads_from.note(resource.word(), task, kind));
    if let Some(pair) = pair {
        show(Kind::ReadsFrom, |hasher| pair.hash(hasher));
    }
}

/// Says that an execution has come to a place, or to a state, that is worth coming back to: a key and a small value.
///
/// The [guided](crate::SchedulerKind::Guided) scheduler keeps the schedules that show a key with a value for the first time, or more often
/// than before, and goes on from there. So name progress: the state of a protocol, the number of retries, a queue's length. The value is
/// anything that can be hashed; one that differs in every execution, such as a time or a random number, leads nowhere.
///
/// It changes no execution and appears in no trace. Where no guided exploration runs, and outside executions, it does nothing; so it may
/// stand in code that is not only run in tests.
///
/// ```
/// use reenact_sim::{Explorer, SchedulerKind};
///
/// // Twelve guesses of one in four: too many to be made at random.
/// let report = Explorer::new().scheduler(SchedulerKind::Guided).executions(20_000).run(|| async {
///     let mut state = 0;
///     while state < 12 && reenact_sim::choose(4) == (state * 7 + 3) % 4 {
///         state += 1;
///         reenact_sim::cover!("state", state);
///     }
///     assert!(state < 12);
/// });
/// assert!(report.failure.is_some());
/// ```
#[macro_export]
macro_rules! cover {
    ($key:expr) => {
        $crate::cover!($key, ())
    };
    ($key:expr, $value:expr $(,)?) => {
        $crate::__private::cover($key, &$value)
    };
}

/// Says that a condition should hold sometimes: in at least one execution of the exploration.
///
/// An exploration that passes although one of them was looked at and never held has a
/// [warning](crate::Warning::NeverHeld): the tests have not seen what they are for. The guided scheduler keeps the first schedule under
/// which it held. Returns the condition. Outside an execution nothing is noted.
///
/// ```
/// use reenact_sim::{Explorer, Warning, sometimes};
///
/// let report = Explorer::new().executions(10).run(|| async {
///     sometimes!(reenact_sim::choose(2) == 1, "the second one");
///     sometimes!(reenact_sim::choose(2) == 2, "the third of two");
/// });
/// let [Warning::NeverHeld { name, .. }] = report.warnings.as_slice() else { panic!("{report}") };
/// assert_eq!(name, "the third of two");
/// ```
#[macro_export]
macro_rules! sometimes {
    ($condition:expr, $name:literal $(,)?) => {{
        let held: bool = $condition;
        $crate::__private::sometimes(held, $name);
        held
    }};
}

/// Says that this place is worth reaching: `sometimes!(true, name)` under a name of its own in reports.
///
/// What is never reached cannot say so. [`Report::points`](crate::Report::points) lists what was.
///
/// ```
/// use reenact_sim::Explorer;
///
/// let report = Explorer::new().executions(10).run(|| async {
///     if reenact_sim::choose(2) == 1 {
///         reenact_sim::reachable!("the second one");
///     }
/// });
/// assert_eq!(report.points[0].name, "the second one");
/// assert!(report.points[0].held);
/// ```
#[macro_export]
macro_rules! reachable {
    ($name:literal $(,)?) => {
        $crate::__private::sometimes(true, $name)
    };
}
