//! The tests of a workspace, and which of them are meant.

use std::ffi::OsString;

use crate::args::Build;
use crate::cargo::{self, Binary};
use crate::listing::{self, Listed};
use crate::trouble::{Result, Trouble};

/// A test that can be run.
#[derive(Clone, Debug)]
pub(crate) struct Test {
    pub(crate) listed: Listed,
    pub(crate) binary: Binary,
}

impl Test {
    /// The name of its exploration.
    pub(crate) fn path(&self) -> String {
        self.listed.path()
    }
}

/// Builds the tests and lists them.
pub(crate) fn all(build: &Build) -> Result<Vec<Test>> {
    all_with(build, &[])
}

/// The same, with something to say to cargo.
pub(crate) fn all_with(build: &Build, variables: &[(&str, OsString)]) -> Result<Vec<Test>> {
    let mut tests = Vec::new();
    for binary in cargo::test_binaries(build, variables)? {
        let listed = listing::read(&binary.executable)?;
        tests.extend(listed.into_iter().map(|listed| Test { listed, binary: binary.clone() }));
    }
    if tests.is_empty() {
        return Err(Trouble::new(
            "there are no tests with #[reenact::test] here; those that call reenact::check by hand are run by `cargo test`. \
             Say `--workspace` or `-p PACKAGE` if they are in another package",
        ));
    }
    Ok(tests)
}

/// Those whose path is one of the names, or, for names that are no test's path, contains it; all if there is no name.
pub(crate) fn named(tests: Vec<Test>, names: &[String]) -> Result<Vec<Test>> {
    for name in names {
        if !tests.iter().any(|test| is_meant(&tests, test, name)) {
            return Err(no_such(&tests, name));
        }
    }
    let meant = |test: &Test| names.is_empty() || names.iter().any(|name| is_meant(&tests, test, name));
    let meant: Vec<bool> = tests.iter().map(meant).collect();
    Ok(tests.into_iter().zip(meant).filter_map(|(test, meant)| meant.then_some(test)).collect())
}

/// The one test of that name; without a name, the only one there is.
pub(crate) fn one(tests: Vec<Test>, name: Option<&str>) -> Result<Test> {
    let names: Vec<String> = name.map(str::to_owned).into_iter().collect();
    let mut found = named(tests, &names)?;
    match (found.pop(), found.is_empty()) {
        (Some(test), true) => Ok(test),
        (last, _) => {
            let mut paths: Vec<String> = found.iter().chain(last.as_ref()).map(Test::path).collect();
            paths.sort();
            let more = if paths.len() > 10 { format!("\n  and {} more", paths.len() - 10) } else { String::new() };
            paths.truncate(10);
            Err(Trouble::new(format!("it takes the name of one test, of these:\n  {}{more}", paths.join("\n  "))))
        }
    }
}

fn is_meant(tests: &[Test], test: &Test, name: &str) -> bool {
    let exact = |test: &Test| test.path() == name || test.listed.runner_name() == name;
    if tests.iter().any(exact) { exact(test) } else { test.path().contains(name) }
}

fn no_such(tests: &[Test], name: &str) -> Trouble {
    let mut near: Vec<(usize, String)> = tests.iter().map(|test| (distance(&test.path(), name), test.path())).collect();
    near.sort();
    let near: Vec<String> = near.into_iter().take(5).map(|(_, path)| path).collect();
    Trouble::new(format!(
        "no reenact test has `{name}` in its path; there are {}, such as:\n  {}",
        tests.len(),
        near.join("\n  ")
    ))
}

/// How unlike a path a name is: by the letters of the function's name that have to be changed.
fn distance(path: &str, name: &str) -> usize {
    let last = |text: &str| text.rsplit("::").next().unwrap_or(text).chars().collect::<Vec<_>>();
    let (a, b) = (last(path), last(name));
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let here = row[j + 1];
            row[j + 1] = (before + usize::from(x != y)).min(here + 1).min(row[j] + 1);
            before = here;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn near_names_are_offered_first() {
        assert_eq!(distance("pool::tests::drains", "drains"), 0);
        assert_eq!(distance("pool::tests::drains", "drain"), 1);
        assert!(distance("pool::fills", "drain") > 2);
    }
}
