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
    // Apart from the rest, which has a destructor: every execution looks at these, and hardly any at the rest.
    /// Whether somebody wants to know the features of executions.
    static GUIDING: Cell<bool> = const { Cell::new(false) };
    /// Whether there are points to be taken.
    static NOTED: Cell<bool> = const { Cell::new(false) };
    static SHOWN: RefCell<Shown> = const { RefCell::new(Shown::new()) };
}

/// What the running execution has shown.
struct Shown {
    features: Features,
    reads_from: ReadsFrom,
    points: Points,
}

impl Shown {
    const fn new() -> Self {
        Self { features: Features::new(), reads_from: ReadsFrom::new(), points: Points::new() }
    }
}

fn with<R>(body: impl FnOnce(&mut Shown) -> R) -> R {
    SHOWN.with_borrow_mut(body)
}

/// As long as it lives, executions of this thread note what they show.
#[derive(Debug)]
pub(crate) struct Guiding(());

impl Guiding {
    pub(crate) fn new() -> Self {
        GUIDING.set(true);
        Self(())
    }
}

impl Drop for Guiding {
    fn drop(&mut self) {
        GUIDING.set(false);
        // Whoever keeps it in a variable of the thread lets it go when the thread ends, and then there may be nothing to forget any more.
        let _ = SHOWN.try_with(|shown| {
            let mut shown = shown.borrow_mut();
            shown.features = Features::new();
            shown.reads_from.clear();
        });
    }
}

/// An execution begins.
#[inline]
pub(crate) fn begin() {
    if GUIDING.get() {
        forget();
    }
}

#[cold]
fn forget() {
    with(|shown| {
        shown.features.clear();
        shown.reads_from.clear();
    });
    counters::clear();
}

/// What the execution that is over has shown, in the order in which it was first shown.
pub(crate) fn each_feature(mut take: impl FnMut(Feature)) {
    with(|shown| shown.features.iter().for_each(&mut take));
    counters::each(|place, count| {
        let mut hasher = Frozen::new(Kind::Place as u64);
        place.hash(&mut hasher);
        // After how many choices is not known.
        take(Feature { id: hasher.word(), count: count.into(), at: u32::MAX });
    });
}

/// What `sometimes!` and `reachable!` have said since this was asked last; nothing, mostly.
#[inline(always)]
pub(crate) fn take_points(take: impl FnMut(Point)) {
    if NOTED.get() {
        take_noted(take);
    }
}

#[cold]
fn take_noted(mut take: impl FnMut(Point)) {
    NOTED.set(false);
    with(|shown| shown.points.drain(&mut take));
}

/// A feature of the running execution.
fn show(kind: Kind, hash: impl FnOnce(&mut Frozen)) {
    if !GUIDING.get() {
        return;
    }
    // Hashing may be the program's code.
    let mut hasher = Frozen::new(kind as u64);
    hash(&mut hasher);
    let at = kernel::with(|kernel| kernel.choices_so_far());
    with(|shown| shown.features.add(hasher.word(), at));
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
    NOTED.set(true);
    with(|shown| shown.points.note(Point { name, held }));
    if held {
        show(Kind::Held, |hasher| name.hash(hasher));
    }
}

/// The task with this path hash touches a resource.
#[inline]
pub(crate) fn accessed(resource: ResourceId, kind: AccessKind) {
    if GUIDING.get() {
        read_or_written(resource, kind);
    }
}

#[cold]
fn read_or_written(resource: ResourceId, kind: AccessKind) {
    let Some((_, task)) = kernel::with(|kernel| kernel.current_numbers()) else { return };
    let pair = with(|shown| shown.reads_from.note(resource.word(), task, kind));
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
