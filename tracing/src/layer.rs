//! [`SimLayer`]: from events of `tracing` to lines of the log of an execution.

use std::borrow::Cow;
use std::sync::Arc;

use reenact_sim::{LogLevel, LogLine, LogSpan, log, time};
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use crate::visit::Values;

/// The layer that [`layer`](layer()) makes. It has no state: what it knows of a span it keeps with the span.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SimLayer;

/// A layer for a subscriber of tracing-subscriber, by which events that happen in an execution become events of its trace.
///
/// ```
/// use reenact_sim::Sim;
/// use tracing_subscriber::prelude::*;
///
/// let subscriber = tracing_subscriber::registry().with(reenact_tracing::layer());
/// let execution = tracing::subscriber::with_default(subscriber, || {
///     Sim::new().run(|| async { tracing::warn!(target: "pool", left = 0, "empty") })
/// });
/// assert_eq!(execution.trace.log().next().unwrap().to_string(), "WARN pool: empty left=0");
/// ```
pub fn layer() -> SimLayer {
    SimLayer
}

/// A span that was made inside an execution, as far as it is told. Others are not, because whether they are there depends on
/// the thread: an exploration with several jobs runs on threads of its own.
struct Inside(Arc<LogSpan>);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for SimLayer {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id).filter(|_| is_inside()) else { return };
        let Some(values) = Values::of(|values| attributes.record(values)) else { return };
        let mut told = LogSpan::new(attributes.metadata().name());
        told.fields = values.of_span();
        span.extensions_mut().insert(Inside(Arc::new(told)));
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        // Before anything is borrowed: the values are formatted by code of the program.
        let Some(values) = Values::of(|values| record.record(values)) else { return };
        if let Some(Inside(told)) = span.extensions_mut().get_mut() {
            let told = Arc::make_mut(told);
            for (name, value) in values.of_span() {
                match told.fields.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, known)) => *known = value,
                    None => told.fields.push((name, value)),
                }
            }
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if !is_inside() {
            return;
        }
        let Some(mut values) = Values::of(|values| event.record(values)) else { return };
        let metadata = event.metadata();
        let target = values.target.take().map_or(Cow::Borrowed(metadata.target()), Cow::Owned);
        let mut line = LogLine::new(level(*metadata.level()), target, std::mem::take(&mut values.message));
        line.fields = values.fields;
        line.spans = context
            .event_scope(event)
            .into_iter()
            .flat_map(|scope| scope.from_root())
            .filter_map(|span| span.extensions().get::<Inside>().map(|Inside(told)| told.clone()))
            .collect();
        log(line);
    }
}

fn is_inside() -> bool {
    time::try_now().is_some()
}

fn level(level: Level) -> LogLevel {
    match level {
        Level::ERROR => LogLevel::Error,
        Level::WARN => LogLevel::Warn,
        Level::INFO => LogLevel::Info,
        Level::DEBUG => LogLevel::Debug,
        Level::TRACE => LogLevel::Trace,
    }
}
