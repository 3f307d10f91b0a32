//! [`gather`].

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use reenact_sim::task::{Until, Watch};

use crate::input::{Futures, Iterable};

/// Runs futures concurrently as tasks, and collects their values **in argument order**, whatever the order in which they
/// finish.
///
/// Accepts a `Vec`, an array, any iterator of futures of one type, or a tuple of futures of different types; the values come
/// as a `Vec` or as a tuple. See [`try_gather`](crate::try_gather) for futures that may fail and
/// [`settled`](Gather::settled) for how each task ended.
///
/// # Guarantees for every schedule
///
/// * (G1) The n-th value is that of the n-th argument.
/// * (G2) It is ready at the instant in which the last child ends, and not before. No children: at once.
/// * Children are spawned at the first poll, in argument order. They are not exposed, so nobody else can cancel them.
/// * (G3) Dropping an unfinished `gather` (also by cancelling its task) requests cancel of each unfinished child, once.
/// * Where panics are delivered ([`TaskPanics::Deliver`](reenact_sim::TaskPanics)), the first child to panic, by completion, panics
///   in the awaiter at once; the others run on.
///
/// # Compared to others
///
/// asyncio's `gather` also takes tasks; here a task is a future like any other. `futures::join_all` polls its futures inside
/// the awaiting task, and dropping it drops them on the spot.
///
/// ```
/// use reenact_combinators::gather;
/// use reenact_sim::{Sim, time};
/// use std::time::Duration;
///
/// async fn phase(n: u64) -> String {
///     time::sleep(Duration::from_secs(10 - n)).await;
///     format!("phase {n}")
/// }
///
/// let execution = Sim::new().run(|| async {
///     let same = gather([phase(1), phase(2)]).await;
///     let (text, number) = gather((phase(3), async { 42 })).await;
///     (same, text, number)
/// });
/// let expected = (vec!["phase 1".into(), "phase 2".into()], "phase 3".into(), 42);
/// assert_eq!(execution.outcome?, expected);
/// # Ok::<(), reenact_sim::Failure>(())
/// ```
#[track_caller]
pub fn gather<Kind, F: Futures<Kind>>(futures: F) -> Gather<Kind, F> {
    Gather { futures: Some(futures), site: Location::caller(), children: Children::default(), kind: PhantomData }
}

/// The future of [`gather`].
#[must_use = "gather does nothing until it is awaited"]
pub struct Gather<Kind, F: Futures<Kind>> {
    futures: Option<F>,
    site: &'static Location<'static>,
    children: Children<F::Children>,
    kind: PhantomData<fn() -> Kind>,
}

/// Spawned children, cancelled when this is dropped unless they were let go.
#[derive(Debug)]
pub(crate) struct Children<C: Iterable> {
    pub(crate) tasks: Option<C>,
    pub(crate) watch: Watch,
}

impl<C: Iterable> Default for Children<C> {
    fn default() -> Self {
        Self { tasks: None, watch: Watch::new() }
    }
}

impl<C: Iterable> Children<C> {
    pub(crate) fn start(&mut self, tasks: C) {
        tasks.watch(&mut self.watch);
        self.tasks = Some(tasks);
    }
}

impl<C: Iterable> Drop for Children<C> {
    fn drop(&mut self) {
        if let Some(tasks) = &self.tasks {
            tasks.cancel();
        }
    }
}

impl<Kind, F: Futures<Kind>> Gather<Kind, F> {
    /// Collects how each task ended instead of its value: nothing resumes a panic, and the result comes when all have ended
    /// ((G5), asyncio's `return_exceptions=True`).
    pub fn settled(self) -> GatherSettled<Kind, F> {
        GatherSettled { gather: self }
    }

    fn poll_until(&mut self, cx: &mut Context<'_>, until: impl FnOnce(usize) -> Until) -> Poll<()> {
        if let Some(futures) = self.futures.take() {
            self.children.start(futures.spawn(self.site));
        }
        let watch = &mut self.children.watch;
        let all = watch.len();
        watch.poll(cx, until(all))
    }
}

impl<Kind, F: Futures<Kind>> Unpin for Gather<Kind, F> {}

impl<Kind, F: Futures<Kind>> Future for Gather<Kind, F> {
    type Output = <F::Children as Iterable>::Values;

    /// # Panics
    ///
    /// After it was ready; with the panic of a child, where panics are delivered.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.poll_until(cx, Until::count_or_failure).is_pending() {
            return Poll::Pending;
        }
        // Let go before anything can panic: the siblings of a child that panicked run on.
        let Some(tasks) = self.children.tasks.take() else { panic!("gather was polled after it was ready") };
        if self.children.watch.has_failed() {
            self.children.watch.finished().into_iter().for_each(|n| tasks.resume(n));
        }
        Poll::Ready(tasks.values())
    }
}

impl<Kind, F: Futures<Kind>> fmt::Debug for Gather<Kind, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gather").field("children", &self.children.watch.len()).finish_non_exhaustive()
    }
}

/// The future of [`Gather::settled`].
#[derive(Debug)]
#[must_use = "gather does nothing until it is awaited"]
pub struct GatherSettled<Kind, F: Futures<Kind>> {
    gather: Gather<Kind, F>,
}

impl<Kind, F: Futures<Kind>> Future for GatherSettled<Kind, F> {
    type Output = <F::Children as Iterable>::Ends;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let gather = &mut self.gather;
        if gather.poll_until(cx, Until::count).is_pending() {
            return Poll::Pending;
        }
        let Some(tasks) = gather.children.tasks.take() else { panic!("gather was polled after it was ready") };
        Poll::Ready(tasks.ends())
    }
}
