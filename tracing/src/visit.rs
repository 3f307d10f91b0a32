//! [`Values`]: the fields of an event or a span, as text.

use std::borrow::Cow;
use std::cell::Cell;
use std::error::Error;
use std::fmt::Debug;

use tracing_core::Field;
use tracing_core::field::Visit;

#[derive(Debug, Default)]
pub(crate) struct Values {
    pub(crate) message: String,
    /// The target that an event of the `log` crate has by itself.
    pub(crate) target: Option<String>,
    pub(crate) fields: Vec<(Cow<'static, str>, String)>,
}

thread_local! {
    static FORMATTING: Cell<bool> = const { Cell::new(false) };
}

/// Values are being formatted on this thread as long as this lives.
struct Formatting(());

impl Drop for Formatting {
    fn drop(&mut self) {
        FORMATTING.set(false);
    }
}

impl Values {
    /// The values of which `record` tells. `None` if that comes from a value that is itself just being formatted: tracing lets that
    /// through or not depending on whether any thread of the process has a subscriber of its own.
    pub(crate) fn of(record: impl FnOnce(&mut Self)) -> Option<Self> {
        if FORMATTING.replace(true) {
            return None;
        }
        let _formatting = Formatting(());
        let mut values = Self::default();
        record(&mut values);
        Some(values)
    }

    fn add(&mut self, field: &Field, value: String) {
        match field.name() {
            "message" => self.message = value,
            "log.target" => self.target = Some(value),
            // File, line and module of an event of the `log` crate. Other events have them as metadata, which is not told either:
            // files have other names on another machine.
            name if name.starts_with("log.") => {}
            // The same name in raw form, as in tracing's own format.
            name => self.fields.push((name.strip_prefix("r#").unwrap_or(name).into(), value)),
        }
    }

    /// A span has no message: there it is a field like others.
    pub(crate) fn of_span(mut self) -> Vec<(Cow<'static, str>, String)> {
        if !self.message.is_empty() {
            self.fields.push(("message".into(), self.message));
        }
        self.fields
    }
}

impl Visit for Values {
    fn record_str(&mut self, field: &Field, value: &str) {
        let value =
            if field.name() == "message" || field.name() == "log.target" { value.to_owned() } else { format!("{value:?}") };
        self.add(field, value);
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let (mut text, mut cause) = (value.to_string(), value.source());
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        self.add(field, text);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.add(field, format!("{value:?}"));
    }
}
