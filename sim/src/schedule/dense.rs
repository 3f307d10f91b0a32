//! The dense text form of long schedules, version `r2`: base64 of variable-length numbers.
//!
//! Layout, every number in LEB128: flags (1: a data seed follows, 2: alternatives are known, 4: a hostility follows, 8: data streams
//! follow), [seed], [most spurious polls, most late wakes, by how many nanoseconds, 1 for fresh wakers], number of paths, each path as
//! length and parts, number of deviations, each as index minus the previous index, pick, [alternatives], number of its path or 0,
//! [number of data streams, each as the number of its path and its own]. Deviations of which only some know their alternatives write
//! 0 for the others.

use std::fmt;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{Data, Deviation, Schedule, TaskPath};
use crate::error::Error;
use crate::hostility::Hostility;
use crate::leb128::put;
use crate::seed::Seed;

const SEED: u64 = 1;
const ALTERNATIVES: u64 = 2;
const HOSTILITY: u64 = 4;
const STREAMS: u64 = 8;

pub(super) fn write(schedule: &Schedule, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let deviations = schedule.deviations();
    let mut paths: Vec<&TaskPath> = deviations.iter().filter_map(|deviation| deviation.task.as_ref()).collect();
    paths.extend(schedule.streams().iter().map(|(task, _)| task));
    paths.sort_unstable();
    paths.dedup();
    let any_alternatives = deviations.iter().any(|deviation| deviation.alternatives.is_some());
    let mut out = Vec::new();
    let seed_flag = if schedule.data_seed().is_some() { SEED } else { 0 };
    let hostility = schedule.hostility();
    let hostile_flag = if hostility.is_none() { 0 } else { HOSTILITY };
    let streams_flag = if schedule.streams().is_empty() { 0 } else { STREAMS };
    put(&mut out, seed_flag | hostile_flag | streams_flag | if any_alternatives { ALTERNATIVES } else { 0 });
    if let Some(seed) = schedule.data_seed() {
        put(&mut out, seed.get());
    }
    if !hostility.is_none() {
        put(&mut out, hostility.most_spurious_polls().into());
        put(&mut out, hostility.most_late_wakes().into());
        put(&mut out, hostility.most_late_by().as_nanos() as u64);
        put(&mut out, hostility.has_fresh_wakers().into());
    }
    put(&mut out, paths.len() as u64);
    for path in &paths {
        put(&mut out, path.children().len() as u64);
        path.children().iter().for_each(|&child| put(&mut out, child.into()));
    }
    put(&mut out, deviations.len() as u64);
    let mut last = 0;
    for deviation in deviations {
        put(&mut out, deviation.index - last);
        last = deviation.index;
        put(&mut out, deviation.picked.into());
        if any_alternatives {
            put(&mut out, deviation.alternatives.unwrap_or(0).into());
        }
        let path = deviation.task.as_ref().and_then(|task| paths.binary_search(&task).ok());
        put(&mut out, path.map_or(0, |n| n as u64 + 1));
    }
    if !schedule.streams().is_empty() {
        put(&mut out, schedule.streams().len() as u64);
        for (task, stream) in schedule.streams() {
            put(&mut out, paths.binary_search(&task).map_or(0, |n| n as u64 + 1));
            put(&mut out, *stream);
        }
    }
    write!(f, "r2:{}", URL_SAFE_NO_PAD.encode(out))
}

pub(super) fn parse(text: &str) -> Result<Schedule, Error> {
    let bytes = URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|error| Error::schedule(format!("what follows `r2:` is no base64 ({error}): was the line cut?")))?;
    let mut input = Input(&bytes);
    let schedule = read(&mut input).ok_or_else(|| {
        Error::schedule("what follows `r2:` ends too early or holds numbers that no schedule has: was the line cut?")
    })??;
    if !input.0.is_empty() {
        return Err(Error::schedule(format!("{} bytes too many follow `r2:`", input.0.len())));
    }
    Ok(schedule)
}

/// `None` where the bytes end or a number is too large; the inner error is about what the numbers say.
fn read(input: &mut Input<'_>) -> Option<Result<Schedule, Error>> {
    let flags = input.number()?;
    if flags & !(SEED | ALTERNATIVES | HOSTILITY | STREAMS) != 0 {
        return None;
    }
    let data_seed = if flags & SEED != 0 { Some(Seed::from(input.number()?)) } else { None };
    let mut hostility = Hostility::NONE;
    if flags & HOSTILITY != 0 {
        hostility = hostility.spurious_polls(input.small()?).late_wakes(input.small()?);
        hostility = hostility.late_by(Duration::from_nanos(input.number()?)).fresh_wakers(input.small()? != 0);
    }
    let mut paths = Vec::new();
    for _ in 0..input.number()? {
        let mut children = Vec::new();
        for _ in 0..input.number()? {
            children.push(input.small()?);
        }
        paths.push(TaskPath::from_children(children));
    }
    let mut deviations = Vec::new();
    let mut last = 0u64;
    for _ in 0..input.number()? {
        let index = last.checked_add(input.number()?)?;
        last = index;
        let picked = input.small()?;
        let alternatives = if flags & ALTERNATIVES != 0 { Some(input.small()?).filter(|&n| n > 0) } else { None };
        let task = match input.number()? {
            0 => None,
            n => Some(paths.get(usize::try_from(n - 1).ok()?)?.clone()),
        };
        deviations.push(Deviation { index, picked, alternatives, task });
    }
    let mut streams = Vec::new();
    if flags & STREAMS != 0 {
        for _ in 0..input.number()? {
            let path = paths.get(usize::try_from(input.number()?.checked_sub(1)?).ok()?)?.clone();
            streams.push((path, input.number()?));
        }
    }
    let data = data_seed.map(|seed| Data::new(seed, streams));
    Some(Schedule::checked(deviations, data).map(|schedule| schedule.with_hostility(hostility)))
}

struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn number(&mut self) -> Option<u64> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            let part = u64::from(byte & 0x7f);
            if part << shift >> shift != part {
                return None;
            }
            number |= part << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn small(&mut self) -> Option<u32> {
        u32::try_from(self.number()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long(known: bool) -> Schedule {
        let deviations = (0..1_000u64).map(|n| Deviation {
            index: n * 3 + n % 2,
            picked: n as u32 % 5 + 1,
            alternatives: known.then_some(n as u32 % 5 + 2),
            task: (n % 3 > 0).then(|| TaskPath::from_children(vec![n as u32 % 7, 300])),
        });
        Schedule::from_parts(
            deviations.collect(),
            known.then(|| Data::new(Seed::from(u64::MAX), [(TaskPath::from_children(vec![u32::MAX]), u64::MAX)])),
        )
    }

    #[test]
    fn long_schedules_print_dense_and_come_back_whole() {
        for schedule in [long(true), long(false), long(true).with_hostility(Hostility::all().late_wakes(300))] {
            let text = schedule.to_string();
            assert!(text.starts_with("r2:"));
            assert!(text.len() < 1_000 * 6, "{} characters", text.len());
            assert_eq!(text.parse::<Schedule>().unwrap(), schedule);
        }
    }

    #[test]
    fn a_line_that_was_cut_anywhere_is_refused() {
        let text = long(true).to_string();
        for end in 3..text.len() {
            let error = text[..end].parse::<Schedule>().unwrap_err();
            assert!(error.is_schedule(), "{error}");
        }
        assert!(format!("{text}AAAA").parse::<Schedule>().is_err());
        assert!("r2:~".parse::<Schedule>().unwrap_err().to_string().contains("no base64"));
    }

    #[test]
    fn claims_of_huge_lengths_cost_nothing() {
        let mut bytes = Vec::new();
        put(&mut bytes, 0);
        put(&mut bytes, u64::MAX);
        let text = format!("r2:{}", URL_SAFE_NO_PAD.encode(bytes));
        assert!(text.parse::<Schedule>().is_err());
    }
}
