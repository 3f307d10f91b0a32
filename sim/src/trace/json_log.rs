//! A line of a program's log as JSON: values as pairs of texts, spans as objects.

use std::borrow::Cow;
use std::sync::Arc;

use miniserde::json::{Array, Object, Value};

use super::{LogLevel, LogLine, LogSpan};

const LEVELS: [LogLevel; 5] = [LogLevel::Error, LogLevel::Warn, LogLevel::Info, LogLevel::Debug, LogLevel::Trace];

type Fields = Vec<(Cow<'static, str>, String)>;

/// Adds what a line says to the object that tells of it.
pub(super) fn write(object: &mut Object, line: &LogLine) {
    let text = |text: &str| Value::String(text.to_owned());
    object.insert("level".to_owned(), text(&line.level.to_string()));
    object.insert("target".to_owned(), text(&line.target));
    object.insert("message".to_owned(), text(&line.message));
    object.insert("fields".to_owned(), write_fields(&line.fields));
    let spans = line.spans.iter().map(|span| {
        let mut object = Object::new();
        object.insert("name".to_owned(), text(&span.name));
        object.insert("fields".to_owned(), write_fields(&span.fields));
        Value::Object(object)
    });
    object.insert("spans".to_owned(), Value::Array(spans.collect()));
}

fn write_fields(fields: &Fields) -> Value {
    let pair = |(name, value): &(Cow<'static, str>, String)| {
        Value::Array([Value::String(name.clone().into_owned()), Value::String(value.clone())].into_iter().collect())
    };
    Value::Array(fields.iter().map(pair).collect())
}

/// What an object tells of a line.
pub(super) fn read(object: &Object) -> Result<LogLine, String> {
    let level = text(object, "level")?;
    let known = LEVELS.into_iter().find(|known| known.to_string() == level);
    let level = known.ok_or_else(|| format!("`level` is `{level}`, and can be ERROR, WARN, INFO, DEBUG, TRACE"))?;
    let mut line = LogLine::new(level, text(object, "target")?.to_owned(), text(object, "message")?);
    line.fields = read_fields(object)?;
    for span in array(object, "spans")? {
        let Value::Object(span) = span else { return Err("`spans` holds something that is no object".to_owned()) };
        let mut read = LogSpan::new(text(span, "name")?.to_owned());
        read.fields = read_fields(span)?;
        line.spans.push(Arc::new(read));
    }
    Ok(line)
}

fn text<'a>(object: &'a Object, name: &str) -> Result<&'a str, String> {
    match object.get(name) {
        Some(Value::String(text)) => Ok(text),
        _ => Err(format!("`{name}` is missing, or no text")),
    }
}

fn array<'a>(object: &'a Object, name: &str) -> Result<&'a Array, String> {
    match object.get(name) {
        Some(Value::Array(array)) => Ok(array),
        _ => Err(format!("`{name}` is missing, or no list")),
    }
}

fn read_fields(object: &Object) -> Result<Fields, String> {
    let pair = |value: &Value| match value {
        Value::Array(pair) => match pair.as_slice() {
            [Value::String(name), Value::String(value)] => Some((Cow::Owned(name.clone()), value.clone())),
            _ => None,
        },
        _ => None,
    };
    let fields = array(object, "fields")?.iter().map(pair).collect::<Option<_>>();
    fields.ok_or_else(|| "`fields` holds something that is no pair of texts".to_owned())
}
