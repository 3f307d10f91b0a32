//! [`init`]: the layer as the subscriber of the process.

use std::sync::OnceLock;

use tracing_core::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::layer;

/// Installs the layer for the process: from now on events up to this level are part of the trace of the execution in which they happen.
///
/// For the start of every test that wants it, also of several that run at the same time: the first call counts, and all
/// others do nothing.
///
/// # Panics
///
/// If the process has another subscriber already; [`layer`](layer()) has to be added to that one. And if another call of `init` named another level: whose
/// events are recorded would be decided by which test came first.
///
/// ```
/// reenact_tracing::init(tracing::Level::DEBUG);
/// reenact_tracing::init(tracing::Level::DEBUG);
/// ```
#[track_caller]
pub fn init(most: impl Into<LevelFilter>) {
    static INSTALLED: OnceLock<Result<LevelFilter, String>> = OnceLock::new();
    let most = most.into();
    let installed = INSTALLED.get_or_init(|| {
        let subscriber = tracing_subscriber::registry().with(layer().with_filter(most));
        subscriber.try_init().map(|()| most).map_err(|error| error.to_string())
    });
    match installed {
        Ok(level) if *level == most => {}
        Ok(level) => panic!(
            "reenact::tracing::init was called with {most} and before that with {level}: all tests of a process share one \
             subscriber, so they have to name the same level"
        ),
        Err(error) => panic!(
            "this process has a tracing subscriber already ({error}): add the layer to that one instead of calling init, as in \
             tracing_subscriber::registry().with(reenact::tracing::layer())"
        ),
    }
}
