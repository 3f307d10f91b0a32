//! [`Schedule`] and its readable text form, version `r1`.

use std::fmt;
use std::str::FromStr;

use super::data::{Data, parse_streams};
use super::{TaskPath, dense};
use crate::error::Error;
use crate::hostility::Hostility;
use crate::seed::Seed;

/// The number of deviations up to which a schedule prints in the readable form.
const READABLE: usize = 32;

/// What it takes to get an execution again: where it deviates from fifo, the seed of its data, and
/// what a hostile executor might do.
///
/// The text form is one short line, meant to be pasted:
///
/// | text | meaning |
/// | --- | --- |
/// | `r1:` | fifo: every choice picks alternative 0 |
/// | `r1:3=1,7=2` | fifo, but choice 3 picks alternative 1 and choice 7 alternative 2 |
/// | `r1:3=1/4@0.2,7=2/3;seed=0x9` | the same; choice 3 must have 4 alternatives and step task `0.2`; data seed 9 |
/// | `r1:;seed=0x9;streams=0.2:5` | task `0.2` draws from its data stream 5, all others from their stream 0 |
/// | `r1:5=1/2;hostile=spurious:2,fresh` | of an execution with this [`Hostility`] |
/// | `r2:...` | the same in a dense form, printed when there are more than 32 deviations |
///
/// Choices are counted from 0, ascending, each at most once; picks are greater than 0 (0 is the default). A missing
/// part is not checked on replay; printing writes every part that is known. The same schedule gives the same trace, on
/// every machine, in debug and release.
///
/// ```
/// use reenact_sim::Schedule;
///
/// let schedule: Schedule = "r1:3=1/4@0.2,7=2".parse()?;
/// assert_eq!(schedule.deviations().len(), 2);
/// assert_eq!(schedule.to_string(), "r1:3=1/4@0.2,7=2");
/// assert!("r1:7=2,3=1".parse::<Schedule>().unwrap_err().to_string().contains("ascend"));
/// # Ok::<(), reenact_sim::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Schedule {
    deviations: Vec<Deviation>,
    data: Option<Data>,
    hostility: Hostility,
}

/// One choice at which a schedule does not pick alternative 0.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Deviation {
    /// Which choice of the execution, counted from 0.
    pub index: u64,
    /// The alternative it picks, greater than 0.
    pub picked: u32,
    /// How many alternatives it had, if known.
    pub alternatives: Option<u32>,
    /// The task that it makes step next, if it is a choice between tasks and that is known.
    pub task: Option<TaskPath>,
}

impl Schedule {
    /// The schedule that always picks alternative 0.
    pub fn fifo() -> Self {
        Self::default()
    }

    /// The schedule of a full list of choices, of which the tasks are not known.
    ///
    /// # Panics
    ///
    /// If a choice picks what is none of its alternatives.
    ///
    /// ```
    /// use reenact_sim::{Choice, ChoiceKind, Schedule};
    ///
    /// let calm = Choice { kind: ChoiceKind::Task, picked: 0, alternatives: 3 };
    /// let early = Choice { kind: ChoiceKind::Task, picked: 2, alternatives: 3 };
    /// assert_eq!(Schedule::from_choices([calm, early]).to_string(), "r1:1=2/3");
    /// ```
    #[track_caller]
    pub fn from_choices(choices: impl IntoIterator<Item = super::Choice>) -> Self {
        let valid = |choice: &super::Choice| {
            let super::Choice { picked, alternatives, .. } = *choice;
            assert!(picked < alternatives, "a choice with {alternatives} alternatives picks {picked}");
        };
        let choices = choices.into_iter().inspect(valid);
        let deviations = (0..).zip(choices).filter(|(_, choice)| choice.picked > 0).map(|(index, choice)| Deviation {
            index,
            picked: choice.picked,
            alternatives: Some(choice.alternatives),
            task: None,
        });
        Self { deviations: deviations.collect(), ..Self::default() }
    }

    pub(crate) fn from_parts(deviations: Vec<Deviation>, data: Option<Data>) -> Self {
        Self { deviations, data, hostility: Hostility::NONE }
    }

    /// The same, of an execution with this hostility.
    pub fn with_hostility(self, hostility: Hostility) -> Self {
        Self { hostility, ..self }
    }

    /// Checks what the text form promises, whatever form the parts came from.
    pub(super) fn checked(deviations: Vec<Deviation>, data: Option<Data>) -> Result<Self, Error> {
        for deviation in &deviations {
            let Deviation { index, picked, alternatives, .. } = deviation;
            if *picked == 0 {
                return Err(Error::schedule(format!("choice {index} picks 0, which is the default: leave it out")));
            }
            if let Some(alternatives) = alternatives.filter(|alternatives| alternatives <= picked) {
                return Err(Error::schedule(format!(
                    "choice {index} picks {picked}, but has {alternatives} alternatives: 0 to {} could be picked",
                    alternatives.saturating_sub(1)
                )));
            }
        }
        for pair in deviations.windows(2) {
            if pair[0].index >= pair[1].index {
                return Err(Error::schedule(format!(
                    "choice {} comes after choice {}: choices ascend, each at most once",
                    pair[1].index, pair[0].index
                )));
            }
        }
        Ok(Self::from_parts(deviations, data))
    }

    /// Where the schedule differs from fifo, by ascending index.
    pub fn deviations(&self) -> &[Deviation] {
        &self.deviations
    }

    /// The seed of the data that the execution drew, if it drew any.
    pub fn data_seed(&self) -> Option<Seed> {
        self.data.as_ref().map(Data::seed)
    }

    /// The tasks that drew their data from another stream than their stream 0, by ascending path, with the stream's number.
    pub fn streams(&self) -> &[(TaskPath, u64)] {
        self.data.as_ref().map_or(&[], Data::streams)
    }

    /// Where its data come from, if it drew any.
    pub(crate) fn data(&self) -> Option<&Data> {
        self.data.as_ref()
    }

    /// What the executor of that execution might do. Where choices stand depends on it, so it is needed to replay them.
    pub fn hostility(&self) -> Hostility {
        self.hostility
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.deviations.len() > READABLE {
            return dense::write(self, f);
        }
        f.write_str("r1:")?;
        for (n, deviation) in self.deviations.iter().enumerate() {
            let comma = if n > 0 { "," } else { "" };
            write!(f, "{comma}{}={}", deviation.index, deviation.picked)?;
            if let Some(alternatives) = deviation.alternatives {
                write!(f, "/{alternatives}")?;
            }
            if let Some(task) = &deviation.task {
                write!(f, "@{task}")?;
            }
        }
        if let Some(data) = &self.data {
            data.write(f)?;
        }
        if !self.hostility.is_none() {
            write!(f, ";hostile={}", self.hostility)?;
        }
        Ok(())
    }
}

impl FromStr for Schedule {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let Some((version, rest)) = text.split_once(':') else {
            return Err(Error::schedule(format!("`{text}` is no schedule: one starts with `r1:`, as in `r1:3=1,7=2`")));
        };
        match version {
            "r1" => parse(rest),
            "r2" => dense::parse(rest),
            _ => {
                Err(Error::version(format!("`{version}:` is no version of schedules that this build reads: it reads r1 and r2")))
            }
        }
    }
}

fn parse(text: &str) -> Result<Schedule, Error> {
    let mut parts = text.split(';');
    let list = parts.next().unwrap_or_default();
    let (mut data_seed, mut streams, mut hostility) = (None, None, None);
    for part in parts {
        let Some((name @ ("seed" | "streams" | "hostile"), value)) = part.split_once('=') else {
            return Err(Error::schedule(format!(
                "`{part}` is no part of a schedule: after `;` comes seed=0x9, streams=0.2:5 or hostile=spurious:2,fresh,late:2:1ms"
            )));
        };
        let invalid = |error: Error| Error::schedule(error.to_string());
        let twice = match name {
            "seed" => data_seed.replace(value.parse::<Seed>().map_err(invalid)?).is_some(),
            "streams" => streams.replace(parse_streams(value)?).is_some(),
            _ => hostility.replace(value.parse::<Hostility>().map_err(invalid)?).is_some(),
        };
        if twice {
            return Err(Error::schedule(format!("{name}= stands twice")));
        }
    }
    let deviations = match list {
        "" => Vec::new(),
        list => list.split(',').map(deviation).collect::<Result<_, _>>()?,
    };
    let data = match (data_seed, streams) {
        (None, Some(_)) => return Err(Error::schedule("streams= stands without the seed= of which the streams are")),
        (seed, streams) => seed.map(|seed| Data::new(seed, streams.unwrap_or_default())),
    };
    Ok(Schedule::checked(deviations, data)?.with_hostility(hostility.unwrap_or_default()))
}

fn deviation(text: &str) -> Result<Deviation, Error> {
    let invalid = |what: &str| Error::schedule(format!("`{text}` is no choice ({what}): 3=1, 3=1/4 or 3=1/4@0.2 is"));
    let (index, rest) = text.split_once('=').ok_or_else(|| invalid("there is no `=`"))?;
    let (rest, task) = match rest.split_once('@') {
        Some((rest, path)) => (rest, Some(path.parse().map_err(|_| invalid("the task's path is none"))?)),
        None => (rest, None),
    };
    let (picked, alternatives) = match rest.split_once('/') {
        Some((picked, alternatives)) => {
            (picked, Some(number(alternatives).ok_or_else(|| invalid("the number of alternatives is none"))?))
        }
        None => (rest, None),
    };
    Ok(Deviation {
        index: number(index).ok_or_else(|| invalid("the index is no number"))?,
        picked: number(picked).ok_or_else(|| invalid("the pick is no number"))?,
        alternatives,
        task,
    })
}

/// Decimal digits without sign or leading zeros: one text for one number.
pub(super) fn number<N: FromStr>(text: &str) -> Option<N> {
    let canonical = text == "0" || (!text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit()));
    if canonical { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        text.parse::<Schedule>().unwrap_err().to_string()
    }

    #[test]
    fn prints_what_it_parses() {
        for text in [
            "r1:",
            "r1:3=1,7=2",
            "r1:3=1/4@0.2,7=2/3;seed=0x9",
            "r1:0=1@0",
            "r1:;seed=0x0",
            "r1:2=1;seed=0x7;streams=0:1,0.2:5;hostile=fresh",
            "r1:5=1/2;seed=0x1;hostile=fresh,late:3:1ms",
        ] {
            assert_eq!(text.parse::<Schedule>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_does_not_parse_says_why() {
        assert!(message("").contains("one starts with `r1:`"));
        assert!(message("3=1").contains("one starts with `r1:`"));
        assert!(message("r1:3").contains("there is no `=`"));
        assert!(message("r1:3=").contains("the pick is no number"));
        assert!(message("r1:x=1").contains("the index is no number"));
        assert!(message("r1:03=1").contains("the index is no number"));
        assert!(message("r1:3=+1").contains("the pick is no number"));
        assert!(message("r1:3=1/").contains("the number of alternatives is none"));
        assert!(message("r1:3=1@1").contains("the task's path is none"));
        assert!(message("r1:3=0").contains("leave it out"));
        assert!(message("r1:3=4/4").contains("0 to 3 could be picked"));
        assert!(message("r1:3=1,3=2").contains("each at most once"));
        assert!(message("r1:3=1,").contains("there is no `=`"));
        assert!(message("r1:3=1;data=4").contains("`data=4` is no part"));
        assert!(message("r1:;seed=1;seed=2").contains("stands twice"));
        assert!(message("r1:;seed=x").contains("`x` is no seed"));
        assert!(message("r1:;seed=1;streams=0.2").contains("`0.2` is no list of data streams"));
        assert!(message("r1:;seed=1;streams=0.2:0").contains("each from 1 on"));
        assert!(message("r1:;seed=1;streams=0.2:1,0.1:1").contains("ascending"));
        assert!(message("r1:;streams=0.2:1").contains("without the seed="));
        assert!(message("r1:;hostile=x").contains("`x` is no hostility"));
        assert!(message("r1:;hostile=all;hostile=all").contains("stands twice"));
    }

    #[test]
    fn another_version_is_refused_by_name() {
        let error = "r9:3=1".parse::<Schedule>().unwrap_err();
        assert!(error.is_version());
        assert_eq!(error.to_string(), "`r9:` is no version of schedules that this build reads: it reads r1 and r2");
    }
}
