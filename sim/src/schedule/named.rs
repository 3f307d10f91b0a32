//! [`NamedSchedule`]: a schedule told in the tasks' names and steps, which survives changes of the program that move its choices.

use std::fmt;
use std::str::FromStr;

use super::data::parse_streams;
use super::text::number;
use super::{ChoiceKind, Data};
use crate::error::Error;
use crate::seed::Seed;

/// Where an execution deviates from fifo order, as facts about tasks.
///
/// Its text form: `n1:worker~2#3<main#4,data(main#1)=3/4;seed=0x9` says that the third step of the second task called `worker` came
/// before the fourth of `main`, although that had been ready longer; and that main's first draw was 3 of 4. Steps and draws are counted from 1.
/// Letters, digits, `_`, `.`, `:` and `-` of names stand for themselves, other bytes as `%20`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NamedSchedule {
    pub(crate) deviations: Vec<NamedDeviation>,
    pub(crate) data: Option<Data>,
}

/// A task by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Who {
    pub(crate) name: String,
    /// Which of the tasks of that name, in spawn order, from 1.
    pub(crate) nth: u32,
}

/// One choice that does not pick the default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NamedDeviation {
    /// A task's step came before that of the task that had been ready longest.
    Step { picked: (Who, u32), instead_of: Option<(Who, u32)> },
    /// A task's n-th draw of a kind.
    Draw { kind: ChoiceKind, by: Who, nth: u32, picked: u32, alternatives: u32 },
}

fn encode(f: &mut fmt::Formatter<'_>, who: &Who) -> fmt::Result {
    for byte in who.name.bytes() {
        if byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte) {
            write!(f, "{}", char::from(byte))?;
        } else {
            write!(f, "%{byte:02x}")?;
        }
    }
    if who.nth > 1 { write!(f, "~{}", who.nth) } else { Ok(()) }
}

fn decode(text: &str) -> Option<Who> {
    let (name, nth) = match text.split_once('~') {
        Some((name, nth)) => (name, number(nth).filter(|nth| *nth > 1)?),
        None => (text, 1),
    };
    let mut bytes = Vec::new();
    let mut rest = name.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else if byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte) {
            bytes.push(byte);
        } else {
            return None;
        }
    }
    Some(Who { name: String::from_utf8(bytes).ok()?, nth })
}

/// `name#step`
fn step(text: &str) -> Option<(Who, u32)> {
    let (who, step) = text.split_once('#')?;
    Some((decode(who)?, number(step).filter(|step| *step > 0)?))
}

fn kind(text: &str) -> Option<ChoiceKind> {
    [ChoiceKind::Order, ChoiceKind::Data, ChoiceKind::Fault].into_iter().find(|kind| kind.to_string() == text)
}

fn deviation(text: &str) -> Option<NamedDeviation> {
    if let Some((draw, answer)) = text.split_once('=') {
        let (name, by) = draw.strip_suffix(')')?.split_once('(')?;
        let (by, nth) = step(by)?;
        let (picked, alternatives) = answer.split_once('/')?;
        let (picked, alternatives) = (number(picked)?, number(alternatives)?);
        let valid = 0 < picked && picked < alternatives;
        return valid.then_some(NamedDeviation::Draw { kind: kind(name)?, by, nth, picked, alternatives });
    }
    match text.split_once('<') {
        Some((picked, instead_of)) => Some(NamedDeviation::Step { picked: step(picked)?, instead_of: Some(step(instead_of)?) }),
        None => Some(NamedDeviation::Step { picked: step(text)?, instead_of: None }),
    }
}

impl fmt::Display for NamedDeviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step { picked: (who, step), instead_of } => {
                encode(f, who)?;
                write!(f, "#{step}")?;
                if let Some((who, step)) = instead_of {
                    f.write_str("<")?;
                    encode(f, who)?;
                    write!(f, "#{step}")?;
                }
                Ok(())
            }
            Self::Draw { kind, by, nth, picked, alternatives } => {
                write!(f, "{kind}(")?;
                encode(f, by)?;
                write!(f, "#{nth})={picked}/{alternatives}")
            }
        }
    }
}

impl fmt::Display for NamedSchedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("n1:")?;
        for (n, deviation) in self.deviations.iter().enumerate() {
            write!(f, "{}{deviation}", if n > 0 { "," } else { "" })?;
        }
        self.data.as_ref().map_or(Ok(()), |data| data.write(f))
    }
}

impl FromStr for NamedSchedule {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let invalid = |what: &str| {
            Error::schedule(format!(
                "`{what}` is no part of a named schedule: `n1:worker#3<main#4,data(main#1)=3/4;seed=0x9` is one"
            ))
        };
        let rest = text.strip_prefix("n1:").ok_or_else(|| invalid(text))?;
        let (list, data) = match rest.split_once(";seed=") {
            Some((list, data)) => {
                let (seed, streams) = match data.split_once(";streams=") {
                    Some((seed, streams)) => (seed, parse_streams(streams).map_err(|_| invalid(streams))?),
                    None => (data, Vec::new()),
                };
                (list, Some(Data::new(seed.parse::<Seed>().map_err(|_| invalid(seed))?, streams)))
            }
            None => (rest, None),
        };
        let parts = list.split(',').filter(|part| !part.is_empty());
        let deviations = parts.map(|part| deviation(part).ok_or_else(|| invalid(part))).collect::<Result<_, _>>()?;
        Ok(Self { deviations, data })
    }
}

/// Parses the named form and prints it again, for whoever tests the parser from outside.
///
/// # Errors
///
/// What is wrong with the text.
#[doc(hidden)]
pub fn parse_named(text: &str) -> Result<String, Error> {
    Ok(text.parse::<NamedSchedule>()?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_what_it_parses() {
        for text in [
            "n1:",
            "n1:worker~2#3<main#4,data(main#1)=3/4;seed=0x9",
            "n1:a#1;seed=0x1;streams=0.1:3",
            "n1:phase%202#1,order(0.1#2)=1/2",
            "n1:%c3%a9t%c3%a9~3#1<0.2#7",
        ] {
            assert_eq!(text.parse::<NamedSchedule>().unwrap().to_string(), text);
        }
        let named: NamedSchedule = "n1:phase%202#1".parse().unwrap();
        let NamedDeviation::Step { picked: (who, 1), instead_of: None } = &named.deviations[0] else { panic!("{named:?}") };
        assert_eq!(who.name, "phase 2");
    }

    #[test]
    fn what_does_not_parse_is_named() {
        for (text, part) in [
            ("r1:3=1", "`r1:3=1`"),
            ("n1:worker", "`worker`"),
            ("n1:worker#0", "`worker#0`"),
            ("n1:a#1<b", "`a#1<b`"),
            ("n1:a#1,task(a#1)=1/2", "`task(a#1)=1/2`"),
            ("n1:data(a#1)=2/2", "`data(a#1)=2/2`"),
            ("n1:a b#1", "`a b#1`"),
            ("n1:a#1;seed=x", "`x`"),
        ] {
            let error = text.parse::<NamedSchedule>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("{part} is no part of a named schedule")), "{error}");
        }
    }
}
