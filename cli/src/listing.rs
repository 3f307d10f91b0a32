//! The reenact tests of a test binary, read from its link section without running it.

use std::fs::File;
use std::path::Path;

use object::read::ReadCache;
use object::{Object, ObjectSection};

use crate::trouble::{Result, Trouble};

/// Where `#[reenact::test]` leaves a line for each test; the second one is Apple's.
const SECTIONS: [&str; 2] = [".reenact", "__reenact"];

/// A test as its binary tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// `module_path!()`, which begins with the crate's name.
    pub(crate) module: String,
    pub(crate) function: String,
    pub(crate) file: String,
    pub(crate) line: u32,
    pub(crate) ignored: bool,
    /// The options of the attribute, as written.
    pub(crate) options: String,
}

impl Listed {
    /// The name of the exploration, in reports and saved failures.
    pub(crate) fn path(&self) -> String {
        format!("{}::{}", self.module, self.function)
    }

    /// The name by which the test's own runner knows it: without the crate's.
    pub(crate) fn runner_name(&self) -> String {
        match self.module.split_once("::") {
            Some((_, modules)) => format!("{modules}::{}", self.function),
            None => self.function.clone(),
        }
    }

    /// Whether each of its executions has a process of its own.
    pub(crate) fn is_isolated(&self) -> bool {
        let mut options = self.options.split(',').map(|option| option.split('=').map(str::trim).collect::<Vec<_>>());
        options.any(|option| option == ["isolate"] || option == ["isolate", "true"])
    }
}

/// The tests of a binary, by path.
pub(crate) fn read(binary: &Path) -> Result<Vec<Listed>> {
    let trouble = |what: String| Trouble::new(format!("{}: {what}", binary.display()));
    let file = File::open(binary).map_err(|error| trouble(format!("cannot be read: {error}")))?;
    let cache = ReadCache::new(file);
    let object = object::File::parse(&cache).map_err(|error| trouble(format!("is no binary that is understood: {error}")))?;
    let mut tests = Vec::new();
    for section in object.sections().filter(|section| section.name().is_ok_and(|name| SECTIONS.contains(&name))) {
        let bytes = section.data().map_err(|error| trouble(format!("its list of tests cannot be read: {error}")))?;
        tests.extend(parse(bytes).map_err(trouble)?);
    }
    tests.sort_by_key(Listed::path);
    tests.dedup();
    Ok(tests)
}

/// Lines, between which the linker may have put zeros.
fn parse(bytes: &[u8]) -> std::result::Result<Vec<Listed>, String> {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.split(['\n', '\0']).filter(|line| !line.is_empty());
    lines.map(|line| listed(line).ok_or_else(|| unknown(line))).collect()
}

fn listed(line: &str) -> Option<Listed> {
    let fields: Vec<&str> = line.split('\t').collect();
    let ["reenact-test", "1", module, function, file, line, _column, ignored, options] = fields[..] else { return None };
    Some(Listed {
        module: module.to_owned(),
        function: function.to_owned(),
        file: file.to_owned(),
        line: line.parse().ok()?,
        ignored: ignored == "ignored",
        options: options.to_owned(),
    })
}

fn unknown(line: &str) -> String {
    let version = line.split('\t').nth(1).unwrap_or_default();
    match version {
        "1" => format!("its list of tests holds `{line}`, which is no test"),
        _ => format!(
            "its list of tests is of version `{version}`, and this program knows 1: install the cargo-reenact of its reenact"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "reenact-test\t1\tpool::tests\tdrains\ttests/it.rs\t12\t1\tignored\texecutions = 500\n";

    #[test]
    fn records_are_found_between_padding() {
        let tests = parse(format!("\0\0{LINE}\0{}", LINE.replace("drains", "fills").replace("ignored", "")).as_bytes()).unwrap();
        assert_eq!(tests.len(), 2);
        assert_eq!((tests[0].path().as_str(), tests[0].runner_name().as_str()), ("pool::tests::drains", "tests::drains"));
        assert_eq!((tests[0].line, tests[0].ignored, tests[0].options.as_str()), (12, true, "executions = 500"));
        assert!(!tests[1].ignored && tests[1].function == "fills");
        assert!(parse(b"").unwrap().is_empty());
    }

    #[test]
    fn whether_it_is_isolated_is_an_option() {
        let isolated = |options: &str| parse(LINE.replace("executions = 500", options).as_bytes()).unwrap()[0].is_isolated();
        assert!(isolated("isolate") && isolated("executions = 3, isolate = true"));
        assert!(!isolated("") && !isolated("isolate = false") && !isolated("hostile = \"isolate\""));
    }

    #[test]
    fn another_version_is_refused_by_name() {
        let error = parse(LINE.replace("\t1\tpool", "\t2\tpool").as_bytes()).unwrap_err();
        assert!(error.contains("version `2`") && error.contains("knows 1"), "{error}");
        assert!(parse(b"reenact-test\t1\tpool").unwrap_err().contains("is no test"));
    }
}
